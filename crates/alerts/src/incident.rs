//! Incidents, as they are listed and told.

use std::fmt;
use std::str::FromStr;

use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::rules::RuleId;
use crate::severity::Severity;

/// One firing of one rule on one target. There is at most one open incident for a rule, a host and a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: Id,
    /// Which rule.
    pub rule: RuleId,
    /// On which host; absent for the whole site.
    pub host: Option<Id>,
    /// What that host was called when the incident last changed.
    pub host_name: String,
    /// Where it stood in the room then, where somebody said.
    #[serde(default)]
    pub place: Option<String>,
    /// Which part of it: a mount point, a sensor, a claim; empty where there is only one.
    pub component: String,
    /// How bad it is, or was last.
    pub severity: Severity,
    /// Whether it lasts.
    pub state: IncidentState,
    /// Counts what happened to it, from 1.
    pub transition: i64,
    /// What is wrong.
    pub title: String,
    /// How it ended.
    pub ending: Option<String>,
    /// More of what is, or of how it ended.
    pub text: String,
    /// When it began.
    pub opened_at: Timestamp,
    /// When something last happened to it.
    pub changed_at: Timestamp,
    /// When it ended.
    pub resolved_at: Option<Timestamp>,
}

/// Whether an incident lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentState {
    /// It does.
    Open,
    /// It is over.
    Resolved,
}

/// A word that names no state of an incident.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an incident is open or resolved, not {0:?}")]
pub struct UnknownIncidentState(pub String);

/// Which incidents a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentFilter {
    /// In this state.
    pub state: Option<IncidentState>,
    /// Of this host.
    pub host: Option<Id>,
    /// Of rules whose name begins so.
    pub rule_prefix: Option<String>,
    /// At least this bad.
    pub min_severity: Option<Severity>,
}

/// How many incidents of a host are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCount {
    /// How many.
    pub count: i64,
    /// How bad the worst is.
    pub worst: Severity,
}

impl IncidentState {
    /// As it is written in the database, in JSON and on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
        }
    }
}

impl FromStr for IncidentState {
    type Err = UnknownIncidentState;

    fn from_str(text: &str) -> Result<Self, UnknownIncidentState> {
        [Self::Open, Self::Resolved]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| UnknownIncidentState(text.to_owned()))
    }
}

impl fmt::Display for IncidentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
