//! Why the kernel's makers would not take a bug report (`Documentation/admin-guide/tainted-kernels.rst`).

/// One letter a bit; bit 0 is `P`.
const LETTERS: &[u8; 20] = b"PFSRMBUDAWCIOELKXTNJ";

/// The letters of the bits that are set, `None` where none is. A bit without a letter is of a newer kernel: `?`.
pub(super) fn letters(bits: u64) -> Option<String> {
    let set = (0..u64::BITS as usize).filter(|bit| bits >> bit & 1 == 1);
    let letters: String = set.map(|bit| LETTERS.get(bit).copied().map_or('?', char::from)).collect();
    (!letters.is_empty()).then_some(letters)
}
