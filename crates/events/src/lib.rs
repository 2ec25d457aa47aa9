//! What happened: one row an event, written in the same transaction as the change that it tells of.
//!
//! The timeline, the audit and the alerts read from here by a durable cursor; none of them is called by the code that
//! changes things. Every kind of event is listed in [`Kind`], so that a reader can see what there is to know.

mod kind;
mod store;

use inventory::{Id, Timestamp};
use serde_json::Value;

pub use crate::kind::{Kind, UnknownKind};
pub use crate::store::{advance, after, append, cursor, of_host};

/// An event that is about to be written.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// What kind of thing happened.
    pub kind: Kind,
    /// To which host.
    pub host: Option<Id>,
    /// What an opening event and the one that closes it share, within their kind and host (a claim's id, a failing part's
    /// name); empty where there is only one.
    pub key: String,
    /// Who did it: `agent`, `operator`, `server`, or a source address.
    pub actor: String,
    /// One sentence for people.
    pub summary: String,
    /// More, for programs. No secrets.
    pub data: Value,
}

impl NewEvent {
    /// An event without key and data.
    #[must_use]
    pub fn new(kind: Kind, host: Option<Id>, actor: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            kind,
            host,
            key: String::new(),
            actor: actor.into(),
            summary: summary.into(),
            data: Value::Null,
        }
    }

    /// With a key.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    /// With data.
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.data = data;
        self
    }
}

/// An event as it was written.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Event {
    /// Its place in the order of all events.
    pub seq: i64,
    /// When it was written.
    pub at: Timestamp,
    /// What kind of thing happened.
    pub kind: Kind,
    /// To which host.
    pub host: Option<Id>,
    /// See [`NewEvent::key`].
    pub key: String,
    /// Who did it.
    pub actor: String,
    /// One sentence for people.
    pub summary: String,
    /// More, for programs.
    pub data: Value,
}
