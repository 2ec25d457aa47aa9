//! How far an installation is: what the machine says, and what it was seen to do.

use inventory::{Id, Timestamp};
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

/// What happened, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Whose.
    pub host: Id,
    /// Of which generation.
    pub generation: i64,
    /// Which step.
    pub step: Step,
    /// Whether it failed there.
    pub failed: bool,
    /// When.
    pub at: Timestamp,
    /// How much of the disk is written, where that is said.
    pub percent: Option<u8>,
    /// More: the last lines of the installer's log, where it failed.
    pub words: String,
}
