//! Where the agent's lines go: to standard error, to the console of a machine that has no other screen, and into a short
//! memory, from which the server may ask for them.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write, stderr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::prelude::*;

/// Lines that are remembered, and how much of each.
const LINES: usize = 500;
const LINE_LIMIT_BYTES: usize = 400;

static RECENT: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());
static CONSOLE: OnceLock<File> = OnceLock::new();

/// Plain lines: the journal and the console add time and colour where they want them. `MUSTER_LOG` sets the level; the
/// libraries below never say more than warnings, for they know no secrets.
pub fn begin() {
    let level = std::env::var("MUSTER_LOG").ok().and_then(|level| level.parse().ok());
    let levels = Targets::new()
        .with_target("muster_agent", level.unwrap_or(LevelFilter::INFO))
        .with_default(LevelFilter::WARN);
    let lines = tracing_subscriber::fmt::layer().without_time().with_target(false).with_ansi(false);
    tracing_subscriber::registry().with(lines.with_writer(Everywhere).with_filter(levels)).init();
}

/// From now on warnings and errors are shown on this terminal too.
///
/// # Errors
/// It can't be written to.
pub fn show_on(console: &Path) -> io::Result<()> {
    use rustix::fs::OFlags;
    // A serial line that nobody reads must not stop the agent, and no terminal become its own.
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY).bits()).unwrap_or(0);
    let file = OpenOptions::new().write(true).custom_flags(flags).open(console)?;
    CONSOLE.set(file).ok();
    Ok(())
}

/// The last lines, oldest first.
#[must_use]
pub fn recent() -> String {
    let lines = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

fn remember(line: &str) {
    let mut end = line.len().min(LINE_LIMIT_BYTES);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    let mut lines = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    if lines.len() >= LINES {
        lines.pop_front();
    }
    lines.push_back(line.get(..end).unwrap_or_default().to_owned());
}

/// Writes one event, which is one line, to wherever it belongs.
struct Everywhere;

struct Line {
    for_console: bool,
}

impl<'a> MakeWriter<'a> for Everywhere {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { for_console: false }
    }

    fn make_writer_for(&'a self, event: &tracing::Metadata<'_>) -> Line {
        Line { for_console: *event.level() <= tracing::Level::WARN }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        remember(String::from_utf8_lossy(bytes).trim_end());
        if let Some(mut console) = CONSOLE.get().filter(|_| self.for_console) {
            // Carriage return: whoever else writes there may have left the cursor anywhere.
            console.write_all(&[b"\rmuster-agent: ", bytes].concat()).ok();
        }
        stderr().write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_remembered_and_no_more() {
        for number in 0..LINES + 10 {
            remember(&format!("line {number} {}", "ü".repeat(LINE_LIMIT_BYTES)));
        }
        let recent = recent();
        assert_eq!(recent.lines().count(), LINES);
        assert!(recent.lines().all(|line| line.len() <= LINE_LIMIT_BYTES));
        assert!(!recent.contains("line 9 ") && recent.contains(&format!("line {} ", LINES + 9)));
    }
}
