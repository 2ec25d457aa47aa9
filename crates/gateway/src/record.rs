//! The journal: what was applied, step by step, and what became of it.

use std::fmt;
use std::str::FromStr;

use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::name::GatewayName;
use crate::object::Service;
use crate::plan::{Conflict, Plan};

/// How far a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplyState {
    /// It is being applied.
    Applying,
    /// It was applied, and proved by reading back.
    Done,
    /// It failed or was taken back: the gateway is as before.
    Undone,
    /// Something of it stands and something does not: its words say what.
    HalfDone,
    /// The server died in the middle of it.
    Interrupted,
}

impl ApplyState {
    /// As it is written in the database and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applying => "applying",
            Self::Done => "done",
            Self::Undone => "undone",
            Self::HalfDone => "half-done",
            Self::Interrupted => "interrupted",
        }
    }
}

impl fmt::Display for ApplyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ApplyState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Applying, Self::Done, Self::Undone, Self::HalfDone, Self::Interrupted]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("no state of an apply is called {text:?}"))
    }
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// It was begun, and whether it was made is not known (yet).
    Begun,
    /// It was made.
    Made,
    /// It was not made.
    Failed,
}

impl StepState {
    /// As it is written in the database and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Made => "made",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for StepState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for StepState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Begun, Self::Made, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("no state of a step is called {text:?}"))
    }
}

/// A plan that was applied, or is being applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyRecord {
    /// Its id.
    pub id: Id,
    /// To which gateway.
    pub gateway: GatewayName,
    /// Who asked for it.
    pub actor: String,
    /// How far it is.
    pub state: ApplyState,
    /// The one that it takes back, where it is a rollback.
    pub undoes: Option<Id>,
    /// What was to be done.
    pub plan: Plan,
    /// What was done, in order. Empty in a list of applies: [`Gateways::apply_record`](crate::Gateways::apply_record) has it.
    pub steps: Vec<StepRecord>,
    /// How it ended, for people.
    pub words: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// One change of an apply. It is written down before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Its place, from 1.
    pub number: u32,
    /// The step that it takes back; 0 where it only brings entries back into their order.
    pub undoes: Option<u32>,
    /// How far it is.
    pub state: StepState,
    /// The change.
    pub change: Change,
    /// What went wrong.
    pub words: String,
    /// When it was begun.
    pub started_at: Timestamp,
    /// When it was known how it ended.
    pub ended_at: Option<Timestamp>,
}

/// In what a gateway differs from what was last applied to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// What would put it right.
    pub changes: Vec<Change>,
    /// What stands in the way now, and did not then.
    pub conflicts: Vec<Conflict>,
    /// Services that do not run, or have not taken up what is saved.
    pub services: Vec<Service>,
    /// Since when the sweep knows of it.
    pub since: Option<Timestamp>,
}

impl Drift {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.conflicts.is_empty() && self.services.is_empty()
    }
}
