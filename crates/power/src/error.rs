//! Why something could not be asked of a power switch.

use inventory::Id;
use store::StoreError;

use crate::act::Act;
use crate::way::{InvalidWay, WayName};

/// Why it is refused.
#[derive(Debug, thiserror::Error)]
pub enum PowerError {
    /// There is no such host.
    #[error("there is no host {0}")]
    NoHost(Id),
    /// The host is not to be switched.
    #[error("{host} is not switched: {why}")]
    Barred {
        /// Its name.
        host: String,
        /// Why.
        why: String,
    },
    /// It has no way of this name.
    #[error("{host} has no way called {way}: it has {known}")]
    NoWay {
        /// Its name.
        host: String,
        /// What was asked for.
        way: WayName,
        /// What there is.
        known: String,
    },
    /// None of its ways can do it.
    #[error("{who} can't switch {host} {act}")]
    Unable {
        /// Its name.
        host: String,
        /// What was asked for.
        act: Act,
        /// Which ways.
        who: String,
    },
    /// Something is being done already.
    #[error(
        "{host} is being switched already ({act}, request {request}): wait for its end, or answer what it asks"
    )]
    Running {
        /// Its name.
        host: String,
        /// What.
        act: Act,
        /// The request.
        request: Id,
    },
    /// There is no such request.
    #[error("there is no request {0} for this host's power")]
    NoRequest(Id),
    /// Nobody is asked to do anything.
    #[error("nobody is asked to press a button of {0}")]
    NoQuestion(String),
    /// The link is not ours.
    #[error("this link was not made by this server, or not for this answer")]
    Forged,
    /// The question has an end already, and another one.
    #[error("too late: {0}")]
    Settled(String),
    /// Somebody else was faster.
    #[error("the ways of {0} were changed in between; look at them and try again")]
    Changed(String),
    /// A way can't be.
    #[error(transparent)]
    Way(#[from] InvalidWay),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for PowerError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
