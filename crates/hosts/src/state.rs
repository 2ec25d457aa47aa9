//! The life of a host: its states, what may happen in each, and nothing else. Pure.
//!
//! This table is the only one: the diagram in `docs/` is made from it, and the boot decision and the muting of alerts
//! match on [`State`] without a wild card, so that a state added here is answered there.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a host stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Known, watched, given nothing: waits for an operator's approval.
    Discovered,
    /// Approved, without a role.
    Ready,
    /// Has a role in a cluster.
    Assigned,
    /// An operator has armed the installation of just this host, once.
    Armed,
    /// The installer has fetched what it was armed for.
    Installing,
    /// The installer has ended; nothing was heard from the installed system yet.
    Installed,
    /// The installed system speaks.
    InService,
    /// The installation failed.
    Failed,
    /// An operator works on it.
    Maintenance,
    /// No longer one of ours; kept for its history.
    Retired,
}

/// What may happen to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// An operator takes it in.
    Approve,
    /// An operator or a plan gives it a role.
    Assign,
    /// It gives its role up.
    Release,
    /// An operator arms its installation.
    Arm,
    /// The arming is taken back, or expired.
    Disarm,
    /// The same, of a host that was in service when it was armed to be installed anew: it still is.
    StayInService,
    /// The same, of a host whose installation before had not come to a good end: it still has not.
    StayFailed,
    /// The installer fetched what it was armed for.
    InstallStarted,
    /// The installer says that it has ended.
    InstallEnded,
    /// The installer says that it failed, or its time ran out.
    InstallFailed,
    /// The installed system speaks.
    Joined,
    /// An operator works on it.
    EnterMaintenance,
    /// The operator is done.
    LeaveMaintenance,
    /// It is no longer one of ours.
    Retire,
}

/// Something that can't happen in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a host that is {state} can't {event}")]
pub struct IllegalTransition {
    /// Where the host stands.
    pub state: State,
    /// What was to happen.
    pub event: Event,
}

/// A name in the database that this build does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no state called {0:?}")]
pub struct UnknownState(pub String);

impl State {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 10] = [
        Self::Discovered,
        Self::Ready,
        Self::Assigned,
        Self::Armed,
        Self::Installing,
        Self::Installed,
        Self::InService,
        Self::Failed,
        Self::Maintenance,
        Self::Retired,
    ];

    /// Where `event` leads from here.
    ///
    /// # Errors
    /// [`IllegalTransition`] when it leads nowhere.
    pub const fn after(self, event: Event) -> Result<Self, IllegalTransition> {
        use State::{
            Armed, Assigned, Discovered, Failed, InService, Installed, Installing, Maintenance, Ready,
            Retired,
        };
        Ok(match (self, event) {
            (Discovered, Event::Approve)
            | (Assigned | Installed | InService | Failed, Event::Release)
            | (Maintenance, Event::LeaveMaintenance) => Ready,
            (Ready, Event::Assign) | (Armed, Event::Disarm) => Assigned,
            (Assigned | Installed | InService | Failed, Event::Arm) => Armed,
            (Armed, Event::InstallStarted) => Installing,
            (Installing, Event::InstallEnded) => Installed,
            (Installing | Installed, Event::InstallFailed) | (Armed, Event::StayFailed) => Failed,
            // One that was taken for failed, and whose installed system speaks, was not.
            (Installing | Installed | Failed, Event::Joined) | (Armed, Event::StayInService) => InService,
            (Ready | Assigned | InService | Failed, Event::EnterMaintenance) => Maintenance,
            (Discovered | Ready | Assigned | InService | Failed | Maintenance, Event::Retire) => Retired,
            (Retired, Event::Approve) => Ready,
            (state, event) => return Err(IllegalTransition { state, event }),
        })
    }

    /// As it is written in the database, in JSON and on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Discovered => "discovered",
            Self::Ready => "ready",
            Self::Assigned => "assigned",
            Self::Armed => "armed",
            Self::Installing => "installing",
            Self::Installed => "installed",
            Self::InService => "in-service",
            Self::Failed => "failed",
            Self::Maintenance => "maintenance",
            Self::Retired => "retired",
        }
    }
}

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownState(text.to_owned()))
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Approve => "be approved",
            Self::Assign => "be given a role",
            Self::Release => "give up a role",
            Self::Arm => "be armed",
            Self::Disarm => "be disarmed",
            Self::StayInService => "stay in service",
            Self::StayFailed => "stay failed",
            Self::InstallStarted => "start an installation",
            Self::InstallEnded => "end an installation",
            Self::InstallFailed => "fail an installation",
            Self::Joined => "join",
            Self::EnterMaintenance => "enter maintenance",
            Self::LeaveMaintenance => "leave maintenance",
            Self::Retire => "be retired",
        })
    }
}
