//! Who asks: what a machine's iPXE says of it. Hints all of them, except that its MAC is the key to its host.

use inventory::MacAddr;
use serde::{Deserialize, Serialize};

use crate::console::SerialPorts;
use crate::ipxe::Build;

/// A machine that asks for its boot script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// The card that it boots from.
    pub mac: MacAddr,
    /// Its processor.
    pub arch: Arch,
    /// Its firmware.
    pub platform: Platform,
    /// The iPXE that asks, where it told which.
    pub build: Option<Build>,
    /// Its serial ports, as far as its maker's name tells.
    pub ports: SerialPorts,
    /// It was sent to another iPXE, and that one did not start: it goes on with the one that it has.
    pub kept: bool,
}

/// A processor, as far as a kernel cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Arch {
    /// 64-bit x86.
    #[serde(rename = "x86_64")]
    X86_64,
    /// 32-bit x86.
    #[serde(rename = "i386")]
    X86,
    /// 64-bit ARM.
    #[serde(rename = "aarch64")]
    Aarch64,
    /// It was not said.
    #[serde(rename = "unknown")]
    Unknown,
}

/// A name that is no processor with a discovery system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no discovery system for {0:?}: x86_64 and aarch64 can be used")]
pub struct NoSystem(String);

/// A kind of firmware.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
        let arch = arch.map_or(Arch::Unknown, Arch::named);
        let platform = match platform {
            Some("pcbios") => Platform::Bios,
            Some("efi") => Platform::Efi,
            _ => Platform::Unknown,
        };
        let ports = SerialPorts::of("", "", arch);
        Self { mac, arch, platform, build: None, ports, kept: false }
    }

    /// With what else the entry script says: the driver that its iPXE uses, and who made the machine.
    #[must_use]
    pub fn telling(self, chip: Option<&str>, manufacturer: Option<&str>, product: Option<&str>) -> Self {
        let ports = SerialPorts::of(manufacturer.unwrap_or_default(), product.unwrap_or_default(), self.arch);
        Self { build: chip.and_then(Build::of_chip), ports, ..self }
    }
}

impl Arch {
    /// By the name that the kernel, iPXE or a distribution gives it.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "x86_64" | "amd64" => Self::X86_64,
            "i386" => Self::X86,
            "aarch64" | "arm64" => Self::Aarch64,
            _ => Self::Unknown,
        }
    }

    /// The same, of those that there are discovery systems for.
    ///
    /// # Errors
    /// [`NoSystem`].
    pub fn with_system(name: &str) -> Result<Self, NoSystem> {
        match Self::named(name) {
            Self::Unknown | Self::X86 => Err(NoSystem(name.chars().take(32).collect())),
            arch @ (Self::X86_64 | Self::Aarch64) => Ok(arch),
        }
    }

    /// As the kernel names it: for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::X86 => "i386",
            Self::Aarch64 => "aarch64",
            Self::Unknown => "unknown",
        }
    }

    /// What UEFI calls the boot loader on media (UEFI 2.10, 3.5.1.1).
    #[must_use]
    pub const fn removable_media_name(self) -> &'static str {
        match self {
            Self::X86_64 | Self::Unknown => "BOOTX64.EFI",
            Self::X86 => "BOOTIA32.EFI",
            Self::Aarch64 => "BOOTAA64.EFI",
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_is_taken_by_any_of_its_names_and_only_with_a_system_for_it() {
        for (name, arch) in [
            ("x86_64", Arch::X86_64),
            ("amd64", Arch::X86_64),
            ("aarch64", Arch::Aarch64),
            ("arm64", Arch::Aarch64),
        ] {
            assert_eq!(Arch::with_system(name), Ok(arch));
        }
        for name in ["i386", "s390x", "unknown", "X86_64", ""] {
            assert!(Arch::with_system(name).unwrap_err().to_string().contains("aarch64"), "{name}");
        }
    }
}
