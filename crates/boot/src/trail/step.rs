//! One step of a boot.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use inventory::{MacAddr, Timestamp};
use serde::{Serialize, Serializer};

/// A detail is one line on a screen.
const MAX_DETAIL: usize = 300;

/// Something that a booting machine did, as it is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub(crate) kind: StepKind,
    pub(crate) address: IpAddr,
    pub(crate) mac: Option<MacAddr>,
    pub(crate) detail: String,
    pub(crate) bytes: Option<u64>,
    pub(crate) took: Option<Duration>,
}

/// A step as it was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedStep {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: StepKind,
    /// From which address.
    pub address: IpAddr,
    /// More, in a line.
    pub detail: String,
    /// How much was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How long that took.
    #[serde(rename = "took_ms", serialize_with = "as_millis", skip_serializing_if = "Option::is_none")]
    pub took: Option<Duration>,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// A file by TFTP, to the firmware.
    Tftp,
    /// An iPXE binary by HTTP, to the firmware.
    Binary,
    /// `boot.ipxe`.
    EntryScript,
    /// What was decided for this machine.
    Decision,
    /// A kernel.
    Kernel,
    /// An initramfs.
    Initramfs,
    /// The root filesystem of a live system, or another file for it.
    Rootfs,
    /// A kickstart.
    Kickstart,
    /// The agent, fetched by a kickstart.
    Agent,
    /// The agent has enrolled.
    AgentFirstWord,
    /// An agent that is not enrolled says what it could not do.
    AgentFailed,
    /// Something was refused: a ticket, a document.
    Refused,
}

/// A name in the database that this build does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no step of a boot called {0:?}")]
pub struct UnknownStepKind(pub String);

impl Step {
    /// A step of which no more is known.
    #[must_use]
    pub fn new(kind: StepKind, address: IpAddr) -> Self {
        Self {
            kind,
            address: address.to_canonical(),
            mac: None,
            detail: String::new(),
            bytes: None,
            took: None,
        }
    }

    /// Whose step it is.
    #[must_use]
    pub fn mac(mut self, mac: MacAddr) -> Self {
        self.mac = Some(mac);
        self
    }

    /// More, in a line. What is no printable text is left out, what is too long is cut.
    #[must_use]
    pub fn detail(mut self, detail: &str) -> Self {
        self.detail = detail.chars().filter(|c| !c.is_control()).take(MAX_DETAIL).collect();
        self
    }

    /// How much was sent, in how long.
    #[must_use]
    pub fn sent(mut self, bytes: u64, took: Duration) -> Self {
        self.bytes = Some(bytes);
        self.took = Some(took);
        self
    }
}

impl StepKind {
    /// All of them, in the order of a boot.
    pub const ALL: [Self; 12] = [
        Self::Tftp,
        Self::Binary,
        Self::EntryScript,
        Self::Decision,
        Self::Kernel,
        Self::Initramfs,
        Self::Rootfs,
        Self::Kickstart,
        Self::Agent,
        Self::AgentFirstWord,
        Self::AgentFailed,
        Self::Refused,
    ];

    /// A machine that does this was just switched on.
    #[must_use]
    pub const fn begins(self) -> bool {
        matches!(self, Self::Tftp | Self::Binary | Self::EntryScript)
    }

    /// As it is written in the database and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tftp => "tftp",
            Self::Binary => "binary",
            Self::EntryScript => "entry-script",
            Self::Decision => "decision",
            Self::Kernel => "kernel",
            Self::Initramfs => "initramfs",
            Self::Rootfs => "rootfs",
            Self::Kickstart => "kickstart",
            Self::Agent => "agent",
            Self::AgentFirstWord => "agent-first-word",
            Self::AgentFailed => "agent-failed",
            Self::Refused => "refused",
        }
    }
}

impl FromStr for StepKind {
    type Err = UnknownStepKind;

    fn from_str(text: &str) -> Result<Self, UnknownStepKind> {
        Self::ALL.into_iter().find(|k| k.as_str() == text).ok_or_else(|| UnknownStepKind(text.to_owned()))
    }
}

impl fmt::Display for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for StepKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn as_millis<S: Serializer>(took: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match took {
        Some(took) => serializer.serialize_u64(u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        None => serializer.serialize_none(),
    }
}
