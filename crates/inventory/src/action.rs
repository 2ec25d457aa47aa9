//! The few things that a server may ask of an agent. None of them writes to a disk, and none takes a command line.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::Id;
use crate::message::AgentStamp;
use crate::version::SchemaVersion;

/// How long a light blinks, where nobody said.
pub const BLINK_SECS: u32 = 30;
/// The longest that a light may be asked to blink.
pub const LONGEST_BLINK_SECS: u32 = 300;
/// The most of a machine's logs that goes to the server.
pub const LOGS_LIMIT_BYTES: usize = 1 << 20;

/// Something that the server asks an agent to do, once, and not after its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionRequest {
    /// Used once: an agent that has seen it does it no second time.
    pub id: Id,
    /// Not done after this, by the server's clock.
    pub expires_at: Timestamp,
    /// What to do.
    #[serde(flatten)]
    pub action: Action,
}

/// What an agent can be asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Collect everything, and send the whole inventory.
    Report,
    /// Send the ends of the kernel's log, the journal and the agent's own log.
    Logs,
    /// Boot anew, in good order.
    Reboot,
    /// Switch the machine off, in good order.
    PowerOff,
    /// Let a network card's light blink.
    BlinkNic {
        /// The card's name.
        name: String,
        /// For how long.
        #[serde(default = "blink_secs")]
        secs: u32,
    },
    /// Let a disk's locate light shine.
    BlinkDisk {
        /// The disk's name (`sda`).
        name: String,
        /// For how long.
        #[serde(default = "blink_secs")]
        secs: u32,
    },
    /// An action that this build does not know: refused.
    #[serde(other)]
    Unknown,
}

const fn blink_secs() -> u32 {
    BLINK_SECS
}

impl Action {
    /// What it is called on command lines and in settings; the two kinds of light are one.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Logs => "logs",
            Self::Reboot => "reboot",
            Self::PowerOff => "power-off",
            Self::BlinkNic { .. } | Self::BlinkDisk { .. } => "blink",
            Self::Unknown => "unknown",
        }
    }
}

/// What became of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Edition.
    pub schema: SchemaVersion,
    /// Who speaks.
    pub agent: AgentStamp,
    /// When, by the agent's clock.
    pub at: Timestamp,
    /// Of which action.
    pub action: Id,
    /// How it went.
    pub outcome: Outcome,
    /// More of it, for people.
    pub words: String,
}

/// How an action went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is being done, and its end will be told: a machine that boots anew is silent in between.
    Begun,
    /// It is done.
    Done,
    /// The agent does not do it: it is not enabled, not known, or was asked for before.
    Refused,
    /// It was tried, and did not work.
    Failed,
    /// It came after its time.
    Expired,
}

impl Outcome {
    /// As it is written in JSON, and for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// Nothing more will be told.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Begun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_one_flat_object_and_what_is_not_known_is_still_read() {
        let request = ActionRequest {
            id: "a1".parse().unwrap(),
            expires_at: Timestamp(7),
            action: Action::BlinkNic { name: "eth0".to_owned(), secs: 5 },
        };
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(json, r#"{"id":"a1","expires_at":7,"action":"blink_nic","name":"eth0","secs":5}"#);
        assert_eq!(serde_json::from_str::<ActionRequest>(&json).unwrap(), request);
        let dance: ActionRequest =
            serde_json::from_str(r#"{"id":"a1","expires_at":7,"action":"dance","to":"music"}"#).unwrap();
        assert_eq!(dance.action, Action::Unknown);
        let disk = r#"{"id":"a1","expires_at":7,"action":"blink_disk","name":"sda"}"#;
        let disk: ActionRequest = serde_json::from_str(disk).unwrap();
        assert_eq!(disk.action, Action::BlinkDisk { name: "sda".to_owned(), secs: BLINK_SECS });
    }
}
