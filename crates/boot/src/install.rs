//! What the script that installs a node is made of. Whoever arms installations hands it in; here nothing is decided.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::site::CoreOs;

/// An installation that an operator armed, as far as the boot script is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Install {
    /// Which of the host's installations: its tickets are good for no other.
    pub generation: i64,
    /// The live system that installs.
    pub coreos: CoreOs,
    /// The disk's name below `/dev/disk/by-id/`.
    pub disk: DiskName,
    /// What the kernel is told of the network: `ip=…`, `vlan=…`, `bond=…`, and how long it waits for a link. Empty: DHCP on
    /// the card that boots, and no other.
    pub network: Vec<KernelArgument>,
    /// The address that the live system has, where it is a fixed one: its tickets are for that. Else it keeps the one that the
    /// script was asked from.
    pub speaks_from: Option<IpAddr>,
    /// What becomes of the machine, as a sentence goes on: `control-plane node cp1 of okd1.example.lan, generation 2`.
    pub words: String,
}

/// A disk's name below `/dev/disk/by-id/`: letters, digits and `._:+-`, as udev leaves them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DiskName(String);

/// One argument of the kernel's command line: no blank, no quote, nothing that means something to iPXE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KernelArgument(String);

/// A text that can't stand on the kernel's command line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} can't be {what}: expected {expected}")]
pub struct InvalidArgument {
    text: String,
    what: &'static str,
    expected: &'static str,
}

macro_rules! word {
    ($name:ident: $what:literal, $expected:literal, $valid:expr) => {
        impl $name {
            /// As it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidArgument;

            fn from_str(text: &str) -> Result<Self, InvalidArgument> {
                let valid: fn(&str) -> bool = $valid;
                let invalid = || InvalidArgument {
                    text: text.chars().take(64).collect(),
                    what: $what,
                    expected: $expected,
                };
                valid(text).then(|| Self(text.to_owned())).ok_or_else(invalid)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidArgument;

            fn try_from(text: String) -> Result<Self, InvalidArgument> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

word! { DiskName: "a disk's name below /dev/disk/by-id", "letters, digits and any of ._:+-, 200 at most, no dot first",
    |text| {
        let all = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:+-".contains(&b));
        all && (1..=200).contains(&text.len()) && !text.starts_with('.')
    }
}

word! { KernelArgument: "an argument of the kernel", "NAME or NAME=VALUE of letters, digits and any of .,:_+-/=[], 300 at most",
    |text| {
        let all = text.bytes().all(|b| b.is_ascii_alphanumeric() || b".,:_+-/=[]".contains(&b));
        all && (1..=300).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_alphanumeric())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_ipxe_or_the_kernel_is_refused() {
        for good in
            ["wwn-0x5000c500aabbccdd", "nvme-Samsung_SSD_980_S64DNF0R1234", "scsi-0QEMU_QEMU_HARDDISK_a:b"]
        {
            assert!(good.parse::<DiskName>().is_ok(), "{good}");
        }
        for bad in ["", "../sda", "a b", "a/b", ".", "a${x}", "a\n", "a'b", "a#b", &"x".repeat(201)] {
            assert!(bad.parse::<DiskName>().is_err(), "{bad:?}");
        }
        for good in [
            "ip=10.0.0.5::10.0.0.1:255.255.255.0:cp1:boot0:none",
            "bond=bond0:a,b:mode=802.3ad",
            "ip=[fd00::1]",
        ] {
            assert!(good.parse::<KernelArgument>().is_ok(), "{good}");
        }
        for bad in ["", "ip=a b", "ip=${x}", "ip=\"", "=x", "-x", "a\\b", "a;b", "a|b"] {
            assert!(bad.parse::<KernelArgument>().is_err(), "{bad:?}");
        }
    }
}
