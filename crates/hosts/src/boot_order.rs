//! Whether a host still boots when the network does not answer: what its firmware tries behind the network. Pure.

use inventory::sections::{BootEntry, BootMode, Firmware};

/// What a firmware's order comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootOrder {
    /// Its disk follows its network: as it should be.
    Follows,
    /// Nothing in it boots from the network.
    NoNetwork,
    /// The network, and nothing behind it.
    NeverDisk,
    /// The network again and again, and nothing else behind it.
    OnlyNetwork,
    /// The disk comes first.
    DiskFirst,
    /// A BIOS does not tell.
    Bios,
    /// It was not told.
    Untold,
}

/// What firmware brings along itself, and offers beside what it can boot. As their makers write them.
const OF_THE_FIRMWARE: [&str; 12] = [
    "shell",
    "setup",
    "uiapp",
    "boot manager",
    "bootmanager",
    "boot menu",
    "diagnostic",
    "firmware",
    "embedded",
    "utilit",
    "dvd",
    "cd-rom",
];

impl BootOrder {
    /// What the firmware that told this does.
    #[must_use]
    pub fn of(firmware: Option<&Firmware>) -> Self {
        let Some(firmware) = firmware else { return Self::Untold };
        match firmware.boot_mode {
            Some(BootMode::Uefi) if !firmware.boot_entries.is_empty() => {}
            Some(BootMode::Bios) => return Self::Bios,
            Some(BootMode::Uefi) | None => return Self::Untold,
        }
        let active: Vec<&BootEntry> = firmware.boot_entries.iter().filter(|entry| entry.active).collect();
        let first_disk = active.iter().position(|entry| is_disk(entry));
        let Some(first_network) = active.iter().position(|entry| entry.network) else {
            return Self::NoNetwork;
        };
        if first_disk.is_some_and(|disk| disk < first_network) {
            return Self::DiskFirst;
        }
        let networks = active.iter().filter(|entry| entry.network).count();
        match first_disk {
            Some(_) => Self::Follows,
            None if networks > 1 => Self::OnlyNetwork,
            None => Self::NeverDisk,
        }
    }

    /// As a list is filtered by it: `follows`, `wrong`, `unknown`.
    #[must_use]
    pub const fn verdict(self) -> &'static str {
        match self {
            Self::Follows => "follows",
            Self::NoNetwork | Self::NeverDisk | Self::OnlyNetwork | Self::DiskFirst => "wrong",
            Self::Bios | Self::Untold => "unknown",
        }
    }

    /// What is wrong, and what would be right; nothing where all is well or nothing is known.
    #[must_use]
    pub const fn advice(self) -> Option<&'static str> {
        match self {
            Self::Follows | Self::Bios | Self::Untold => None,
            Self::NoNetwork => {
                Some("network boot is not in its order: put its network card first, and its disk behind it")
            }
            Self::NeverDisk => Some(
                "its firmware tries the network and never its disk: without this server it does not boot; put its disk behind its network card",
            ),
            Self::OnlyNetwork => Some(
                "its firmware tries the network again and never its disk: without this server it does not boot; put its disk behind its network cards",
            ),
            Self::DiskFirst => Some(
                "its firmware tries its disk before the network: Muster is asked only when the disk does not boot; put its network card first",
            ),
        }
    }

    /// In a sentence's words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Follows => "its disk follows its network",
            Self::Bios => "unknown: a BIOS does not tell its boot order",
            Self::Untold => "unknown: its firmware's boot entries were not told",
            Self::NoNetwork | Self::NeverDisk | Self::OnlyNetwork | Self::DiskFirst => match self.advice() {
                Some(advice) => advice,
                None => "",
            },
        }
    }
}

fn is_disk(entry: &BootEntry) -> bool {
    let name = entry.description.as_deref().unwrap_or_default().to_lowercase();
    !entry.network && !OF_THE_FIRMWARE.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> BootEntry {
        BootEntry {
            description: Some(name.trim_start_matches('!').to_owned()),
            active: !name.starts_with('!'),
            network: name.contains("PXE") || name.contains("HTTP"),
            ..BootEntry::default()
        }
    }

    fn order(names: &[&str]) -> BootOrder {
        BootOrder::of(Some(&Firmware {
            boot_mode: Some(BootMode::Uefi),
            boot_entries: names.iter().map(|name| entry(name)).collect(),
            ..Firmware::default()
        }))
    }

    #[test]
    fn what_an_order_comes_to() {
        for (names, expected) in [
            (&["UEFI PXEv4 (MAC:1)", "UEFI NVMe"][..], BootOrder::Follows),
            (&["UEFI PXEv4", "UEFI HTTPv4", "EFI Internal Shell", "centos"], BootOrder::Follows),
            (&["UiApp", "UEFI PXEv4", "Fedora"], BootOrder::Follows),
            (&["Fedora", "UEFI PXEv4"], BootOrder::DiskFirst),
            (&["Fedora", "UEFI PXEv4", "UEFI NVMe"], BootOrder::DiskFirst),
            (&["UEFI PXEv4"], BootOrder::NeverDisk),
            (&["UEFI PXEv4", "EFI Internal Shell"], BootOrder::NeverDisk),
            (&["UEFI PXEv4", "!Fedora"], BootOrder::NeverDisk),
            (&["UEFI PXEv4", "UEFI PXEv6", "UEFI HTTPv4", "System Setup"], BootOrder::OnlyNetwork),
            (&["Fedora", "!UEFI PXEv4"], BootOrder::NoNetwork),
            (&["Fedora", "EFI Internal Shell"], BootOrder::NoNetwork),
            (&[], BootOrder::Untold),
        ] {
            let is = order(names);
            assert_eq!(is, expected, "{names:?}");
            assert_eq!(is.advice().is_some(), is.verdict() == "wrong", "{is:?}");
            assert!(!is.in_words().is_empty());
        }
    }

    #[test]
    fn a_bios_and_a_host_without_inventory_are_unknown() {
        let bios = Firmware { boot_mode: Some(BootMode::Bios), ..Firmware::default() };
        assert_eq!(BootOrder::of(Some(&bios)), BootOrder::Bios);
        assert_eq!(BootOrder::of(None), BootOrder::Untold);
        assert!(BootOrder::Bios.in_words().contains("BIOS"));
    }
}
