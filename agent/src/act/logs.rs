//! A machine's logs in one bounded text: the ends of the kernel's log, of the journal, and of the agent's own.
//!
//! The journal's files are read by `journalctl`, where there is one, with a deadline, and its newest lines are kept. (The
//! agent's other children are `smartctl`, to collect, and `systemctl`, to go down and to install.) Secrets that stand on
//! the kernel's command line are taken out of every line, for the kernel prints it first thing.

use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use inventory::LOGS_LIMIT_BYTES;

use super::kernel_log;
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
    let mut child = Command::new("journalctl")
        .args(["--lines", JOURNAL_LINES, "--output", "short-iso", "--no-pager", "--quiet"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut output = child.stdout.take().ok_or_else(|| io::Error::other("journalctl has no output"))?;
    let (read, all) = channel();
    let reader = move || {
        let newest = newest_lines(&mut output, JOURNAL_LIMIT_BYTES);
        read.send(newest.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())).ok();
    };
    thread::Builder::new().name("journal".to_owned()).spawn(reader)?;
    let text = all.recv_timeout(JOURNAL_TIMEOUT);
    // It may still be writing, to a reader that waits no longer.
    child.kill().ok();
    child.wait()?;
    text.unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "journalctl does not answer")))
}

/// The last lines that fit. No more than twice as much is held at once, however long it goes on.
fn newest_lines(output: &mut impl Read, limit_bytes: usize) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let mut is_cut = false;
    while output.take(limit_bytes as u64).read_to_end(&mut kept)? > 0 {
        let too_much = kept.len().saturating_sub(limit_bytes);
        // The byte before tells whether the first line that stays is whole.
        is_cut = match too_much.checked_sub(1).and_then(|before| kept.get(before)) {
            Some(before) => *before != b'\n',
            None => is_cut,
        };
        kept.drain(..too_much);
    }
    if is_cut {
        let first = kept.iter().position(|byte| *byte == b'\n').map_or(kept.len(), |end| end + 1);
        kept.drain(..first);
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn a_journal_that_is_too_long_loses_its_oldest_lines() {
        let newest = |text: &str, limit| newest_lines(&mut text.as_bytes(), limit).unwrap();
        assert_eq!(newest("one\ntwo\nthree\n", 100), b"one\ntwo\nthree\n");
        assert_eq!(newest("one\ntwo\nthree\n", 11), b"two\nthree\n");
        assert_eq!(newest("one\ntwo\nthree\n", 10), b"two\nthree\n");
        assert_eq!(newest("one\ntwo\nthree\n", 9), b"three\n");
        assert_eq!(newest("a line that is too long", 9), b"");
        assert_eq!(newest("", 9), b"");
    }

    proptest! {
        #[test]
        fn what_is_kept_of_a_journal_is_its_end_in_whole_lines(text in "([a-z]{0,9}\n){0,40}", limit in 1_usize..60) {
            let kept = String::from_utf8(newest_lines(&mut text.as_bytes(), limit).unwrap()).unwrap();
            prop_assert!(kept.len() <= limit && text.ends_with(&kept));
            let before = text.len() - kept.len();
            prop_assert!(before == 0 || text[..before].ends_with('\n'));
            // The line before it would not have fitted.
            let line = text[..before].lines().last().map_or(0, |line| line.len() + 1);
            prop_assert!(before == 0 || kept.len() + line > limit);
        }
    }

    #[test]
    fn a_log_that_can_not_be_had_says_why() {
        let said = told(Err(io::ErrorKind::PermissionDenied.into()));
        assert!(said.starts_with("not to be had: permission denied"), "{said}");
    }
}
