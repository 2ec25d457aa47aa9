//! What would be done to a gateway, shown before it is done.

pub(crate) mod dependants;
pub(crate) mod make;
pub(crate) mod order;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::object::{Kind, Service};
use crate::reading::Revision;

/// A plan: the changes that bring a gateway from what is there to what is wanted, in the order in which they are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The changes, in order.
    pub changes: Vec<Change>,
    /// What stands in the way. While there is one, nothing is applied.
    pub conflicts: Vec<Conflict>,
    /// What else an operator should know.
    pub notices: Vec<Notice>,
    /// The services that take the changes up, in the order in which they are activated.
    pub services: BTreeSet<Service>,
    /// The newest change of the gateway's configuration when it was read; absent where it keeps none.
    pub revision: Option<Revision>,
    /// SHA-256 over changes, conflicts and services, in hexadecimal: says whether another plan is the same.
    pub digest: String,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.services.is_empty()
    }
}

/// Something that is not Muster's and stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// What of ours can't be.
    pub kind: Kind,
    /// What Muster calls it.
    pub name: String,
    /// What stands in its way, in a sentence.
    pub because: String,
    /// What to do about it.
    pub remedy: String,
}

/// What an operator should know, and may go on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Notice {
    /// The sentence.
    pub text: String,
}
