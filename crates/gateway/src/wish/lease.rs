//! For how long an address is given out, and which ones.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// For how long an address is given to a machine, in seconds. dnsmasq makes two minutes of anything shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Lease(u32);

/// From one IPv4 address to another, both of them: `192.168.1.100-192.168.1.199`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AddressRange {
    first: Ipv4Addr,
    last: Ipv4Addr,
}

/// Why a text is no [`Lease`] or [`AddressRange`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRange {
    /// No lease.
    #[error("{0:?} is no lease: expected a time from 2m to 365d, such as 12h")]
    Lease(String),
    /// No range.
    #[error("{0:?} is no range of addresses: expected FIRST-LAST such as 192.168.1.100-192.168.1.199")]
    Range(String),
    /// Its end is before its start.
    #[error("the range {first}-{last} ends before it starts: write {last}-{first}")]
    Backwards {
        /// What stands first.
        first: Ipv4Addr,
        /// What stands last.
        last: Ipv4Addr,
    },
    /// More than 65,536 addresses.
    #[error("the range {first}-{last} has {count} addresses: 65536 at most")]
    TooWide {
        /// The first.
        first: Ipv4Addr,
        /// The last.
        last: Ipv4Addr,
        /// How many there are.
        count: u64,
    },
}

impl Lease {
    const SHORTEST_SECS: u32 = 2 * 60;
    const LONGEST_SECS: u32 = 365 * 24 * 3600;

    /// In seconds.
    #[must_use]
    pub const fn secs(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Lease {
    type Error = InvalidRange;

    fn try_from(secs: u32) -> Result<Self, InvalidRange> {
        if (Self::SHORTEST_SECS..=Self::LONGEST_SECS).contains(&secs) {
            Ok(Self(secs))
        } else {
            Err(InvalidRange::Lease(format!("{secs}s")))
        }
    }
}

impl From<Lease> for u32 {
    fn from(lease: Lease) -> Self {
        lease.0
    }
}

/// `12h`: a number and its unit, one of `s`, `m`, `h`, `d`.
impl FromStr for Lease {
    type Err = InvalidRange;

    fn from_str(text: &str) -> Result<Self, InvalidRange> {
        let invalid = || InvalidRange::Lease(cut(text));
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(invalid)?;
        let factor: u32 = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 24 * 3600,
            _ => return Err(invalid()),
        };
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(invalid());
        }
        let number: u32 = number.parse().map_err(|_| invalid())?;
        let secs = number.checked_mul(factor).ok_or_else(invalid)?;
        Self::try_from(secs).map_err(|_| invalid())
    }
}

impl AddressRange {
    /// From the first to the last.
    ///
    /// # Errors
    /// When the last is before the first, or there are more than 65,536 of them.
    pub fn new(first: Ipv4Addr, last: Ipv4Addr) -> Result<Self, InvalidRange> {
        if last < first {
            return Err(InvalidRange::Backwards { first, last });
        }
        let range = Self { first, last };
        match range.count() {
            ..=65_536 => Ok(range),
            count => Err(InvalidRange::TooWide { first, last, count }),
        }
    }

    /// The first.
    #[must_use]
    pub const fn first(self) -> Ipv4Addr {
        self.first
    }

    /// The last.
    #[must_use]
    pub const fn last(self) -> Ipv4Addr {
        self.last
    }

    /// How many there are.
    #[must_use]
    pub fn count(self) -> u64 {
        u64::from(self.last.to_bits() - self.first.to_bits()) + 1
    }

    /// Whether an address is among them.
    #[must_use]
    pub fn contains(self, ip: Ipv4Addr) -> bool {
        (self.first..=self.last).contains(&ip)
    }

    /// Whether another range has one of them, too.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

impl FromStr for AddressRange {
    type Err = InvalidRange;

    fn from_str(text: &str) -> Result<Self, InvalidRange> {
        let invalid = || InvalidRange::Range(cut(text));
        let (first, last) = text.split_once('-').ok_or_else(invalid)?;
        let first = first.trim().parse().map_err(|_| invalid())?;
        let last = last.trim().parse().map_err(|_| invalid())?;
        Self::new(first, last)
    }
}

impl TryFrom<String> for AddressRange {
    type Error = InvalidRange;

    fn try_from(text: String) -> Result<Self, InvalidRange> {
        text.parse()
    }
}

impl From<AddressRange> for String {
    fn from(range: AddressRange) -> Self {
        range.to_string()
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_a_number_and_a_unit() {
        for (text, secs) in
            [("2m", 120), ("7200s", 7200), ("12h", 43_200), ("1d", 86_400), ("365d", 31_536_000)]
        {
            assert_eq!(text.parse(), Ok(Lease(secs)), "{text}");
        }
        for text in
            ["", "d", "-5s", "1", "119s", "366d", "1w", "+1d", "99999999999d", "4294967295d", "1é", "1 d"]
        {
            let refused = text.parse::<Lease>().unwrap_err();
            assert_eq!(refused, InvalidRange::Lease(text.into()), "{text}");
        }
    }

    #[test]
    fn a_range_goes_from_its_first_to_its_last() {
        let range: AddressRange = "192.168.1.100-192.168.1.199".parse().unwrap();
        assert_eq!((range.count(), range.to_string().as_str()), (100, "192.168.1.100-192.168.1.199"));
        assert!(range.contains(range.last()) && !range.contains(Ipv4Addr::new(192, 168, 1, 200)));
        let beside: AddressRange = "192.168.1.200 - 192.168.1.201".parse().unwrap();
        let across: AddressRange = "192.168.1.199-192.168.1.200".parse().unwrap();
        assert_eq!((range.overlaps(beside), range.overlaps(across)), (false, true));

        let words = |text: &str| text.parse::<AddressRange>().unwrap_err().to_string();
        assert_eq!(
            words("10.0.0.9-10.0.0.1"),
            "the range 10.0.0.9-10.0.0.1 ends before it starts: write 10.0.0.1-10.0.0.9"
        );
        assert_eq!(
            words("10.0.0.0-10.1.0.0"),
            "the range 10.0.0.0-10.1.0.0 has 65537 addresses: 65536 at most"
        );
        for text in ["", "10.0.0.1", "10.0.0.1-", "10.0.0.1-300", "::1-::2", "10.0.0.1-10.0.0.2-10.0.0.3"] {
            assert!(words(text).contains("is no range of addresses"), "{text}");
        }
    }
}
