//! The steps of an installation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A step of an installation, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// It is armed, and has not asked for its script yet.
    Armed,
    /// It was given the script that installs.
    Script,
    /// It fetched the kernel.
    Kernel,
    /// It fetched the root file system.
    Rootfs,
    /// The live system has its document and runs.
    Live,
    /// The live system has looked at the disk: it is the one.
    DiskChecked,
    /// The node's document was handed out: the arming is used.
    Ignition,
    /// The disk is being written.
    Writing,
    /// The installer ended well.
    Written,
    /// The installed system booted from its disk.
    FirstBoot,
    /// The installed system's agent is the same host.
    Agent,
    /// It is in service.
    InService,
}

/// A name that is no step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no step of an installation")]
pub struct UnknownStep(pub String);

impl Step {
    /// All of them, in their order.
    pub const ALL: [Self; 12] = [
        Self::Armed,
        Self::Script,
        Self::Kernel,
        Self::Rootfs,
        Self::Live,
        Self::DiskChecked,
        Self::Ignition,
        Self::Writing,
        Self::Written,
        Self::FirstBoot,
        Self::Agent,
        Self::InService,
    ];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Armed => "armed",
            Self::Script => "script",
            Self::Kernel => "kernel",
            Self::Rootfs => "rootfs",
            Self::Live => "live",
            Self::DiskChecked => "disk-checked",
            Self::Ignition => "ignition",
            Self::Writing => "writing",
            Self::Written => "written",
            Self::FirstBoot => "first-boot",
            Self::Agent => "agent",
            Self::InService => "in-service",
        }
    }

    /// What was done, as it stands in a list.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Armed => "armed",
            Self::Script => "asked for its boot script",
            Self::Kernel => "fetched the kernel",
            Self::Rootfs => "fetched the root file system",
            Self::Live => "the installing system runs",
            Self::DiskChecked => "the disk was looked at: it is the one that was armed",
            Self::Ignition => "fetched the node's document: the arming is used",
            Self::Writing => "the disk is being written",
            Self::Written => "the disk is written",
            Self::FirstBoot => "booted from its own disk",
            Self::Agent => "the installed system's agent spoke",
            Self::InService => "in service",
        }
    }
}

impl FromStr for Step {
    type Err = UnknownStep;

    fn from_str(text: &str) -> Result<Self, UnknownStep> {
        let named = Self::ALL.into_iter().find(|step| step.as_str() == text);
        named.ok_or_else(|| UnknownStep(text.chars().take(32).collect()))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
