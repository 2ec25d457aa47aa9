//! What operators and the loop guard say of each machine's boot: read at once, for a boot answer waits for no disk.
//!
//! All of it is kept in memory, with the database behind: what an operator says is on the disk before he is answered; what
//! follows from the boots themselves (a word that was used, a boot that was counted, a hold) counts at once and is written by
//! the [`ControlWriter`]. A restart of the server forgets the last second of it at most.

mod memory;
mod operator;
mod writer;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::store::{Store, StoreError};
use hosts::HostFacts;
use inventory::{Clock, Id, MacAddr, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex as AsyncMutex, Notify};

use self::memory::Memory;
use crate::decide::{Action, Cause, Decision, Inputs};
use crate::guard::Hold;
use crate::install::Install;
use crate::machine::Machine;
use crate::next::{Next, Subject};
use crate::options::HostOptions;
use crate::site::Site;
use crate::store::control as rows;

pub use operator::ControlError;
pub use writer::ControlWriter;

/// The handle; cheap to clone.
#[derive(Clone)]
pub struct Control {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    memory: Mutex<Memory>,
    changed: Notify,
    /// Who writes: what happened stands before what an operator says about it.
    turn: AsyncMutex<()>,
}

/// What was said of one boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// How the host boots.
    pub options: HostOptions,
    /// What an operator wants of this one boot, and under which name he said it.
    pub next: Option<(Subject, Next)>,
    /// It boots again and again.
    pub hold: Option<Hold>,
    /// It was not sent to another iPXE just now.
    pub may_switch: bool,
}

/// A machine that is held at its disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The card that it boots from.
    pub mac: MacAddr,
    /// Its host, where it was known.
    pub host: Option<Id>,
    /// Since when.
    pub since: Timestamp,
    /// What happened.
    pub reason: String,
}

impl Said {
    /// All that the decision follows from; `arming` is what those who arm installations say.
    #[must_use]
    pub fn inputs<'a>(
        &'a self,
        machine: &'a Machine,
        host: Option<&'a HostFacts>,
        site: &'a Site,
        arming: Option<&'a Result<Install, String>>,
    ) -> Inputs<'a> {
        let next = self.next.as_ref().map(|(_, next)| next);
        Inputs {
            machine,
            host,
            site,
            options: &self.options,
            next,
            hold: self.hold,
            may_switch: self.may_switch,
            arming,
        }
    }
}

impl Control {
    /// Takes up what the database remembers; the writer's [`ControlWriter::run`] is a task of the server's.
    ///
    /// # Errors
    /// The database's.
    pub async fn open(store: Store, clock: Arc<dyn Clock>) -> Result<(Self, ControlWriter), StoreError> {
        let memory = Memory::new(
            rows::all_options(store.readers()).await?,
            rows::all_next(store.readers()).await?,
            rows::all_guards(store.readers()).await?,
        );
        let inner = Arc::new(Inner {
            store,
            clock,
            memory: Mutex::new(memory),
            changed: Notify::new(),
            turn: AsyncMutex::new(()),
        });
        Ok((Self { inner: Arc::clone(&inner) }, ControlWriter::new(inner)))
    }

    /// A machine asks what to boot: what is to be known for its answer.
    #[must_use]
    pub fn asks(&self, mac: MacAddr, host: Option<&HostFacts>) -> Said {
        let now = self.inner.clock.now();
        let mut memory = self.inner.lock();
        let said = memory.asks(mac, host, now);
        self.inner.tell(&memory);
        said
    }

    /// What it would be told, without anything being counted.
    #[must_use]
    pub fn peek(&self, mac: MacAddr, host: Option<&HostFacts>) -> Said {
        self.inner.lock().peek(mac, host, self.inner.clock.now())
    }

    /// The machine was answered so: its boot is counted, and an operator's word is used.
    pub fn answered(&self, mac: MacAddr, host: Option<&HostFacts>, said: &Said, decision: &Decision) {
        let now = self.inner.clock.now();
        let mut memory = self.inner.lock();
        match (&decision.action, decision.cause) {
            (Action::OtherIpxe { .. }, _) => memory.switched(mac, now),
            (_, Cause::State(given)) => memory.counted(mac, host, given, now),
            (_, Cause::Operator) => {
                if let Some((subject, next)) = &said.next {
                    memory.used(subject, next, host, now);
                }
            }
            (_, Cause::Guard | Cause::Option | Cause::Nothing) => {}
        }
        self.inner.tell(&memory);
    }

    /// An agent speaks, of this host, and where it has just booted from this card: what was held is let go, and the card's
    /// boots count no more.
    pub fn heard(&self, host: &Id, mac: Option<MacAddr>) {
        let mut memory = self.inner.lock();
        memory.heard(host, mac);
        self.inner.tell(&memory);
    }

    /// How a host boots, and how often that was changed.
    #[must_use]
    pub fn options(&self, host: &Id) -> (i64, HostOptions) {
        let versioned = self.inner.lock().options(host);
        (versioned.version, versioned.options)
    }

    /// What an operator wants of this machine's next boot.
    #[must_use]
    pub fn next(&self, subject: &Subject) -> Option<Next> {
        self.inner.lock().next(subject, self.inner.clock.now())
    }

    /// The machines that are held.
    #[must_use]
    pub fn holds(&self) -> Vec<Held> {
        self.inner.lock().holds()
    }

    /// The cards of this host that are held.
    #[must_use]
    pub fn holds_of(&self, host: &Id) -> Vec<Held> {
        self.holds().into_iter().filter(|held| held.host.as_ref() == Some(host)).collect()
    }

    /// All options that are set, by host.
    #[must_use]
    pub fn all_options(&self) -> BTreeMap<Id, HostOptions> {
        self.inner.lock().all_options()
    }

    /// A host is gone.
    pub fn forget(&self, host: &Id) {
        let mut memory = self.inner.lock();
        memory.forget(host);
        self.inner.tell(&memory);
    }

    /// Lets go of what is over.
    pub fn sweep(&self) {
        let mut memory = self.inner.lock();
        memory.sweep(self.inner.clock.now());
        self.inner.tell(&memory);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the writer where there is something to write.
    fn tell(&self, memory: &Memory) {
        if memory.has_news() {
            self.changed.notify_one();
        }
    }
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}
