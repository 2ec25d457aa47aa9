//! One change of one object. It knows what was there and what shall be, so that it can be undone.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::object::{Fields, Kind, Service};

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is made.
    Create,
    /// Fields of it are set.
    Update,
    /// It is removed, and made anew at the end of its list: where the last that fits counts, its place matters.
    Move,
    /// It is removed.
    Delete,
}

/// A change. Part of the stable JSON of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which service takes it up.
    pub service: Service,
    /// What it is done to.
    pub kind: Kind,
    /// Its id; absent for settings.
    pub id: Option<Uuid>,
    /// What Muster calls it.
    pub name: String,
    /// What is done.
    pub action: Action,
    /// The fields before: absent where it is made; for an update those that are changed only.
    pub before: Option<Fields>,
    /// The fields after: absent where it is removed; for an update those that are changed only.
    pub after: Option<Fields>,
    /// Why, where the fields don't say it.
    pub because: Option<String>,
}

impl Change {
    /// What it is done to, for people: `boot efi64 lan`, `server s1`.
    #[must_use]
    pub fn object(&self) -> String {
        self.kind.called(&self.name)
    }

    /// What undoes it.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let action = match self.action {
            Action::Create => Action::Delete,
            Action::Delete => Action::Create,
            same @ (Action::Update | Action::Move) => same,
        };
        Self { action, before: self.after.clone(), after: self.before.clone(), because: None, ..self.clone() }
    }
}
