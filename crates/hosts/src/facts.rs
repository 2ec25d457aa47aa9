//! What the boot decision and the alerts need to know of a host: one read by key, no documents.

use inventory::{Id, Timestamp};

use crate::state::State;

/// A host in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostFacts {
    /// The host.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// Where it stands in the room, where somebody said.
    pub place: Option<String>,
    /// Where it stands in its life.
    pub state: State,
    /// An operator has taken it in.
    pub approved: bool,
    /// When its agent was last heard.
    pub last_seen_at: Option<Timestamp>,
    /// When its agent said goodbye, if nothing was heard since.
    pub goodbye_at: Option<Timestamp>,
}
