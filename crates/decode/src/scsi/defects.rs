//! READ DEFECT DATA (SBC-4 5.18, 5.19): how long the list of blocks is that the drive set aside in its life.
//!
//! Only the head is asked for: it tells the whole list's length, however little room there is.

use crate::bytes::{be16, be32, byte};

/// The head of READ DEFECT DATA (10).
pub const HEAD_10_BYTES: u32 = 4;
/// The head of READ DEFECT DATA (12).
pub const HEAD_12_BYTES: u32 = 8;

/// The grown list's entries, out of the head of READ DEFECT DATA (10).
#[must_use]
pub fn grown_10(head: &[u8]) -> Option<u64> {
    entries(byte(head, 1)?, be16(head, 2)?.into())
}

/// The grown list's entries, out of the head of READ DEFECT DATA (12).
#[must_use]
pub fn grown_12(head: &[u8]) -> Option<u64> {
    entries(byte(head, 1)?, be32(head, 4)?)
}

/// Bit 3 says that the grown list is there; without bit 4, which would mix the factory's into it. The lowest three are the
/// format.
fn entries(form: u8, length_bytes: u32) -> Option<u64> {
    let entry_bytes = match form & 0x1f {
        0x08 => 4,
        0x0b..=0x0d => 8,
        _ => return None,
    };
    Some(u64::from(length_bytes / entry_bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_length_counts_entries_of_its_format() {
        assert_eq!(grown_10(&[0, 0x08, 0, 224]), Some(56));
        assert_eq!(grown_12(&[0, 0x0d, 0, 0, 0, 0, 8, 32]), Some(260));
        assert_eq!(grown_12(&[0, 0x0d, 0, 0, 0, 0, 0, 0]), Some(0));
        // The factory's list; a format of the maker's own; no list; a cut head.
        assert_eq!(
            (grown_10(&[0, 0x10, 0, 8]), grown_10(&[0, 0x0e, 0, 8]), grown_10(&[0; 4])),
            (None, None, None)
        );
        assert_eq!(grown_12(&[0, 0x0d, 0, 0, 0]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let _ = (grown_10(&bytes), grown_12(&bytes));
        }
    }
}
