//! The rules: which there are, and what each decides. Everything below is pure.

pub(crate) mod event;
pub(crate) mod evidence;
pub(crate) mod filesystem;
pub(crate) mod hysteresis;
pub(crate) mod missing;
pub(crate) mod temperature;

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// A condition with its timing. Written as `noun.condition`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RuleId { $($(#[doc = $doc])+ $variant,)+ }

        impl RuleId {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// As it is written in the database, in JSON and in the settings (below `alerts.rules.`).
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        impl FromStr for RuleId {
            type Err = UnknownRule;

            fn from_str(text: &str) -> Result<Self, UnknownRule> {
                match text { $($name => Ok(Self::$variant),)+ _ => Err(UnknownRule(text.to_owned())) }
            }
        }
    };
}

rules! {
    /// An agent has not been heard for too long, and did not say goodbye.
    AgentMissing = "agent.missing",
    /// An agent said goodbye and has not come back.
    AgentStopped = "agent.stopped",
    /// An agent can't do a part of its work. Component: which part.
    AgentFailed = "agent.failed",
    /// An unproven source says something of an approved host. Component: the claim.
    IdentityClaim = "identity.claim",
    /// A host boots again and again, and is held at its disk. Component: the card that it boots from.
    BootLoop = "boot.loop",
    /// A gateway is not as Muster set it up. Component: the gateway.
    GatewayDrift = "gateway.drift",
    /// A change of a gateway was not ended, and not undone. Component: the gateway.
    GatewayHalfDone = "gateway.half-done",
    /// A gateway can't be reached. Component: the gateway.
    GatewayLost = "gateway.lost",
    /// The installation of a host failed.
    InstallFailed = "install.failed",
    /// A step of an installation did not come in its time.
    InstallOverdue = "install.overdue",
    /// Somebody asked for a node's document, and it was not for them. Component: from which address.
    InstallRefused = "install.refused",
    /// A node's document was handed out, and nothing was heard of its machine.
    InstallLeaked = "install.leaked",
    /// Somebody is needed at a machine, to press its button. Component: the question.
    PowerButton = "power.button",
    /// Hosts wait for an operator's approval: one incident for all of them.
    HostsUnapproved = "hosts.unapproved",
    /// A filesystem fills up. Component: where it is mounted.
    FsUsage = "fs.usage",
    /// An NVMe drive is hot. Component: the sensor.
    TempNvme = "temp.nvme",
    /// A spinning disk is hot. Component: the sensor.
    TempHdd = "temp.hdd",
    /// A SATA or SAS solid-state disk is hot. Component: the sensor.
    TempSsdSata = "temp.ssd_sata",
    /// A processor is hot. Component: the sensor.
    TempCpu = "temp.cpu",
    /// The air that goes in is hot. Component: the sensor.
    TempInlet = "temp.inlet",
    /// Anything else is beyond what its own sensor calls critical. Component: the sensor.
    TempOther = "temp.other",
}

/// A name that is no rule's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule called {0:?}")]
pub struct UnknownRule(pub String);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for RuleId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
