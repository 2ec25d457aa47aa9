//! A length of time as people write it: `90s`, `3m`, `1h30m`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A length of time, written as numbers with units: `d`, `h`, `m`, `s`, `ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(Duration);

/// A string that is no [`Span`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no length of time: expected numbers with units (d, h, m, s, ms) such as \"90s\" or \"1h30m\""
)]
pub struct InvalidSpan(String);

const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
/// Longer is a mistake.
const MAX_MILLIS: u64 = 366 * 86_400_000;

impl Span {
    /// So many seconds.
    #[must_use]
    pub const fn secs(secs: u64) -> Self {
        Self(Duration::from_secs(secs))
    }

    /// So many minutes.
    #[must_use]
    pub const fn mins(mins: u64) -> Self {
        Self::secs(mins * 60)
    }

    /// As the machine counts it.
    #[must_use]
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Span {
    fn from(span: Duration) -> Self {
        Self(span)
    }
}

impl FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(text: &str) -> Result<Self, InvalidSpan> {
        let wrong = || InvalidSpan(text.chars().take(40).collect());
        let mut millis = 0_u64;
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(wrong());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
            let (number, after) = rest.split_at(digits);
            let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
            let (unit, after) = after.split_at(letters);
            let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
            let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*factor));
            millis = part.and_then(|part| millis.checked_add(part)).ok_or_else(wrong)?;
            rest = after.trim_start();
        }
        if millis > MAX_MILLIS { Err(wrong()) } else { Ok(Self(Duration::from_millis(millis))) }
    }
}

impl TryFrom<String> for Span {
    type Error = InvalidSpan;

    fn try_from(text: String) -> Result<Self, InvalidSpan> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if rest == 0 {
            return f.pad("0s");
        }
        let mut text = String::new();
        for (name, factor) in UNITS {
            if rest >= factor {
                text.push_str(&format!("{}{name}", rest / factor));
                rest %= factor;
            }
        }
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (text, millis) in [
            ("90s", 90_000),
            ("3m", 180_000),
            ("1h30m", 5_400_000),
            ("2 d", 0),
            ("1d 2h", 93_600_000),
            ("250ms", 250),
        ] {
            let read = text.parse::<Span>().map(|span| span.get().as_millis());
            if millis == 0 {
                assert!(read.is_err(), "{text}")
            } else {
                assert_eq!(read, Ok(millis), "{text}")
            }
        }
        for bad in ["", "3", "m", "-3m", "3x", "3m5", "1.5h", "٣m", "99999999999999999999s", "400d", "é"] {
            assert!(bad.parse::<Span>().unwrap_err().to_string().contains("90s"), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(millis in 0..MAX_MILLIS) {
            let span = Span::from(Duration::from_millis(millis));
            prop_assert_eq!(span.to_string().parse::<Span>().unwrap(), span);
        }

        #[test]
        fn nothing_panics(text in ".{0,40}") {
            text.parse::<Span>().ok();
        }
    }
}
