//! Files that are on their way to a machine: seen while they run, recorded when they have ended, however they did.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use inventory::{MacAddr, Timestamp};
use serde::Serialize;

use super::Trail;
use super::kind::StepKind;
use super::step::Step;

/// Transfers that can be seen at once. One beyond them is recorded at its end like any other.
const SEEN: usize = 1024;

/// A transfer that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// What is sent.
    pub kind: StepKind,
    /// To whom.
    pub mac: Option<MacAddr>,
    /// At which address.
    pub address: IpAddr,
    /// Its name.
    pub name: String,
    /// How much was handed to the network.
    pub sent_bytes: u64,
    /// How much there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Since when.
    pub began_at: Timestamp,
}

impl Progress {
    /// How much of it was sent, in percent; absent where its size is not known.
    #[must_use]
    pub fn percent(&self) -> Option<u64> {
        let size = self.size_bytes.filter(|size| *size > 0)?;
        Some(self.sent_bytes.min(size).saturating_mul(100) / size)
    }
}

/// Those that run.
#[derive(Debug, Default)]
pub(super) struct Running {
    next: AtomicU64,
    seen: Mutex<HashMap<u64, (Progress, Arc<AtomicU64>)>>,
}

impl Running {
    fn begin(&self, progress: Progress, sent: &Arc<AtomicU64>) -> u64 {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < SEEN {
            seen.insert(number, (progress, Arc::clone(sent)));
        }
        number
    }

    fn end(&self, number: u64) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
    }

    pub(super) fn of(&self, macs: &[MacAddr]) -> Vec<Progress> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let of_these = seen.iter().filter(|(_, (p, _))| p.mac.is_some_and(|mac| macs.contains(&mac)));
        let mut running: Vec<(u64, Progress)> = of_these
            .map(|(number, (progress, sent))| {
                (*number, Progress { sent_bytes: sent.load(Ordering::Relaxed), ..progress.clone() })
            })
            .collect();
        running.sort_by_key(|(number, _)| *number);
        running.into_iter().map(|(_, progress)| progress).collect()
    }
}

/// One transfer. It is a step of the trail when all was sent, or else when this is dropped.
#[derive(Debug)]
pub struct Transfer {
    trail: Trail,
    number: u64,
    step: Option<Step>,
    sent: Arc<AtomicU64>,
    began: Instant,
}

impl Transfer {
    pub(super) fn begin(trail: &Trail, step: Step, at: Timestamp) -> Self {
        let sent = Arc::new(AtomicU64::new(0));
        let progress = Progress {
            kind: step.kind,
            mac: step.mac,
            address: step.address,
            name: step.detail.clone(),
            sent_bytes: 0,
            size_bytes: step.size,
            began_at: at,
        };
        let number = trail.shared.running.begin(progress, &sent);
        if let Some(mac) = step.mac {
            trail.changed(mac);
        }
        Self { trail: trail.clone(), number, step: Some(step), sent, began: Instant::now() }
    }

    /// So many bytes more were handed to the network. With the last of them the transfer has ended.
    pub fn sent(&mut self, bytes: u64) {
        let sent = self.sent.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if self.step.as_ref().is_some_and(|step| step.size.is_some_and(|size| sent >= size)) {
            self.end(None);
        }
    }

    /// It has ended, whole where its size was not known, and this is what there is to say of it.
    pub fn end(&mut self, detail: Option<&str>) {
        let Some(step) = self.step.take() else { return };
        let step = match detail {
            Some(detail) => step.detail(detail),
            None => step,
        };
        let sent = self.sent.load(Ordering::Relaxed);
        // A body whose length nobody knew beforehand can only be compared with itself.
        let size = step.size.unwrap_or(sent);
        self.trail.shared.running.end(self.number);
        self.trail.record(step.sent(sent, self.took()).of(size));
    }

    fn took(&self) -> Duration {
        self.began.elapsed()
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        self.end(None);
    }
}
