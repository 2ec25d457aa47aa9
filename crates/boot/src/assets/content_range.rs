//! `Content-Range` (RFC 9110, section 14.4): which part of the whole an answer is.

/// `bytes 5-9/10`, or `bytes */10` where the part that was asked for is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ContentRange {
    pub(super) first: Option<u64>,
    pub(super) total_bytes: Option<u64>,
}

impl ContentRange {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (range, total) = text.strip_prefix("bytes ")?.trim().split_once('/')?;
        let total_bytes = if total == "*" { None } else { Some(total.parse().ok()?) };
        if range == "*" {
            return Some(Self { first: None, total_bytes });
        }
        let (first, last) = range.split_once('-')?;
        let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
        let fits = first <= last && total_bytes.is_none_or(|total| last < total);
        fits.then_some(Self { first: Some(first), total_bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_sense_is_read() {
        let read = |first, total_bytes| Some(ContentRange { first, total_bytes });
        for (text, expected) in [
            ("bytes 5-9/10", read(Some(5), Some(10))),
            ("bytes 0-0/*", read(Some(0), None)),
            ("bytes */10", read(None, Some(10))),
            ("bytes 9-5/10", None),
            ("bytes 5-10/10", None),
            ("bytes 5-9", None),
            ("items 5-9/10", None),
            ("bytes x-9/10", None),
            ("bytes -9/10", None),
            ("", None),
        ] {
            assert_eq!(ContentRange::parse(text), expected, "{text}");
        }
    }
}
