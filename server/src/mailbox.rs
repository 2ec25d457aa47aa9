//! Which agents have something to come for: so that a sample of one that has nothing costs no look into the database.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use inventory::Id;

/// The hosts for whose agents something may wait. One too many costs a read; none is ever missing.
#[derive(Debug, Default)]
pub struct Mailbox(Mutex<HashSet<Id>>);

impl Mailbox {
    /// A mailbox with something for these.
    #[must_use]
    pub fn new(hosts: Vec<Id>) -> Self {
        Self(Mutex::new(hosts.into_iter().collect()))
    }

    /// Something waits for this host's agent. To be said after it was committed.
    pub fn put(&self, host: Id) {
        self.lock().insert(host);
    }

    /// Whether something may wait.
    #[must_use]
    pub fn may_have(&self, host: &Id) -> bool {
        self.lock().contains(host)
    }

    /// All that waits is about to be looked up. To be said before it is: what comes in meanwhile is put in again.
    pub fn empty(&self, host: &Id) {
        self.lock().remove(host);
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Id>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
