//! What a firewall says, made fit to be shown: it comes over the network, and somebody else wrote it.

/// Characters of one text that is shown.
const MAX_CHARS: usize = 300;

/// The text without control characters, runs of blanks as one, at most [`MAX_CHARS`] long.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(word);
        if shown.len() > 4 * MAX_CHARS {
            break;
        }
    }
    match shown.char_indices().nth(MAX_CHARS) {
        None => shown,
        Some((at, _)) => {
            shown.truncate(at);
            shown.push('…');
            shown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_line_and_short() {
        assert_eq!(shown("  in use by:\n\n\u{1b}[31mboot\tx\u{0} "), "in use by: [31mboot x");
        assert_eq!(shown(""), "");
        let long = shown(&"é".repeat(10_000));
        assert_eq!(long.chars().count(), MAX_CHARS + 1);
        assert!(long.ends_with('…'));
        assert!(shown(&"a ".repeat(100_000)).chars().count() <= MAX_CHARS + 1);
    }
}
