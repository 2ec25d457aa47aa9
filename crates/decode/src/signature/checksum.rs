//! The cyclic redundancy checks of superblocks.

/// The polynomial of Ethernet, bits reversed: GPT, LVM.
const IEEE: u32 = 0xedb8_8320;
/// Castagnoli's, bits reversed: ext4, XFS, btrfs.
const CASTAGNOLI: u32 = 0x82f6_3b78;

pub(super) fn crc32(parts: &[&[u8]]) -> u32 {
    !crc(IEEE, !0, parts)
}

pub(super) fn crc32c(parts: &[&[u8]]) -> u32 {
    !crc(CASTAGNOLI, !0, parts)
}

/// LVM begins with a number of its own, and does not invert the result.
pub(super) fn lvm(bytes: &[u8]) -> u32 {
    crc(IEEE, 0xf597_a6cf, &[bytes])
}

/// A bit at a time: a superblock is short, and a table of 256 numbers is not.
fn crc(polynomial: u32, start: u32, parts: &[&[u8]]) -> u32 {
    parts.iter().flat_map(|part| part.iter()).fold(start, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { polynomial } else { 0 };
        }
        crc
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_words_have_the_usual_sums() {
        assert_eq!(crc32(&[b"1234", b"56789"]), 0xcbf4_3926);
        assert_eq!(crc32c(&[b"123456789"]), 0xe306_9283);
    }
}
