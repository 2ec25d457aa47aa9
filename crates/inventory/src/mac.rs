//! A network card's hardware address.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Six octets, written `52:54:00:aa:bb:01`. Read with `:`, `-`, `.` or nothing between them, in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MacAddr([u8; 6]);

/// Why a string is no [`MacAddr`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no MAC address: expected six octets such as 52:54:00:aa:bb:01")]
pub struct InvalidMac(String);

impl MacAddr {
    /// From its octets.
    #[must_use]
    pub const fn new(octets: [u8; 6]) -> Self {
        Self(octets)
    }

    /// Its octets.
    #[must_use]
    pub const fn octets(self) -> [u8; 6] {
        self.0
    }

    /// As iPXE's `${netX/mac:hexhyp}` writes it: `52-54-00-aa-bb-01`.
    #[must_use]
    pub fn hyphenated(self) -> String {
        self.to_string().replace(':', "-")
    }

    /// Set by software, not by a maker (IEEE 802: bit 0x02 of the first octet): a weak sign of identity.
    #[must_use]
    pub const fn is_locally_administered(self) -> bool {
        self.0[0] & 0x02 != 0
    }

    /// An address that one card can have: not multicast, not all zeros.
    #[must_use]
    pub fn is_unicast(self) -> bool {
        self.0[0] & 0x01 == 0 && self.0 != [0; 6]
    }
}

impl FromStr for MacAddr {
    type Err = InvalidMac;

    fn from_str(text: &str) -> Result<Self, InvalidMac> {
        let invalid = || InvalidMac(text.chars().take(32).collect());
        let digits: String = match text.len() {
            17 => {
                let separator = text.as_bytes().get(2).copied().filter(|b| matches!(b, b':' | b'-'));
                let separator = separator.ok_or_else(invalid)?;
                if text.bytes().skip(2).step_by(3).any(|b| b != separator) {
                    return Err(invalid());
                }
                text.chars().filter(|c| *c != char::from(separator)).collect()
            }
            14 => text.chars().filter(|c| *c != '.').collect(),
            12 => text.to_owned(),
            _ => return Err(invalid()),
        };
        let octets: Vec<u8> = hex::decode(&digits).map_err(|_| invalid())?;
        octets.try_into().map(Self).map_err(|_| invalid())
    }
}

impl TryFrom<String> for MacAddr {
    type Error = InvalidMac;

    fn try_from(text: String) -> Result<Self, InvalidMac> {
        text.parse()
    }
}

impl From<MacAddr> for String {
    fn from(mac: MacAddr) -> Self {
        mac.to_string()
    }
}

impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        f.pad(&format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_common_way_of_writing_is_read() {
        for text in ["52:54:00:aa:bb:01", "52-54-00-AA-BB-01", "5254.00aa.bb01", "525400aabb01"] {
            assert_eq!(text.parse::<MacAddr>().unwrap().to_string(), "52:54:00:aa:bb:01", "{text}");
        }
    }

    #[test]
    fn hostile_strings_are_refused() {
        for bad in [
            "",
            "../../../../etc",
            "52:54:00:aa:bb:${x}",
            "52:54:00:aa:bb",
            "52:54:00-aa-bb:01",
            "52:54:00:aa:bb:0g",
            "５２:５４:００",
            "..............",
        ] {
            assert!(bad.parse::<MacAddr>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn bits_of_the_first_octet_mean_what_ieee_says() {
        assert!("52:54:00:00:00:01".parse::<MacAddr>().unwrap().is_locally_administered());
        assert!(!"3c:ec:ef:00:00:01".parse::<MacAddr>().unwrap().is_locally_administered());
        assert!(!"01:80:c2:00:00:0e".parse::<MacAddr>().unwrap().is_unicast());
        assert!(!"00:00:00:00:00:00".parse::<MacAddr>().unwrap().is_unicast());
    }
}
