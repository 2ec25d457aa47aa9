//! Sizes, as labels say them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// Units, the longest first where one ends like another. Disks are sold in powers of 1000.
const UNITS: [(&str, u64); 11] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("PiB", 1 << 50),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("PB", 1_000_000_000_000_000),
];
/// Digits behind the point.
const DECIMALS: usize = 6;

/// A size that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Size {
    /// As it was written: it is shown so again.
    text: String,
    bytes: u64,
    /// With a unit it is a label's: the disk may differ by one part in a hundred. 480 GB are 480,103,981,056 bytes.
    is_label: bool,
}

impl Size {
    /// How a disk of `bytes` compares with it.
    pub(super) fn compare(&self, bytes: u64) -> Ordering {
        let slack = if self.is_label { self.bytes / 100 } else { 0 };
        if bytes.abs_diff(self.bytes) <= slack { Ordering::Equal } else { bytes.cmp(&self.bytes) }
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong =
            || format!("{text:?} is no size: write it with its unit, such as 480GB, 1.92TB or 100GiB");
        let unit = UNITS.iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, *bytes)));
        let (number, unit, is_label) = match unit {
            Some((number, unit)) => (number.trim_end(), unit, true),
            None => (text, 1, false),
        };
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let has_point = number.contains('.');
        if whole.is_empty()
            || !digits(whole)
            || !digits(decimals)
            || decimals.len() > DECIMALS
            || has_point && (decimals.is_empty() || !is_label)
        {
            return Err(wrong());
        }
        let whole = whole.parse::<u64>().ok().and_then(|whole| whole.checked_mul(unit));
        let scale = 10_u128.pow(u32::try_from(decimals.len()).unwrap_or_default());
        let part = decimals.parse::<u128>().unwrap_or_default() * u128::from(unit) / scale;
        let part = u64::try_from(part).ok();
        let bytes = whole.zip(part).and_then(|(whole, part)| whole.checked_add(part)).ok_or_else(wrong)?;
        Ok(Self { text: text.split_whitespace().collect(), bytes, is_label })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A disk's size as its label says it: `480.1 GB`, `1.92 TB`.
pub(crate) fn capacity(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000_000_000 => (1_000_000, "MB"),
        1_000_000_000..1_000_000_000_000 => (1_000_000_000, "GB"),
        _ => (1_000_000_000_000, "TB"),
    };
    let hundredths = u128::from(bytes) * 100 / unit;
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    format!("{} {name}", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_size_is_read_with_its_unit() {
        for (text, bytes) in [
            ("480GB", 480_000_000_000),
            ("1.92TB", 1_920_000_000_000),
            ("100 GiB", 107_374_182_400),
            ("0.5kB", 500),
            ("480103981056", 480_103_981_056),
        ] {
            assert_eq!(text.parse::<Size>().unwrap().bytes, bytes, "{text}");
        }
        for bad in [
            "",
            "GB",
            "480",
            "1.5",
            "-1GB",
            "1e3GB",
            "480G",
            "1.GB",
            ".5GB",
            "99999999999999999999",
            "1.0000001TB",
            "18447PB",
        ] {
            // A bare number is bytes: only that is taken without a unit.
            assert_eq!(bad.parse::<Size>().is_ok(), bad == "480", "{bad}");
        }
    }

    #[test]
    fn a_label_means_what_is_sold_under_it() {
        let label: Size = "480GB".parse().unwrap();
        assert_eq!(label.compare(480_103_981_056), Ordering::Equal);
        assert_eq!(label.compare(500_107_862_016), Ordering::Greater);
        assert_eq!(label.compare(400_088_457_216), Ordering::Less);
        let exact: Size = "480000000000".parse().unwrap();
        assert_eq!(exact.compare(480_103_981_056), Ordering::Greater);
    }

    #[test]
    fn a_capacity_reads_as_on_the_label() {
        let said = [268_435_456, 480_103_981_056, 1_920_383_410_176, 4_000_787_030_016].map(capacity);
        assert_eq!(said, ["268.43 MB", "480.1 GB", "1.92 TB", "4 TB"]);
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text: String) {
            text.parse::<Size>().ok();
        }

        #[test]
        fn what_is_written_is_read_again(whole in 0_u64..10_000, decimals in 0_u32..1000, unit in 0_usize..UNITS.len()) {
            let text = format!("{whole}.{decimals}{}", UNITS[unit].0);
            if let Ok(size) = text.parse::<Size>() {
                prop_assert_eq!(size.to_string().parse::<Size>().unwrap(), size);
            }
        }
    }
}
