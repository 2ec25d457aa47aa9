//! A machine's logs in one bounded text: the ends of the kernel's log, of the journal, and of the agent's own.
//!
//! The journal's files are read by `journalctl`, where there is one, with a deadline, and its newest lines are kept. (The
//! agent's other children are `smartctl`, to collect, and `systemctl`, to go down and to install.) Secrets that stand on
//! the kernel's command line are taken out of every line, for the kernel prints it first thing.

use std::io;
use std::process::Command;
use std::time::Duration;

use inventory::LOGS_LIMIT_BYTES;

use super::kernel_log;
use crate::child;
use crate::collect::redact;
use crate::log;

const KERNEL_LIMIT_BYTES: usize = 384 << 10;
const JOURNAL_LIMIT_BYTES: usize = 384 << 10;
const JOURNAL_LINES: &str = "500";
const JOURNAL_TIMEOUT: Duration = Duration::from_secs(10);

/// One log, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Whose.
    pub name: &'static str,
    /// Its lines.
    pub text: String,
}

/// All parts as one text of bounded size, without what must not be shown.
#[must_use]
pub fn bundle(parts: &[Part]) -> String {
    let mut text = String::new();
    for Part { name, text: lines } in parts {
        text.push_str(&format!("==> {name} <==\n"));
        for line in lines.lines() {
            text.push_str(&redact::arguments(line));
            text.push('\n');
        }
        text.push('\n');
    }
    let mut end = text.len().min(LOGS_LIMIT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

pub(super) fn of_this_machine() -> Vec<Part> {
    let kernel = told(kernel_log::tail(KERNEL_LIMIT_BYTES));
    let journal = told(journal());
    vec![of_this_agent(), Part { name: "kernel", text: kernel }, Part { name: "journal", text: journal }]
}

pub(super) fn of_this_agent() -> Part {
    Part { name: "agent", text: log::recent() }
}

fn told(log: io::Result<String>) -> String {
    log.unwrap_or_else(|error| format!("not to be had: {error}\n"))
}

fn journal() -> io::Result<String> {
    let mut command = Command::new("journalctl");
    // The newest first, so that what finds no room is the oldest.
    command.args(["--lines", JOURNAL_LINES, "--reverse", "--output", "short-iso", "--no-pager", "--quiet"]);
    let (_, said) = child::run(&mut command, JOURNAL_TIMEOUT, JOURNAL_LIMIT_BYTES)?;
    Ok(oldest_first(&said, JOURNAL_LIMIT_BYTES))
}

/// Lines that came newest first, turned round. Of the last one that was cut, and so is the oldest, nothing is kept.
fn oldest_first(said: &[u8], limit_bytes: usize) -> String {
    let kept = match said.get(..limit_bytes) {
        Some(kept) if said.len() > limit_bytes => kept
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(&[][..], |end| kept.get(..=end).unwrap_or(kept)),
        _ => said,
    };
    let text = String::from_utf8_lossy(kept);
    text.lines().rev().flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn the_bundle_is_bounded_and_shows_no_ticket() {
        let line =
            "[0.0] <5> Command line: quiet muster.server=https://10.0.0.2:8443 muster.ticket=SECRET1\n";
        let parts = [
            Part { name: "kernel", text: line.to_owned() },
            Part { name: "journal", text: "€".repeat(LOGS_LIMIT_BYTES) },
        ];
        let text = bundle(&parts);
        assert!(text.starts_with("==> kernel <==\n[0.0] <5> Command line: quiet"), "{}", &text[..200]);
        assert!(!text.contains("SECRET1"));
        assert!(text.len() <= LOGS_LIMIT_BYTES && text.len() > LOGS_LIMIT_BYTES - 4);
    }

    #[test]
    fn of_a_journal_that_is_too_long_the_newest_lines_are_kept() {
        let told = |said: &str, limit| oldest_first(said.as_bytes(), limit);
        assert_eq!(told("three\ntwo\none\n", 100), "one\ntwo\nthree\n");
        assert_eq!(told("three\ntwo\no", 10), "two\nthree\n");
        assert_eq!(told("three\ntwo\n", 9), "three\n");
        assert_eq!(told("a line that", 9), "");
        assert_eq!(told("", 9), "");
    }

    #[test]
    fn a_log_that_can_not_be_had_says_why() {
        let said = told(Err(io::ErrorKind::PermissionDenied.into()));
        assert!(said.starts_with("not to be had: permission denied"), "{said}");
    }
}
