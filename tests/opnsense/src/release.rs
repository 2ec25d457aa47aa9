//! Which OPNsense it is.

use std::fmt;
use std::str::FromStr;

/// A release: year, half, patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(pub u16, pub u16, pub u16);

impl Release {
    /// Too old for Muster: search rows hold what a page shows instead of values.
    pub const V25_1_12: Self = Self(25, 1, 12);
    /// New installations have dnsmasq for DHCP only.
    pub const V25_7_11: Self = Self(25, 7, 11);
    /// dnsmasq answers names on port 53053; boot texts may not hold newlines.
    pub const V26_1_11: Self = Self(26, 1, 11);
    /// Errors have a level.
    pub const V26_7_2: Self = Self(26, 7, 2);

    /// `26.1`.
    #[must_use]
    pub fn series(self) -> String {
        format!("{}.{}", self.0, self.1)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.2 {
            0 => write!(f, "{}.{}", self.0, self.1),
            patch => write!(f, "{}.{}.{patch}", self.0, self.1),
        }
    }
}

impl FromStr for Release {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text:?} is no release: write it like 26.1.11");
        let numbers: Vec<u16> =
            text.split('.').map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong())?;
        match numbers.as_slice() {
            [year, half] => Ok(Self(*year, *half, 0)),
            [year, half, patch] => Ok(Self(*year, *half, *patch)),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_and_ordered() {
        assert_eq!("26.1.11".parse(), Ok(Release::V26_1_11));
        assert_eq!("26.7".parse::<Release>().unwrap().to_string(), "26.7");
        assert!("26".parse::<Release>().is_err());
        assert!(Release(25, 7, 0) < Release::V25_7_11 && Release::V25_1_12 < Release(25, 7, 0));
    }
}
