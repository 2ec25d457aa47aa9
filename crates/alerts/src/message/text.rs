//! Strings that are safe to show, times and lengths of time as people read them.

use std::time::Duration;

use inventory::Timestamp;

/// One line of at most so many characters: no control characters, nothing that turns the text around.
pub(crate) fn plain(text: &str, max_chars: usize) -> String {
    let is_unsafe = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let mut chars = text.trim().chars().map(|c| if is_unsafe(c) { ' ' } else { c });
    let line: String = chars.by_ref().take(max_chars).collect();
    if chars.next().is_none() { line } else { format!("{}…", line.trim_end()) }
}

/// At most so many bytes, whole characters only; what was cut off shows as `…`.
pub(crate) fn cut(text: &str, max_bytes: usize) -> String {
    if text.len() <= max_bytes {
        return text.to_owned();
    }
    const MARK: &str = "…";
    let mut end = max_bytes.saturating_sub(MARK.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{MARK}", text.get(..end).unwrap_or_default())
}

/// A moment, to the second.
pub(crate) fn moment(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at.millis()) {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => format!("{} ms after 1970", at.millis()),
    }
}

/// A length of time in its two largest units.
pub(crate) fn span(span: Duration) -> String {
    let secs = span.as_secs();
    let (days, hours, mins, secs) = (secs / 86_400, secs / 3600 % 24, secs / 60 % 60, secs % 60);
    let units = [(days, "d"), (hours, "h"), (mins, "min"), (secs, "s")];
    let from_largest = units.iter().skip_while(|(number, _)| *number == 0).take(2);
    let parts: Vec<String> = from_largest
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_read_well() {
        assert_eq!(moment(Timestamp(1_795_257_600_999)), "2026-11-21 10:40:00 UTC");
        assert_eq!(moment(Timestamp(i64::MAX)), "9223372036854775807 ms after 1970");
        for (secs, text) in
            [(0, "0 s"), (59, "59 s"), (180, "3 min"), (185, "3 min 5 s"), (3605, "1 h"), (90_000, "1 d 1 h")]
        {
            assert_eq!(span(Duration::from_secs(secs)), text);
        }
    }

    #[test]
    fn a_hostile_string_becomes_one_plain_line() {
        assert_eq!(plain("a\nb\u{1b}[2J\u{202e}c\0", 99), "a b [2J c ");
        assert_eq!(plain(&"x".repeat(500), 3), "xxx…");
        assert_eq!(plain("🔥🔥🔥", 2), "🔥🔥…");
    }

    proptest! {
        #[test]
        fn what_is_cut_fits_and_is_whole(text in ".{0,200}", max in 3_usize..120) {
            let short = cut(&text, max);
            prop_assert!(short.len() <= max);
            prop_assert!(text.len() > max || short == text);
        }
    }
}
