//! The builds of iPXE: which one a machine runs, and under which name another one is fetched.

use serde::{Deserialize, Serialize};

use crate::machine::{Arch, Platform};

/// Which drivers an iPXE brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Build {
    /// None: it uses the firmware's driver of the one card that it was booted from.
    SnpOnly,
    /// Its own, for all cards that it knows.
    Full,
}

impl Build {
    /// The build that calls its driver so: `${netX/chip}`. The drivers that lend the firmware's own are named for that
    /// (`SNPONLY`, `NIIONLY`, `MNPONLY` for UEFI, `undionly` for BIOS); any other name is a card's.
    #[must_use]
    pub fn of_chip(chip: &str) -> Option<Self> {
        match chip.to_ascii_lowercase().as_str() {
            "" => None,
            "snponly" | "niionly" | "mnponly" | "undionly" => Some(Self::SnpOnly),
            _ => Some(Self::Full),
        }
    }

    /// As operators write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SnpOnly => "snponly",
            Self::Full => "full",
        }
    }

    /// The file of this build for such a machine, below `/boot/ipxe/`; `None` where there is none.
    #[must_use]
    pub const fn file(self, platform: Platform, arch: Arch) -> Option<&'static str> {
        match (platform, arch, self) {
            (Platform::Bios, Arch::X86_64 | Arch::X86 | Arch::Unknown, Self::SnpOnly) => {
                Some("undionly.kpxe")
            }
            (Platform::Bios, Arch::X86_64 | Arch::X86 | Arch::Unknown, Self::Full) => Some("ipxe.pxe"),
            (Platform::Efi, Arch::X86_64, Self::SnpOnly) => Some("snponly.efi"),
            (Platform::Efi, Arch::X86_64, Self::Full) => Some("ipxe.efi"),
            (Platform::Efi, Arch::Aarch64, Self::SnpOnly) => Some("snponly-arm64.efi"),
            (Platform::Efi, Arch::Aarch64, Self::Full) => Some("ipxe-arm64.efi"),
            _ => None,
        }
    }
}

/// The name that DHCP hands out to machines with Secure Boot: the shim, which loads the build that its own name tells.
#[must_use]
pub const fn signed_file(build: Build) -> &'static str {
    match build {
        Build::SnpOnly => "snponly-shim.efi",
        Build::Full => "ipxe-shim.efi",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_known_by_its_driver() {
        for (chip, build) in [
            ("SNPONLY", Some(Build::SnpOnly)),
            ("NIIONLY", Some(Build::SnpOnly)),
            ("undionly", Some(Build::SnpOnly)),
            // A full build that found no driver of its own, and lends the firmware's.
            ("SNP", Some(Build::Full)),
            ("virtio-net", Some(Build::Full)),
            ("i82576", Some(Build::Full)),
            ("", None),
        ] {
            assert_eq!(Build::of_chip(chip), build, "{chip}");
        }
    }

    #[test]
    fn every_machine_that_can_boot_has_both_builds_under_names_of_their_own() {
        let mut names = Vec::new();
        for (platform, arch) in
            [(Platform::Bios, Arch::X86_64), (Platform::Efi, Arch::X86_64), (Platform::Efi, Arch::Aarch64)]
        {
            names.extend([Build::SnpOnly, Build::Full].map(|build| build.file(platform, arch).unwrap()));
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 6, "{names:?}");
        assert_eq!(Build::Full.file(Platform::Unknown, Arch::X86_64), None);
        assert_eq!(Build::Full.file(Platform::Efi, Arch::X86), None);
        assert_eq!(Build::Full.file(Platform::Efi, Arch::Unknown), None);
    }
}
