//! What a step of a boot can be.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// The machine asked for an address.
    DhcpDiscover,
    /// It was offered one.
    DhcpOffer,
    /// It has one.
    DhcpAck,
    /// It gets none.
    DhcpRefused,
    /// A file by TFTP, to the firmware.
    Tftp,
    /// An iPXE binary by HTTP, to the firmware.
    Binary,
    /// `boot.ipxe`.
    EntryScript,
    /// What was decided for this machine.
    Decision,
    /// A further script.
    Script,
    /// A kernel.
    Kernel,
    /// An initramfs.
    Initramfs,
    /// The root file system of a live system.
    Rootfs,
    /// A kickstart.
    Kickstart,
    /// An Ignition document.
    Ignition,
    /// The agent, fetched by a kickstart or a unit.
    Agent,
    /// The agent has enrolled.
    AgentFirstWord,
    /// An agent that is not enrolled says what it could not do.
    AgentFailed,
    /// Something was refused: a ticket, a document.
    Refused,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetch {
    /// It was sent, as far as that went.
    Done,
    /// Nothing of it was: it is not there, or only its size was asked for.
    Asked,
    /// It is on its way.
    Running,
}

/// A name in the database that this build does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no step of a boot called {0:?}")]
pub struct UnknownStepKind(pub String);

impl StepKind {
    /// All of them, in the order of a boot.
    pub const ALL: [Self; 18] = [
        Self::DhcpDiscover,
        Self::DhcpOffer,
        Self::DhcpAck,
        Self::DhcpRefused,
        Self::Tftp,
        Self::Binary,
        Self::EntryScript,
        Self::Decision,
        Self::Script,
        Self::Kernel,
        Self::Initramfs,
        Self::Rootfs,
        Self::Kickstart,
        Self::Ignition,
        Self::Agent,
        Self::AgentFirstWord,
        Self::AgentFailed,
        Self::Refused,
    ];

    /// The DHCP server's share.
    #[must_use]
    pub const fn is_dhcp(self) -> bool {
        matches!(self, Self::DhcpDiscover | Self::DhcpOffer | Self::DhcpAck | Self::DhcpRefused)
    }

    /// What the firmware loads first: iPXE.
    #[must_use]
    pub const fn is_loader(self) -> bool {
        matches!(self, Self::Tftp | Self::Binary)
    }

    /// As it is written in the database and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DhcpDiscover => "dhcp-discover",
            Self::DhcpOffer => "dhcp-offer",
            Self::DhcpAck => "dhcp-ack",
            Self::DhcpRefused => "dhcp-refused",
            Self::Tftp => "tftp",
            Self::Binary => "binary",
            Self::EntryScript => "entry-script",
            Self::Decision => "decision",
            Self::Script => "script",
            Self::Kernel => "kernel",
            Self::Initramfs => "initramfs",
            Self::Rootfs => "rootfs",
            Self::Kickstart => "kickstart",
            Self::Ignition => "ignition",
            Self::Agent => "agent",
            Self::AgentFirstWord => "agent-first-word",
            Self::AgentFailed => "agent-failed",
            Self::Refused => "refused",
        }
    }

    /// As a sentence about the machine begins, with what became of the file where it is one.
    #[must_use]
    pub fn in_words(self, fetch: Fetch) -> String {
        let does = match fetch {
            Fetch::Done => "fetched",
            Fetch::Asked => "asked for",
            Fetch::Running => "is fetching",
        };
        let begins = match self {
            Self::DhcpDiscover => "asked for an address:",
            Self::DhcpOffer => "was offered",
            Self::DhcpAck => "has the address",
            Self::DhcpRefused => "gets no address:",
            Self::Decision => "was told:",
            Self::AgentFirstWord => "the agent's first word:",
            Self::AgentFailed => "the agent failed:",
            Self::Refused => "was refused:",
            Self::Tftp => return format!("{does} a file by TFTP:"),
            Self::Binary => return format!("{does} iPXE by HTTP:"),
            Self::EntryScript => return format!("{does} iPXE's first script:"),
            Self::Script => return format!("{does} a script:"),
            Self::Kernel => return format!("{does} the kernel:"),
            Self::Initramfs => return format!("{does} the initramfs:"),
            Self::Rootfs => return format!("{does} the root file system:"),
            Self::Kickstart => return format!("{does} its kickstart:"),
            Self::Ignition => return format!("{does} its Ignition document:"),
            Self::Agent => return format!("{does} the agent:"),
        };
        begins.to_owned()
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
