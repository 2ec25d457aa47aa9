//! Device statistics (ACS-4 9.5): numbers that all makers count alike, where SMART attributes are each maker's own.

use crate::bytes::{be_any, byte, le16};

/// The page of general statistics.
pub const GENERAL_PAGE: u8 = 0x01;
/// The page of solid state drives.
pub const SOLID_STATE_PAGE: u8 = 0x07;

/// General statistics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct General {
    /// Hours that the drive was on.
    pub power_on_hours: Option<u64>,
    /// Logical sectors written by the host.
    pub written_sectors: Option<u64>,
    /// Logical sectors read by the host.
    pub read_sectors: Option<u64>,
}

impl General {
    /// Decodes page 1.
    #[must_use]
    pub fn decode(page: &[u8]) -> Option<Self> {
        is_page(page, GENERAL_PAGE).then(|| Self {
            power_on_hours: statistic(page, 16, 4),
            written_sectors: statistic(page, 24, 6),
            read_sectors: statistic(page, 40, 6),
        })
    }
}

/// Page 7: the life that the maker foresaw, used; passes 100.
#[must_use]
pub fn used_percent(page: &[u8]) -> Option<u8> {
    is_page(page, SOLID_STATE_PAGE)
        .then(|| statistic(page, 8, 1))
        .flatten()
        .and_then(|used| u8::try_from(used).ok())
}

/// A page begins with its revision, 1, and its number.
fn is_page(page: &[u8], number: u8) -> bool {
    le16(page, 0) == Some(1) && byte(page, 2) == Some(number)
}

/// A statistic of eight bytes: its value in the lower ones, its flags in the highest; bit 7 says that there is one, bit 6
/// that it is valid.
fn statistic(page: &[u8], offset: usize, length: usize) -> Option<u64> {
    let flags = byte(page, offset + 7)?;
    let value: Vec<u8> = page.get(offset..offset + length)?.iter().rev().copied().collect();
    (flags & 0xc0 == 0xc0).then(|| be_any(&value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(number: u8, statistics: &[(usize, u64)]) -> Vec<u8> {
        let mut page = vec![0; 512];
        page[..3].copy_from_slice(&[1, 0, number]);
        for (offset, value) in statistics {
            page[*offset..offset + 8].copy_from_slice(&(value | 0xc0 << 56).to_le_bytes());
        }
        page
    }

    #[test]
    fn valid_statistics_are_told() {
        let mut general = page(1, &[(16, 14_551), (24, 64_777_770_148), (40, 34_909_544_344)]);
        let told = General::decode(&general).unwrap();
        assert_eq!((told.power_on_hours, told.written_sectors), (Some(14_551), Some(64_777_770_148)));
        assert_eq!(told.read_sectors, Some(34_909_544_344));
        // Supported, and not valid just now.
        general[23] = 0x80;
        assert_eq!(General::decode(&general).unwrap().power_on_hours, None);
        assert_eq!(used_percent(&page(7, &[(8, 104)])), Some(104));
        assert_eq!((used_percent(&page(1, &[(8, 3)])), General::decode(&[0; 512])), (None, None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>, cut in 0..512_usize) {
            let _ = (General::decode(&bytes), used_percent(&bytes));
            let _ = (General::decode(&page(1, &[(16, 5)])[..cut]), used_percent(&page(7, &[(8, 1)])[..cut]));
        }
    }
}
