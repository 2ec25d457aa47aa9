//! Reading packets without ever stepping outside of them.

/// `N` bytes at `at`, if they are there.
pub(crate) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// The text before the first zero, for people: hostile, so without what moves a terminal, and not endless.
pub(crate) fn text(bytes: &[u8]) -> String {
    const MOST_CHARS: usize = 512;
    let until = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    plain(&String::from_utf8_lossy(until), MOST_CHARS)
}

/// The same for what is a string already.
pub(crate) fn plain(text: &str, most_chars: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most_chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_not_read() {
        assert_eq!(array::<2>(&[1, 2, 3], 1), Some([2, 3]));
        assert_eq!(array::<2>(&[1, 2, 3], 2), None);
        assert_eq!(array::<2>(&[1, 2, 3], usize::MAX), None);
    }

    #[test]
    fn text_from_the_network_moves_no_terminal() {
        assert_eq!(text(b"snponly.efi\0junk"), "snponly.efi");
        assert_eq!(text(b"\x1b[2Jx\n"), "[2Jx");
        assert_eq!(text(&[b'a'; 9000]).len(), 512);
    }
}
