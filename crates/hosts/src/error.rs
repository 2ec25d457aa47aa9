//! Why something could not be done to a host, or was not taken from one.

use inventory::{Id, MacAddr};
use store::StoreError;

use crate::state::{IllegalTransition, State};

/// Why a host could not be changed, or its agent's word not be taken.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// There is no such host.
    #[error("there is no host {0}")]
    NoHost(Id),
    /// Its state does not allow it.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// Its installation was allowed, or goes on.
    #[error("{host} is {state} and can't be deleted: say {first} before")]
    UnderWay {
        /// Its name.
        host: String,
        /// Where it stands.
        state: State,
        /// What ends that.
        first: &'static str,
    },
    /// Somebody else changed the host in between.
    #[error("host {0} was changed in between; look at it and try again")]
    Changed(Id),
    /// No name for a host.
    #[error(
        "{0:?} is no name for a host: expected 1 to 63 of a-z, 0-9, '.' and '-', beginning and ending with a letter or digit"
    )]
    BadName(String),
    /// Another host has this name.
    #[error("another host is called {0}")]
    NameTaken(String),
    /// No place.
    #[error(
        "{0:?} is no place: expected words of a-z, A-Z, 0-9, '.', '_' and '-' with '/' between them, 64 characters at most, such as rack-2/slot-3"
    )]
    BadPlace(String),
    /// Another host stands there.
    #[error("{host} stands at {place}")]
    PlaceTaken {
        /// Where.
        place: String,
        /// Its name.
        host: String,
    },
    /// There is no such claim.
    #[error("there is no claim {0}")]
    NoClaim(Id),
    /// It was settled before.
    #[error("claim {0} was settled before")]
    AlreadySettled(Id),
    /// The key that a claim brings is another host's by now.
    #[error("host {0} speaks with the key of this claim")]
    KeyInUse(Id),
    /// What a scrape brought tells no machine from another.
    #[error("what was said holds nothing by which a machine can be recognised")]
    NoIdentity,
    /// There is no such action, or none that asked for this.
    #[error("there is no action {0} that asked for this")]
    NoAction(Id),
    /// As many actions wait for the host's agent as may.
    #[error("{limit} actions wait for the agent of host {host}, and no more are taken")]
    TooManyActions {
        /// The host.
        host: Id,
        /// The limit.
        limit: i64,
    },
    /// There are as many unapproved hosts as there may be.
    #[error("there are {limit} unapproved hosts, and no more are taken in: approve or delete some")]
    TooManyUnapproved {
        /// The limit.
        limit: u32,
    },
    /// A document could not be packed or unpacked.
    #[error("the inventory of host {host} could not be {what}")]
    Document {
        /// Whose.
        host: Id,
        /// `packed` or `read`.
        what: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an enrolment was refused.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// Nothing tells this machine from another.
    #[error(
        "the identity holds nothing by which a machine can be recognised: no MAC address, serial number or UUID that is not junk"
    )]
    NoIdentity,
    /// The ticket is another machine's.
    #[error("the ticket is for the machine with {0}, and this identity does not have that address")]
    ForeignTicket(MacAddr),
    /// The key is another host's.
    #[error(
        "another host speaks with this key: remove the agent's state file, so that it makes a key of its own"
    )]
    KeyInUse,
    /// There are as many unapproved hosts as there may be.
    #[error("there are {limit} unapproved hosts, and no more are taken in: approve or delete some")]
    TooManyUnapproved {
        /// The limit.
        limit: u32,
    },
    /// There are as many open claims on this host as there may be.
    #[error("there are {limit} open claims on host {host}, and no more are taken in: settle some")]
    TooManyClaims {
        /// The host.
        host: Id,
        /// The limit.
        limit: u32,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for HostError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<sqlx::Error> for EnrolError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
