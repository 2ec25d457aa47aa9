//! What a terminal would show of a line: firmware paints its console with escape sequences, a test reads text.

/// Removes escape sequences and control characters; a backspace takes back the character before it.
pub(crate) fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            '\u{8}' => {
                shown.pop();
            }
            '\t' => shown.push(' '),
            c if c.is_control() => {}
            c => shown.push(c),
        }
    }
    shown
}

/// After ESC: `[` parameters up to a letter (CSI), or `(`, `)`, `#` and one more, or one character.
fn skip_escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match chars.next() {
        Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
        Some('(' | ')' | '#') => {
            chars.next();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_cursor_moves_are_not_text() {
        assert_eq!(
            plain(b"\x1b[0;1miPXE 1.0\x1b[0m -- \x1b[0;36mhttp://ipxe.org\r"),
            "iPXE 1.0 -- http://ipxe.org"
        );
        assert_eq!(plain(b"\x1bc\x1b[?7l\x1b[2J\x1b[0mSeaBIOS"), "SeaBIOS");
        assert_eq!(plain(b"\x1b[01;01HBdsDxe: loading"), "BdsDxe: loading");
        assert_eq!(plain(b"\x1b(Bok"), "ok");
    }

    #[test]
    fn a_countdown_that_was_taken_back_is_not_text() {
        assert_eq!(plain(b"wait...\x08 \x08\x08 \x08\x08 \x08done"), "waitdone");
    }

    #[test]
    fn nothing_breaks_it() {
        for bytes in [&b"\x1b"[..], b"\x1b[", b"\x1b[12", b"\x1b(", b"\x08\x08", b"\xff\xfe", b""] {
            plain(bytes);
        }
        assert_eq!(plain(b"a\xffb"), "a\u{fffd}b");
    }
}
