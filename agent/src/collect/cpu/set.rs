//! A set of threads, as the kernel writes it: `0-3,8` in a list, `10f` in a mask.

use std::collections::BTreeSet;
use std::fmt;

use crate::probe::Probe;
use crate::root::FILE_LIMIT_BYTES;

/// More than any kernel is built for (`NR_CPUS`).
const NUMBERS_LIMIT: u32 = 16_384;

/// Numbers of threads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CpuSet(BTreeSet<u32>);

impl CpuSet {
    /// A file that holds a list. (On large machines it is longer than other values: every second thread, one by one.)
    pub(super) fn list_in(probe: &Probe, path: &str) -> Option<Self> {
        Self::from_list(probe.lines(path, FILE_LIMIT_BYTES)?.trim())
    }

    /// A file that holds a mask.
    pub(super) fn mask_in(probe: &Probe, path: &str) -> Option<Self> {
        Self::from_mask(probe.lines(path, FILE_LIMIT_BYTES)?.trim())
    }

    /// Reads a list; what is no number, or an absurd one, makes it none.
    pub(super) fn from_list(text: &str) -> Option<Self> {
        let mut set = BTreeSet::new();
        for range in text.split(',').map(str::trim).filter(|range| !range.is_empty()) {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
            if last >= NUMBERS_LIMIT {
                return None;
            }
            set.extend(first..=last);
        }
        Some(Self(set))
    }

    /// Reads a mask: words of 32 bits, the highest first.
    pub(super) fn from_mask(text: &str) -> Option<Self> {
        let mut set = BTreeSet::new();
        for (word, place) in text.rsplit(',').zip((0..NUMBERS_LIMIT).step_by(32)) {
            let bits = u32::from_str_radix(word.trim(), 16).ok()?;
            set.extend((0..32).filter(|bit| bits >> bit & 1 == 1).map(|bit| place + bit));
        }
        Some(Self(set))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn first(&self) -> Option<u32> {
        self.0.first().copied()
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        self.0.contains(&number)
    }

    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }
}

impl FromIterator<u32> for CpuSet {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        Self(numbers.into_iter().collect())
    }
}

impl Extend<u32> for CpuSet {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, numbers: I) {
        self.0.extend(numbers);
    }
}

/// As a list.
impl fmt::Display for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut numbers = self.iter().peekable();
        let mut comma = "";
        while let Some(first) = numbers.next() {
            let mut last = first;
            while let Some(next) = numbers.next_if_eq(&(last + 1)) {
                last = next;
            }
            write!(f, "{comma}{first}")?;
            if last > first {
                write!(f, "-{last}")?;
            }
            comma = ",";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_and_masks_are_read() {
        assert_eq!(CpuSet::from_list("0-3,8\n").unwrap(), CpuSet::from_mask("00000000,0000010f").unwrap());
        assert_eq!(CpuSet::from_mask("3,00000000").unwrap(), CpuSet::from_list("32-33").unwrap());
        assert!(CpuSet::from_list("").unwrap().is_empty());
        assert!(CpuSet::from_list("7-3").unwrap().is_empty());
        for junk in ["x", "1-", "-", "0-4294967295", "99999"] {
            assert_eq!(CpuSet::from_list(junk), None, "{junk}");
        }
        assert_eq!(CpuSet::from_mask("0x1"), None);
    }

    proptest! {
        #[test]
        fn a_set_is_written_as_it_is_read(numbers in proptest::collection::btree_set(0..NUMBERS_LIMIT, 0..50)) {
            let set: CpuSet = numbers.into_iter().collect();
            prop_assert_eq!(CpuSet::from_list(&set.to_string()), Some(set));
        }

        #[test]
        fn any_text_is_survived(text: String) {
            let most = usize::try_from(NUMBERS_LIMIT).unwrap();
            prop_assert!(CpuSet::from_list(&text).is_none_or(|set| set.len() <= most));
            prop_assert!(CpuSet::from_mask(&text).is_none_or(|set| set.len() <= most));
        }
    }
}
