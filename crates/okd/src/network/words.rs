//! The words of a network that stand on a kernel's command line and in keyfiles: each of a narrow alphabet.

use std::fmt;
use std::str::FromStr;

use inventory::MacAddr;
use serde::{Deserialize, Serialize};

/// What an interface that is made is called: a bond, a VLAN.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InterfaceName(String);

/// A text that can't be used here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}: expected {expected}")]
pub struct InvalidName {
    text: String,
    what: &'static str,
    expected: String,
}

fn invalid(text: &str, what: &'static str, expected: impl Into<String>) -> InvalidName {
    InvalidName { text: text.chars().take(32).collect(), what, expected: expected.into() }
}

impl InterfaceName {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for InterfaceName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let all = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        let first = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let expected = "a letter, then letters, digits and any of ._-, 15 at most, such as bond0";
        if !(all && first && text.len() <= 15) {
            return Err(invalid(text, "name for an interface", expected));
        }
        // `eth0` is the kernel's to give, `boot0` and `nic1` are what cards are called while the installation runs.
        let counted = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let taken = matches!(text, "lo" | "all" | "default" | "bonding_masters")
            || (counted.len() < text.len() && matches!(counted, "eth" | "nic" | "boot"));
        if taken {
            return Err(invalid(text, "name for an interface", "another one: that is taken already"));
        }
        Ok(Self(text.to_owned()))
    }
}

/// How a bond shares its work, in the kernel's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum BondMode {
    /// Packets in turn.
    BalanceRr,
    /// One card at a time.
    ActiveBackup,
    /// By a hash of the addresses.
    BalanceXor,
    /// Every packet by all.
    Broadcast,
    /// LACP.
    Lacp,
    /// Sent by load.
    BalanceTlb,
    /// Sent and received by load.
    BalanceAlb,
}

impl BondMode {
    const ALL: [Self; 7] = [
        Self::BalanceRr,
        Self::ActiveBackup,
        Self::BalanceXor,
        Self::Broadcast,
        Self::Lacp,
        Self::BalanceTlb,
        Self::BalanceAlb,
    ];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BalanceRr => "balance-rr",
            Self::ActiveBackup => "active-backup",
            Self::BalanceXor => "balance-xor",
            Self::Broadcast => "broadcast",
            Self::Lacp => "802.3ad",
            Self::BalanceTlb => "balance-tlb",
            Self::BalanceAlb => "balance-alb",
        }
    }
}

impl FromStr for BondMode {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let named = Self::ALL.into_iter().find(|mode| mode.as_str() == text);
        named.ok_or_else(|| invalid(text, "mode of a bond", one_of(Self::ALL.map(Self::as_str))))
    }
}

/// An option of a bond, in the kernel's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum BondOption {
    /// How often links are looked at, in milliseconds; 100 where it is not said.
    Miimon,
    /// How long a link that came must stay, in milliseconds.
    Updelay,
    /// How long a link that went must stay away, in milliseconds.
    Downdelay,
    /// How often LACP speaks: `slow` or `fast`.
    LacpRate,
    /// What the hash is made of.
    XmitHashPolicy,
    /// As many links at least, or the bond is down.
    MinLinks,
}

impl BondOption {
    const ALL: [Self; 6] =
        [Self::Miimon, Self::Updelay, Self::Downdelay, Self::LacpRate, Self::XmitHashPolicy, Self::MinLinks];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Miimon => "miimon",
            Self::Updelay => "updelay",
            Self::Downdelay => "downdelay",
            Self::LacpRate => "lacp_rate",
            Self::XmitHashPolicy => "xmit_hash_policy",
            Self::MinLinks => "min_links",
        }
    }

    /// Whether it can have this value in this mode.
    ///
    /// # Errors
    /// What it can have.
    pub fn check(self, mode: BondMode, value: &str) -> Result<(), InvalidName> {
        let hashes = matches!(mode, BondMode::Lacp | BondMode::BalanceXor | BondMode::BalanceTlb);
        let (fits, words): (bool, &[&str]) = match self {
            Self::Miimon | Self::Updelay | Self::Downdelay => (true, &[]),
            Self::LacpRate => (mode == BondMode::Lacp, &["slow", "fast"]),
            Self::XmitHashPolicy => {
                (hashes, &["layer2", "layer2+3", "layer3+4", "encap2+3", "encap3+4", "vlan+srcmac"])
            }
            Self::MinLinks => (mode == BondMode::Lacp, &[]),
        };
        if !fits {
            return Err(invalid(self.as_str(), "option of a bond in this mode", "one that it has"));
        }
        let digits = value.bytes().all(|b| b.is_ascii_digit()) && (1..=5).contains(&value.len());
        match words {
            [] if digits => Ok(()),
            [] => Err(invalid(value, "number for this option of a bond", "0 to 99999")),
            words if words.contains(&value) => Ok(()),
            words => Err(invalid(value, "value for this option of a bond", one_of(words.iter().copied()))),
        }
    }
}

impl FromStr for BondOption {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let named = Self::ALL.into_iter().find(|option| option.as_str() == text);
        named.ok_or_else(|| invalid(text, "option of a bond", one_of(Self::ALL.map(Self::as_str))))
    }
}

/// What a VLAN stands upon.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Parent {
    /// A card.
    Card(MacAddr),
    /// A bond.
    Bond(InterfaceName),
}

impl FromStr for Parent {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if let Ok(mac) = text.parse() {
            return Ok(Self::Card(mac));
        }
        let bond = text.parse().map(Self::Bond);
        bond.map_err(|_| invalid(text, "card or bond", "a card's MAC address, or the name of a bond"))
    }
}

impl fmt::Display for Parent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Card(mac) => mac.fmt(f),
            Self::Bond(name) => name.fmt(f),
        }
    }
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for BondMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for BondOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

macro_rules! by_text {
    ($($name:ident)+) => {$(
        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.to_string()
            }
        }
    )+};
}

by_text! { InterfaceName BondMode BondOption Parent }

fn one_of(words: impl IntoIterator<Item = &'static str>) -> String {
    format!("one of {}", words.into_iter().collect::<Vec<_>>().join(", "))
}
