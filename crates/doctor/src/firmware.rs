//! Every firmware that asks a network for its boot, by the number that it says in DHCP option 93, and what it can be given.
//!
//! The numbers are IANA's *Processor Architecture Types* (RFC 4578, RFC 5970 and the registry's later entries). What fits
//! them is iPXE, in the build for that processor; a firmware without one is named here with the reason. Pure.

mod table;

use std::fmt;

pub use table::FIRMWARES;

/// One firmware.
#[derive(Debug, PartialEq, Eq)]
pub struct Firmware {
    /// What it says in DHCP option 93.
    pub code: u16,
    /// Its name, for people.
    pub name: &'static str,
    /// How it loads what DHCP names.
    pub loads_by: LoadsBy,
    /// What it can be given.
    pub support: Support,
    /// The dnsmasq tag that the documentation gives it.
    pub tag: &'static str,
}

/// How a firmware loads its first program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadsBy {
    /// PXE: a file name, and a server that is asked by TFTP.
    Tftp,
    /// HTTP Boot: a URL.
    Http,
}

/// Whether there is a binary for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// This one.
    Ipxe(&'static IpxeBuild),
    /// Nothing that Muster boots, and why. An operator who has a use for it may give it this one.
    Given(&'static IpxeBuild, &'static str),
    /// None, and why.
    None(&'static str),
}

/// A build of iPXE.
#[derive(Debug, PartialEq, Eq)]
pub struct IpxeBuild {
    /// The file that DHCP should name.
    pub file: &'static str,
    /// What to name instead where the first has trouble with a card.
    pub alternative: Option<&'static str>,
    /// What kind of program it is.
    pub executable: Executable,
    /// What this iPXE itself says in option 93, whoever loaded it.
    pub asks_as: u16,
    /// `${platform}` in its scripts.
    pub platform: &'static str,
    /// `${buildarch}` in its scripts.
    pub buildarch: &'static str,
}

/// What kind of program a file is, for the firmware that is to run it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Executable {
    /// A network bootstrap program for BIOS.
    Bios,
    /// A UEFI program for this processor.
    Efi(Processor),
}

/// A processor that UEFI programs are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Processor {
    /// 32-bit x86.
    Ia32,
    /// 64-bit x86.
    X64,
    /// 64-bit ARM.
    Arm64,
    /// Any other: the number in the file's header.
    Other(u16),
}

impl Firmware {
    /// The one with this number.
    #[must_use]
    pub fn by_code(code: u16) -> Option<&'static Self> {
        FIRMWARES.iter().find(|firmware| firmware.code == code)
    }

    /// Those that there is a binary for.
    pub fn supported() -> impl Iterator<Item = &'static Self> {
        FIRMWARES.iter().filter(|firmware| firmware.ipxe().is_some())
    }

    /// The build by which it boots something of Muster's.
    #[must_use]
    pub fn ipxe(&self) -> Option<&'static IpxeBuild> {
        match self.support {
            Support::Ipxe(build) => Some(build),
            Support::Given(..) | Support::None(_) => None,
        }
    }

    /// The build that it can run, whatever that boots.
    #[must_use]
    pub fn build(&self) -> Option<&'static IpxeBuild> {
        match self.support {
            Support::Ipxe(build) | Support::Given(build, _) => Some(build),
            Support::None(_) => None,
        }
    }
}

impl fmt::Display for Executable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bios => f.write_str("a BIOS program"),
            Self::Efi(Processor::Ia32) => f.write_str("a UEFI program for 32-bit x86"),
            Self::Efi(Processor::X64) => f.write_str("a UEFI program for x86-64"),
            Self::Efi(Processor::Arm64) => f.write_str("a UEFI program for arm64"),
            Self::Efi(Processor::Other(machine)) => {
                write!(f, "a UEFI program for another processor (machine {machine:#06x})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_stands_once_and_in_order() {
        assert!(FIRMWARES.is_sorted_by(|a, b| a.code < b.code));
        assert_eq!(FIRMWARES.len(), 42, "0 to 0x29");
    }

    #[test]
    fn what_muster_boots_is_what_the_documentation_says() {
        let table: Vec<_> = Firmware::supported()
            .map(|firmware| (firmware.code, firmware.ipxe().unwrap().file, firmware.loads_by))
            .collect();
        assert_eq!(
            table,
            [
                (0, "undionly.kpxe", LoadsBy::Tftp),
                (7, "snponly.efi", LoadsBy::Tftp),
                (9, "snponly.efi", LoadsBy::Tftp),
                (11, "snponly-arm64.efi", LoadsBy::Tftp),
                (16, "snponly.efi", LoadsBy::Http),
                (19, "snponly-arm64.efi", LoadsBy::Http),
            ]
        );
    }

    #[test]
    fn ipxe_says_a_number_that_is_its_own() {
        for build in FIRMWARES.iter().filter_map(Firmware::build) {
            assert_eq!(Firmware::by_code(build.asks_as).and_then(Firmware::build), Some(build));
        }
    }

    #[test]
    fn the_page_for_operators_has_every_number() {
        let page = include_str!("../../../docs/boot.md");
        for firmware in &FIRMWARES {
            let row = page.lines().find(|line| line.starts_with(&format!("| {} |", firmware.code)));
            let row = row.unwrap_or_else(|| panic!("docs/boot.md has no row for {}", firmware.code));
            assert!(row.contains(firmware.name), "{row} should name {}", firmware.name);
            match firmware.support {
                Support::Ipxe(build) => assert!(row.contains(build.file), "{row}"),
                Support::Given(build, reason) => {
                    assert!(row.contains(reason) && row.contains(build.file), "{row}");
                }
                Support::None(reason) => assert!(row.contains(reason), "{row} should say: {reason}"),
            }
        }
    }
}
