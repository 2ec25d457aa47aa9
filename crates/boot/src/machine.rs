//! Who asks: what a machine's iPXE says of it. Hints all of them, except that its MAC is the key to its host.

use inventory::MacAddr;

/// A machine that asks for its boot script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// The card that it boots from.
    pub mac: MacAddr,
    /// Its processor.
    pub arch: Arch,
    /// Its firmware.
    pub platform: Platform,
}

/// A processor, as far as a kernel cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arch {
    /// 64-bit x86.
    X86_64,
    /// 32-bit x86.
    X86,
    /// 64-bit ARM.
    Aarch64,
    /// It was not said.
    Unknown,
}

/// A kind of firmware.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// The old one.
    Bios,
    /// UEFI.
    Efi,
    /// It was not said.
    Unknown,
}

impl Machine {
    /// From the `arch` and `platform` of the request that the entry script makes. What is not known by name is unknown.
    #[must_use]
    pub fn new(mac: MacAddr, arch: Option<&str>, platform: Option<&str>) -> Self {
        let arch = match arch {
            Some("x86_64") => Arch::X86_64,
            Some("i386") => Arch::X86,
            Some("arm64") => Arch::Aarch64,
            _ => Arch::Unknown,
        };
        let platform = match platform {
            Some("pcbios") => Platform::Bios,
            Some("efi") => Platform::Efi,
            _ => Platform::Unknown,
        };
        Self { mac, arch, platform }
    }
}

impl Arch {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "64-bit x86",
            Self::X86 => "32-bit x86",
            Self::Aarch64 => "64-bit ARM",
            Self::Unknown => "unknown",
        }
    }
}

impl Platform {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bios => "BIOS",
            Self::Efi => "UEFI",
            Self::Unknown => "unknown firmware",
        }
    }
}
