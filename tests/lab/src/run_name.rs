//! Names that say which process owns a thing, so that what a dead run left can be told from what a living one uses.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context as _;

/// Owner and number: `muster-PID-STARTED-N`. The start time (ticks since boot) tells a process from a later one with the
/// same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunName {
    pid: u32,
    started: u64,
    number: u32,
}

impl RunName {
    /// A name of this process, never given before.
    pub(crate) fn next() -> anyhow::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let pid = std::process::id();
        let started = started(pid).context("can't read the start time of this process from /proc")?;
        Ok(Self { pid, started, number: NUMBER.fetch_add(1, Ordering::Relaxed) })
    }

    /// The name that stands there, if it is one of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("muster-")?.split('-');
        let name = Self {
            pid: parts.next()?.parse().ok()?,
            started: parts.next()?.parse().ok()?,
            number: parts.next()?.parse().ok()?,
        };
        // Written back it must be the same: "muster-+1-2-3" is somebody else's.
        (parts.next().is_none() && name.to_string() == text).then_some(name)
    }

    /// Whether the process that gave this name is gone.
    pub(crate) fn is_orphan(&self) -> bool {
        started(self.pid) != Some(self.started)
    }
}

impl std::fmt::Display for RunName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "muster-{}-{}-{}", self.pid, self.started, self.number)
    }
}

fn started(pid: u32) -> Option<u64> {
    start_ticks(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The 22nd field of `/proc/PID/stat`. The second is the program's name in brackets and may hold anything, brackets and
/// blanks too, so counting starts after the last bracket.
fn start_ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back() {
        let name = RunName::next().unwrap();
        assert_eq!(RunName::parse(&name.to_string()), Some(name.clone()));
        assert!(!name.is_orphan());
        assert_ne!(RunName::next().unwrap(), name);
    }

    #[test]
    fn names_of_others_are_left_alone() {
        for other in
            ["", "muster", "muster-", "muster-1-2", "muster-1-2-3-4", "muster-a-2-3", "muster-+1-2-3", "blue"]
        {
            assert_eq!(RunName::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_later_process_with_the_same_number_is_not_the_owner() {
        let name = RunName { started: 1, ..RunName::next().unwrap() };
        assert!(name.is_orphan());
    }

    #[test]
    fn the_start_time_is_found_behind_a_strange_program_name() {
        let stat =
            "7 (a) b) c (d) S 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1 18446744073709551615";
        assert_eq!(start_ticks(stat), Some(4242));
        assert_eq!(start_ticks("7 (x) S 1"), None);
    }
}
