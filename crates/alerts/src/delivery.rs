//! Deliveries, as they are listed.

use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};

/// One message on its way to one topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Of which incident.
    pub incident: Id,
    /// To which subscription.
    pub subscription: Id,
    /// The transition that is to be told.
    pub wanted: i64,
    /// The last transition that was told.
    pub told: Option<i64>,
    /// An attempt got no answer: it may have arrived.
    pub maybe_told: bool,
    /// How it stands.
    pub status: DeliveryStatus,
    /// Since when it waits.
    pub queued_at: Timestamp,
    /// When it is tried next.
    pub due_at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was first tried.
    pub first_attempt_at: Option<Timestamp>,
    /// When it was last tried.
    pub last_attempt_at: Option<Timestamp>,
    /// Why it last did not arrive.
    pub last_error: Option<String>,
    /// When a message of this lane last arrived.
    pub delivered_at: Option<Timestamp>,
    /// What the provider calls that message.
    pub message_id: Option<String>,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryStatus {
    /// It is to be sent.
    Waiting,
    /// It arrived.
    Sent,
    /// Nobody needs to know any more.
    Dropped,
    /// It was given up.
    Dead,
}

impl DeliveryStatus {
    /// As it is written in the database, in JSON and on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Dropped => "dropped",
            Self::Dead => "dead",
        }
    }
}

impl std::str::FromStr for DeliveryStatus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Waiting, Self::Sent, Self::Dropped, Self::Dead]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| format!("there is no status of a delivery called {text:?}"))
    }
}
