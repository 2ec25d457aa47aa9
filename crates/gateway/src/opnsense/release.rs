//! Which release of OPNsense it is.

use std::fmt;

use super::text::shown;
use crate::error::GatewayError;

/// The oldest release that is supported. Before it, searches answer with names in place of values.
const OLDEST: (u32, u32) = (25, 7);
/// As it is told to people.
const NEEDS: &str = "25.7";

/// A release: `25.7.11`, `26.1.2_5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Release {
    series: (u32, u32),
    text: String,
}

impl Release {
    /// Reads `25.7.11`, or `OPNsense 25.7.11_2-amd64`. Nothing where that is no release.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let number = text.get(text.find(|c: char| c.is_ascii_digit())?..)?;
        let number = number.split(|c: char| c.is_whitespace() || c == '-').next()?;
        let mut parts = number.splitn(3, '.');
        let series = (leading_number(parts.next()?)?, leading_number(parts.next()?)?);
        // A year and a month; anything else is another product's version.
        (series.0 < 1000 && (1..=12).contains(&series.1)).then(|| Self { series, text: shown(number) })
    }

    /// Whether Muster can work with it.
    pub(super) fn supported(&self) -> Result<(), GatewayError> {
        if self.series >= OLDEST {
            return Ok(());
        }
        Err(GatewayError::TooOld { product: "OPNsense", version: self.text.clone(), needs: NEEDS })
    }

    /// Whether it is of this series or a later one.
    pub(super) fn since(&self, year: u32, month: u32) -> bool {
        self.series >= (year, month)
    }
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_read_however_it_is_written() {
        for (text, shown, good) in [
            ("25.7", "25.7", true),
            ("25.7.11", "25.7.11", true),
            ("OPNsense 26.1.11_2-amd64", "26.1.11_2", true),
            ("26.7.r1", "26.7.r1", true),
            ("26.7_3", "26.7_3", true),
            ("25.10.1", "25.10.1", true),
            ("25.1.12", "25.1.12", false),
            ("24.7", "24.7", false),
            ("OPNsense 9.12-x", "9.12", false),
        ] {
            let release = Release::parse(text).unwrap();
            assert_eq!((release.to_string().as_str(), release.supported().is_ok()), (shown, good), "{text}");
        }
        let error = Release::parse("25.1.12").unwrap().supported().unwrap_err();
        assert_eq!(error.to_string(), "OPNsense 25.1.12 is too old: Muster needs 25.7 or later");
        assert!(
            Release::parse("26.1").unwrap().since(26, 1) && !Release::parse("25.7.11").unwrap().since(26, 1)
        );
    }

    #[test]
    fn what_is_no_release_is_none() {
        for text in ["", "OPNsense", "25", "25.", "25.13", "25.0", "x.7", "99999999999.7", "2025.7"] {
            assert_eq!(Release::parse(text), None, "{text}");
        }
    }
}
