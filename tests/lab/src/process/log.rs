//! What a process said, line by line, without times and without paint.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::console;

/// A machine that prints for hours must not fill our memory.
const MAX_LINES: usize = 20_000;
const MAX_LINE_BYTES: usize = 1024 * 1024;

/// Shared by everybody who reads along.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    /// How many were forgotten at the front.
    forgotten: usize,
    whole: VecDeque<Line>,
    /// What each stream has said since its last line end: a prompt never gets one.
    begun: Vec<Vec<u8>>,
    open_streams: usize,
}

#[derive(Debug)]
struct Line {
    stream: usize,
    text: String,
}

/// The stream that [`Log::follow`] was given first.
const STANDARD_OUTPUT: usize = 0;

impl Log {
    /// The first line that contains `pattern`, an unfinished one too.
    #[must_use]
    pub fn find(&self, pattern: &str) -> Option<String> {
        let lines = self.lines();
        let begun = lines.begun.iter().map(|bytes| console::plain(bytes));
        let whole = lines.whole.iter().map(|line| line.text.clone());
        whole.chain(begun).find(|line| line.contains(pattern))
    }

    /// The finished lines from number `start` on, and the number to ask for next time.
    #[must_use]
    pub fn since(&self, start: usize) -> (Vec<String>, usize) {
        let lines = self.lines();
        let fresh = lines.whole.iter().skip(start.saturating_sub(lines.forgotten));
        (fresh.map(|line| line.text.clone()).collect(), lines.forgotten + lines.whole.len())
    }

    /// Everything.
    #[must_use]
    pub fn text(&self) -> String {
        self.tail(usize::MAX)
    }

    /// The last `count` lines.
    #[must_use]
    pub fn tail(&self, count: usize) -> String {
        let lines = self.lines();
        let begun = lines.begun.iter().filter(|bytes| !bytes.is_empty()).map(|bytes| console::plain(bytes));
        let all: Vec<String> = lines.whole.iter().map(|line| line.text.clone()).chain(begun).collect();
        let mut text = all.get(all.len().saturating_sub(count)..).unwrap_or_default().join("\n");
        text.push('\n');
        text
    }

    /// What it said on standard output alone.
    #[must_use]
    pub fn output(&self) -> String {
        let lines = self.lines();
        let spoken = lines.whole.iter().filter(|line| line.stream == STANDARD_OUTPUT);
        spoken.flat_map(|line| [line.text.as_str(), "\n"]).collect()
    }

    /// Whether the process (and everybody it gave its output to) has closed it.
    pub(super) fn is_complete(&self) -> bool {
        self.lines().open_streams == 0
    }

    /// Reads a stream to its end, in a thread of its own.
    pub(super) fn follow(&self, stream: Option<impl Read + Send + 'static>) {
        let Some(mut stream) = stream else { return };
        let number = {
            let mut lines = self.lines();
            lines.open_streams += 1;
            lines.begun.push(Vec::new());
            lines.begun.len() - 1
        };
        let log = self.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                log.lines().add(number, buffer.get(..count).unwrap_or_default());
            }
            let mut lines = log.lines();
            lines.finish(number);
            lines.open_streams -= 1;
        });
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn add(&mut self, stream: usize, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let Some(begun) = self.begun.get_mut(stream) else { return };
            begun.extend_from_slice(piece);
            if piece.ends_with(b"\n") || begun.len() > MAX_LINE_BYTES {
                self.finish(stream);
            }
        }
    }

    fn finish(&mut self, stream: usize) {
        let Some(begun) = self.begun.get_mut(stream) else { return };
        if begun.is_empty() {
            return;
        }
        let text = console::plain(&std::mem::take(begun));
        self.whole.push_back(Line { stream, text });
        if self.whole.len() > MAX_LINES {
            self.whole.pop_front();
            self.forgotten += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_of(pieces: &[&str]) -> Log {
        let log = Log::default();
        log.lines().begun.push(Vec::new());
        for piece in pieces {
            log.lines().add(0, piece.as_bytes());
        }
        log
    }

    #[test]
    fn lines_are_whole_however_they_arrive() {
        let log = log_of(&["on", "e\ntwo\n", "th", "ree"]);
        assert_eq!(log.text(), "one\ntwo\nthree\n");
        assert_eq!(log.tail(2), "two\nthree\n");
        assert_eq!(log.since(0), (vec!["one".into(), "two".into()], 2));
        assert_eq!(log.since(2), (vec![], 2));
    }

    #[test]
    fn a_prompt_is_found_before_its_line_ends() {
        assert_eq!(log_of(&["boot\nlog", "in: "]).find("login:").as_deref(), Some("login: "));
    }

    #[test]
    fn it_forgets_the_oldest_lines_and_breaks_endless_ones() {
        let log = log_of(&[&"x\n".repeat(MAX_LINES), "y\n", &"z".repeat(MAX_LINE_BYTES + 1)]);
        let (fresh, next) = log.since(MAX_LINES);
        assert_eq!(fresh.len(), 2);
        assert_eq!(next, MAX_LINES + 2);
        assert_eq!(log.lines().whole.len(), MAX_LINES);
    }
}
