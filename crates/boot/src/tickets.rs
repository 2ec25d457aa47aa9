//! Tickets: what a boot script carries so that its one receiver can be told from everybody else on the wire.
//!
//! A ticket is made without the database: its purpose, MAC, source address and expiry are in it, under an HMAC with a key
//! that only the server has. Checking it ([`TicketKey::verify`]) is pure; that it is used once is counted where the secret
//! is handed out ([`redeem`]), in that transaction. A refused one leaves an event ([`refused`]), at a bounded rate.

mod token;

use std::net::IpAddr;
use std::time::Duration;

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::{MacAddr, Timestamp};
use sqlx::SqlitePool;

pub use token::{ANYWHERE, Purpose, TicketKey, Token};

use crate::store::ticket::{self as rows, FirstUse};

/// How long a ticket is good for: a machine that loads an image over a slow line, twice, is done by then.
pub const DEFAULT_LIFE: Duration = Duration::from_secs(30 * 60);

/// The installer fetches its kickstart from two places (dracut, then anaconda), within seconds of each other.
const REPEAT: Duration = Duration::from_secs(120);

/// Clocks that were set back must not bring a used ticket to life: uses are remembered this long after the expiry.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);

/// At most one event an address in this time, and at most [`EVENTS`] of all addresses.
const QUIET: Duration = Duration::from_secs(60);
const EVENTS: i64 = 30;

/// A ticket that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// For what.
    pub purpose: Purpose,
    /// For which machine.
    pub mac: MacAddr,
    /// From where it may be used; [`ANYWHERE`] for one that is bound to no address.
    pub source: IpAddr,
    /// Of which generation of the machine's installations it is; 0 where it is of none.
    pub generation: i64,
    /// Until when.
    pub expires_at: Timestamp,
    nonce: [u8; 12],
}

/// Why a ticket was refused.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// Not one of ours, or changed on the way.
    #[error(
        "this ticket was not made by this server, or was changed; boot the machine again to get a new one"
    )]
    Forged,
    /// Too late.
    #[error("this ticket for {mac} expired {} minutes ago; boot the machine again to get a new one", .ago.as_secs() / 60)]
    Expired {
        /// Whose it was.
        mac: MacAddr,
        /// How long ago.
        ago: Duration,
    },
    /// From another address than it was made for.
    #[error("this ticket for {mac} was made for {expected} and came from {actual}")]
    WrongAddress {
        /// Whose it is.
        mac: MacAddr,
        /// For which address.
        expected: IpAddr,
        /// From which it came.
        actual: IpAddr,
    },
    /// Made for something else.
    #[error("this ticket for {mac} is for {actual}, not for {expected}")]
    WrongPurpose {
        /// Whose it is.
        mac: MacAddr,
        /// What was asked for.
        expected: Purpose,
        /// What it is for.
        actual: Purpose,
    },
    /// Used before, by somebody else.
    #[error("this ticket for {mac} was used before; boot the machine again to get a new one")]
    Replayed {
        /// Whose it is.
        mac: MacAddr,
    },
    /// The use could not be counted, so nothing was given out.
    #[error("the ticket's use could not be counted")]
    Store(#[from] StoreError),
}

impl TicketError {
    /// In a word, for programs.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Forged => "forged",
            Self::Expired { .. } => "expired",
            Self::WrongAddress { .. } => "wrong-address",
            Self::WrongPurpose { .. } => "wrong-purpose",
            Self::Replayed { .. } => "replayed",
            Self::Store(_) => "not-counted",
        }
    }

    /// Whose ticket it was. Nothing that stands in a forged one is believed.
    #[must_use]
    pub const fn mac(&self) -> Option<MacAddr> {
        match self {
            Self::Forged | Self::Store(_) => None,
            Self::Expired { mac, .. }
            | Self::WrongAddress { mac, .. }
            | Self::WrongPurpose { mac, .. }
            | Self::Replayed { mac } => Some(*mac),
        }
    }
}

/// Counts the use of a ticket, in the transaction that gives out what it is for.
///
/// `holder` says who uses it: the hash of the agent's new key, or the address that fetches a document. The same agent may
/// come again (its first answer was lost); a document may be fetched again for two minutes.
///
/// # Errors
/// [`TicketError::Replayed`], or that the use can't be counted.
pub async fn redeem(tx: &mut Tx, ticket: &Ticket, holder: &str, now: Timestamp) -> Result<(), TicketError> {
    let nonce = hex::encode(ticket.nonce);
    let first = rows::first_use(tx, &nonce, ticket, holder, now).await?;
    may_use(ticket, &first, holder, now)
}

/// Whether [`redeem`] would take a ticket, without its use being counted: for those who only ask what they would get.
///
/// # Errors
/// As [`redeem`].
pub async fn check(
    readers: &SqlitePool,
    ticket: &Ticket,
    holder: &str,
    now: Timestamp,
) -> Result<(), TicketError> {
    match rows::known_use(readers, &hex::encode(ticket.nonce)).await? {
        None => Ok(()),
        Some(first) => may_use(ticket, &first, holder, now),
    }
}

fn may_use(ticket: &Ticket, first: &FirstUse, holder: &str, now: Timestamp) -> Result<(), TicketError> {
    let in_time = match ticket.purpose {
        // These three are good as long as they live: what a node's document is given out by is counted with its arming.
        Purpose::Enrol | Purpose::Live | Purpose::Progress => true,
        Purpose::Kickstart | Purpose::Ignition => now.since(first.at) <= REPEAT,
        Purpose::Node => false,
    };
    if first.holder == holder && in_time { Ok(()) } else { Err(TicketError::Replayed { mac: ticket.mac }) }
}

/// Writes the event that a ticket was refused; `false` when so many were lately that this one is only counted.
///
/// # Errors
/// The database's.
pub async fn refused(
    tx: &mut Tx,
    source: IpAddr,
    error: &TicketError,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let source = source.to_canonical();
    let Some(silent) = rows::may_tell(tx, source, now, now.minus(QUIET), EVENTS).await? else {
        return Ok(false);
    };
    let more = if silent > 0 { format!(" ({silent} more since the last such event)") } else { String::new() };
    let event = NewEvent::new(Kind::TicketRefused, None, source.to_string(), format!("{error}{more}"))
        .key(source.to_string())
        .data(serde_json::json!({ "why": error.as_str(), "mac": error.mac(), "more": silent }));
    events::append(tx, &event, now).await?;
    Ok(true)
}

/// Forgets uses and refusals that can't matter any more.
///
/// # Errors
/// The database's.
pub async fn sweep(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    rows::forget(tx, now.minus(REMEMBERED)).await
}
