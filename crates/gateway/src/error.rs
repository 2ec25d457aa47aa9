//! What can go wrong with a gateway.

use crate::name::GatewayName;
use crate::object::Service;
use crate::reading::Revision;

/// Why a gateway could not be read or changed. The texts never hold credentials.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Nobody answers.
    #[error("can't reach {url}: {reason}")]
    Unreachable {
        /// Where.
        url: String,
        /// Why.
        reason: String,
    },
    /// It did not answer in time, and what was asked may have been done.
    #[error("{url} did not answer {what} within {secs} s: it may have been done")]
    Timeout {
        /// Where.
        url: String,
        /// What was asked: `POST dnsmasq/settings/setBoot/…`.
        what: String,
        /// How long was waited.
        secs: u64,
    },
    /// Its certificate is not the one that is trusted.
    #[error("{url} has another certificate: {reason}")]
    Certificate {
        /// Where.
        url: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// There is no key and secret to show, or they are none. The text does not repeat them.
    #[error("the gateway's key and secret can't be used: {0}")]
    Credential(String),
    /// Key and secret are not taken.
    #[error("{url} does not take this key and secret: {reason}")]
    NotAuthorised {
        /// Where.
        url: String,
        /// What it answered, and what to do.
        reason: String,
    },
    /// The key's user may not do this.
    #[error("the key's user lacks the privilege \"{privilege}\", which {what} needs")]
    Forbidden {
        /// As the gateway's own page names it.
        privilege: String,
        /// What was asked.
        what: String,
    },
    /// There is no such thing: its plugin is missing, or the release is too old.
    #[error("{what} is not there: {reason}")]
    Absent {
        /// What was asked.
        what: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A release that is too old.
    #[error("{product} {version} is too old: Muster needs {needs} or later")]
    TooOld {
        /// What it is.
        product: &'static str,
        /// Its release.
        version: String,
        /// The oldest that will do.
        needs: &'static str,
    },
    /// It takes a value not.
    #[error("{object} was refused: {reason}")]
    Refused {
        /// Which object.
        object: String,
        /// What it said, field by field.
        reason: String,
    },
    /// It said yes, and it is not so: an update was lost, or a field is not known there.
    #[error("{object} was saved and reads back differently: {reason}")]
    NotAsWritten {
        /// Which object.
        object: String,
        /// Which fields.
        reason: String,
    },
    /// An answer that can't be understood.
    #[error("{url} answered {what} with {answer}")]
    Answer {
        /// Where.
        url: String,
        /// What was asked.
        what: String,
        /// What came, bounded.
        answer: String,
    },
    /// A service does not run with its new configuration.
    #[error("{service} does not run: {reason}")]
    Down {
        /// Which.
        service: Service,
        /// What is known of it.
        reason: String,
    },
    /// Somebody else changed the configuration meanwhile.
    #[error("somebody else changed the gateway meanwhile: {} by {}; that is saved, and not applied by Muster", .0.what, .0.by)]
    ChangedMeanwhile(Revision),
    /// The plan that was shown is not the one that would be applied now.
    #[error("the gateway or the wish changed since the plan was shown: look at the plan again")]
    PlanChanged,
    /// Something foreign stands in the way.
    #[error("{0} conflicts stand in the way: see the plan")]
    Conflicts(usize),
    /// A gateway that has no such capability.
    #[error("this gateway has no {0}")]
    Incapable(&'static str),
    /// A file of an adapter that works on files.
    #[error("{path}: {reason}")]
    File {
        /// Which.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// Nobody knows a gateway of this name.
    #[error("there is no gateway called {0}")]
    NoGateway(GatewayName),
    /// There is one of this name.
    #[error("there is a gateway called {0} already")]
    Exists(GatewayName),
    /// A plan is being applied to it.
    #[error("{gateway} is being changed already: wait until that has ended")]
    Busy {
        /// Which.
        gateway: GatewayName,
    },
    /// What Muster made stands on it still.
    #[error(
        "{objects} objects that Muster made stand on {gateway}: clear the wish and apply it first, or remove the gateway and leave them"
    )]
    StandsOn {
        /// Which gateway.
        gateway: GatewayName,
        /// How many.
        objects: usize,
    },
    /// No such apply.
    #[error("{gateway} has no apply {id}")]
    NoApply {
        /// Which gateway.
        gateway: GatewayName,
        /// What was asked for.
        id: String,
    },
    /// It can't be taken back.
    #[error("{apply} can't be taken back: {reason}")]
    NotUndoable {
        /// Which.
        apply: String,
        /// What stands in the way, and what to do.
        reason: String,
    },
    /// The address of an OPNsense is none.
    #[error(transparent)]
    Address(#[from] crate::opnsense::InvalidAddress),
    /// The wish contradicts itself, or another part of it.
    #[error(transparent)]
    Wish(#[from] crate::wish::InvalidWish),
    /// The part of a wish has no good name.
    #[error("{0:?} is no name for a part of a wish: expected 1 to 80 letters, digits, '.', '_', '-' or '/'")]
    Part(String),
    /// The server goes down.
    #[error("the server is stopping: nothing was begun")]
    Stopping,
    /// A secret's.
    #[error(transparent)]
    Secrets(#[from] secrets::SecretsError),
    /// The database's.
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

impl From<sqlx::Error> for GatewayError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
