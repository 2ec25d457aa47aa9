//! How the agent stands with its server, for `muster-agent status`: written into a file, a minute apart at the least.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use inventory::{Id, Report, Section, Timestamp, each_section};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tracing::warn;

use crate::json;
use crate::keep::{self, Sync};
use crate::outbox::{Load, Outbox};

const SHORTEST_INTERVAL: Duration = Duration::from_secs(60);
/// Failures that are shown.
const FAILURES: usize = 5;

/// How the agent stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// The agent's version.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// Its start.
    pub start_id: String,
    /// The server that it reports to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The host that it speaks for; absent until it is enrolled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Id>,
    /// When the server last took something, by the agent's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<Timestamp>,
    /// Why nothing can be sent at present.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// What waits to be sent.
    pub waiting: Load,
    /// What last went wrong, oldest first.
    pub failures: VecDeque<Complaint>,
    /// The sections of the inventory that could not be collected, and why.
    pub failed_sections: BTreeMap<String, String>,
    /// When this was written.
    pub written_at: Timestamp,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// When.
    pub at: Timestamp,
    /// What.
    pub words: String,
}

impl Standing {
    pub(super) fn complain(&mut self, at: Timestamp, words: &str) {
        if self.failures.back().is_some_and(|last| last.words == words) {
            self.failures.pop_back();
        }
        self.failures.push_back(Complaint { at, words: words.to_owned() });
        if self.failures.len() > FAILURES {
            self.failures.pop_front();
        }
    }
}

/// Writes the file whenever the standing changed, and not more often than each minute. An agent without a server stands
/// with nobody: there it is written with each new report.
pub(super) async fn write_down(
    path: PathBuf,
    mut standing: watch::Receiver<Standing>,
    mut report: watch::Receiver<Option<Arc<Report>>>,
    outbox: Arc<Outbox>,
    clock: Arc<dyn inventory::Clock>,
) {
    let mut told = false;
    let is_alone = standing.borrow().server.is_none();
    loop {
        let changed = tokio::select! {
            changed = standing.changed() => changed,
            changed = report.changed(), if is_alone => changed,
        };
        if changed.is_err() {
            // The agent goes down, and this task with it.
            return std::future::pending().await;
        }
        let mut shown = standing.borrow_and_update().clone();
        shown.waiting = outbox.load();
        shown.failed_sections =
            report.borrow_and_update().as_deref().map(failed_sections).unwrap_or_default();
        shown.written_at = clock.now();
        let place = path.clone();
        let written = spawn_blocking(move || {
            let json = json::pretty(&shown)?;
            keep::write_whole(&place, &json, 0o644, Sync::Later)
        });
        if let Ok(Err(error)) = written.await
            && !std::mem::replace(&mut told, true)
        {
            warn!("writing {}: {error}; muster-agent status will know nothing", path.display());
        }
        sleep(SHORTEST_INTERVAL).await;
    }
}

fn failed_sections(report: &Report) -> BTreeMap<String, String> {
    let mut failed = BTreeMap::new();
    macro_rules! look {
        ($($name:ident)*) => {
            $(if let Section::Failed { reason } = &report.sections.$name {
                failed.insert(stringify!($name).to_owned(), reason.clone());
            })*
        };
    }
    each_section!(look);
    failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_failures_are_shown_and_one_that_repeats_is_shown_once() {
        let mut standing = Standing::default();
        for number in 0..10 {
            standing.complain(Timestamp(number), "away");
        }
        assert_eq!(standing.failures, [Complaint { at: Timestamp(9), words: "away".into() }]);
        for number in 0..10 {
            standing.complain(Timestamp(number), &number.to_string());
        }
        assert_eq!((standing.failures.len(), standing.failures[0].words.as_str()), (FAILURES, "5"));
    }
}
