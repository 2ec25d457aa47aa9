//! The small messages: who speaks, what failed, goodbye, and what the server asks in return.

use serde::{Deserialize, Serialize};

use crate::action::ActionRequest;
use crate::clock::Timestamp;
use crate::enrol::Identity;
use crate::version::SchemaVersion;

/// Which run of which agent speaks. With these three a restart, a crash loop and a late message are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentStamp {
    /// The kernel's `/proc/sys/kernel/random/boot_id`: differs after a reboot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot_id: Option<String>,
    /// Random for each start of the agent.
    pub start_id: String,
    /// Counts the messages of this start, from 1.
    pub seq: u64,
}

/// Something that the agent could not do, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Edition.
    pub schema: SchemaVersion,
    /// Who speaks.
    pub agent: AgentStamp,
    /// When, by the agent's clock.
    pub at: Timestamp,
    /// What was tried (`inventory`, `sample`, `enrol`, `agent`).
    pub what: String,
    /// Why it failed.
    pub reason: String,
    /// Who the machine is: told only by an agent that is not enrolled, and so has no key to speak with. It proves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// The first six characters of its ticket, with the identity: which boot it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_prefix: Option<String>,
}

/// The agent ends on purpose: its silence from now on is no failure of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goodbye {
    /// Edition.
    pub schema: SchemaVersion,
    /// Who speaks.
    pub agent: AgentStamp,
    /// When, by the agent's clock.
    pub at: Timestamp,
    /// Why.
    pub reason: GoodbyeReason,
}

/// Why an agent ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoodbyeReason {
    /// It was told to (SIGTERM, SIGINT): the service stops, or the machine goes down in good order.
    Stopped,
    /// It was asked for one report only (`--once`).
    Done,
    /// The machine boots anew, because it was asked to.
    Rebooting,
    /// The machine is switched off, because it was asked to.
    PoweringOff,
    /// A reason that this build does not know.
    #[serde(other)]
    Other,
}

/// The server's answer to a report, a sample, a failure, a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The server's time, so that the agent can tell its clock's error.
    pub server_time: Timestamp,
    /// Seconds between two samples, from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_secs: Option<u32>,
    /// What the server asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionRequest>,
}

impl Reply {
    /// An answer that asks for nothing.
    #[must_use]
    pub const fn new(server_time: Timestamp) -> Self {
        Self { server_time, interval_secs: None, actions: Vec::new() }
    }
}
