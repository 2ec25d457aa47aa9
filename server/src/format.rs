//! Numbers as people read them, the same in pages and tables.

use std::time::Duration;

use inventory::Timestamp;

/// Bytes in powers of 1024: `31.3 GiB`.
#[must_use]
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
    let mut value = bytes as f64 / 1024.0;
    let mut unit = "KiB";
    for next in UNITS.iter().skip(1) {
        // What would be rounded to 1024.0 is one of the next unit.
        if value < 1023.95 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    format!("{value:.1} {unit}").replace(".0 ", " ")
}

/// A disk's capacity as its label says it, in powers of 1000: `3.84 TB`.
#[must_use]
pub(crate) fn capacity(bytes: u64) -> String {
    const UNITS: [(&str, u64); 4] =
        [("PB", 1_000_000_000_000_000), ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000)];
    for (unit, size) in UNITS {
        if bytes >= size {
            #[expect(clippy::cast_precision_loss, reason = "two digits after the point are shown")]
            let text = format!("{:.2}", bytes as f64 / size as f64);
            return format!("{} {unit}", text.trim_end_matches('0').trim_end_matches('.'));
        }
    }
    format!("{bytes} B")
}

/// A span in its largest unit: `12s`, `5m`, `3h`, `9d`.
#[must_use]
pub(crate) fn span(span: Duration) -> String {
    match span.as_secs() {
        secs @ 0..60 => format!("{secs}s"),
        secs @ 60..3_600 => format!("{}m", secs / 60),
        secs @ 3_600..86_400 => format!("{}h", secs / 3_600),
        secs => format!("{}d", secs / 86_400),
    }
}

/// A short span, to tell what follows closely: `40ms`, `0.4s`, `12.3s`, `2m 05s`; in its largest unit from an hour on.
#[must_use]
pub(crate) fn fine_span(of: Duration) -> String {
    match of.as_secs() {
        0 if of.as_millis() < 100 => format!("{}ms", of.as_millis()),
        0..60 => format!("{:.1}s", of.as_secs_f64()),
        secs @ 60..3_600 => format!("{}m {:02}s", secs / 60, secs % 60),
        _ => span(of),
    }
}

/// What was sent of how much, and in which time: `14.2 MiB in 1.2s`, `only 3 MiB of 14.2 MiB in 1.2s`; nothing for what is no
/// transfer. A time that is too short to tell anything is left out.
#[must_use]
pub(crate) fn sent(sent_bytes: Option<u64>, size_bytes: Option<u64>, took_ms: Option<u64>) -> String {
    let Some(sent_bytes) = sent_bytes else { return String::new() };
    let what = match size_bytes.filter(|size| sent_bytes < *size) {
        Some(size) if sent_bytes == 0 => return format!("nothing of {}", bytes(size)),
        Some(size) => format!("only {} of {}", bytes(sent_bytes), bytes(size)),
        None => bytes(sent_bytes),
    };
    match took_ms.map(Duration::from_millis).filter(|took| *took >= SHORTEST) {
        Some(took) => format!("{what} in {}", fine_span(took)),
        None => what,
    }
}

/// Below this, a time says more of the server's buffers than of the way.
const SHORTEST: Duration = Duration::from_millis(100);

/// A moment, in UTC: `2026-11-21 10:38:53Z`.
#[must_use]
pub(crate) fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis())
        .map_or_else(|_| at.millis().to_string(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// One line of somebody else's text, of at most so many characters: nothing that moves a terminal's cursor, ends the line, or
/// turns its direction around.
#[must_use]
pub(crate) fn line(text: &str, max_chars: usize) -> String {
    let turns = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let mut chars = text.trim().chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c });
    let line: String = chars.by_ref().take(max_chars).collect();
    if chars.next().is_none() { line } else { format!("{}…", line.trim_end()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (n, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            (1 << 30, "1 GiB"),
            ((1 << 30) - 1, "1 GiB"),
            (u64::MAX, "16 EiB"),
        ] {
            assert_eq!(bytes(n), text, "{n}");
        }
        for (n, text) in [
            (512, "512 B"),
            (3_840_755_982_336, "3.84 TB"),
            (1_000_000_000, "1 GB"),
            (480_103_981_056, "480.1 GB"),
        ] {
            assert_eq!(capacity(n), text, "{n}");
        }
        for (n, text) in [(0, "0s"), (59, "59s"), (60, "1m"), (3599, "59m"), (7200, "2h"), (200_000, "2d")] {
            assert_eq!(span(Duration::from_secs(n)), text, "{n}");
        }
        for (ms, text) in [
            (0, "0ms"),
            (99, "99ms"),
            (432, "0.4s"),
            (12_340, "12.3s"),
            (125_000, "2m 05s"),
            (7_200_000, "2h"),
        ] {
            assert_eq!(fine_span(Duration::from_millis(ms)), text, "{ms}");
        }
        for (sent_bytes, size_bytes, took_ms, text) in [
            (None, Some(9), Some(9), ""),
            (Some(512), Some(512), Some(0), "512 B"),
            (Some(512), None, Some(99), "512 B"),
            (Some(1 << 20), Some(1 << 20), Some(1234), "1 MiB in 1.2s"),
            (Some(1 << 20), None, None, "1 MiB"),
            (Some(1 << 20), Some(1 << 21), Some(61_000), "only 1 MiB of 2 MiB in 1m 01s"),
            (Some(0), Some(1 << 20), Some(0), "nothing of 1 MiB"),
            (Some(0), Some(0), Some(0), "0 B"),
        ] {
            assert_eq!(sent(sent_bytes, size_bytes, took_ms), text);
        }
        assert_eq!(moment(Timestamp(1_795_257_600_000)), "2026-11-21 10:40:00Z");
    }

    #[test]
    fn a_hostile_text_is_one_plain_line() {
        assert_eq!(line("a\nb\u{1b}[2Jc\u{202e}d\r", 99), "a b [2Jc d");
        assert_eq!(line(&"x".repeat(500), 3), "xxx…");
    }
}
