//! From what was seen to what is said: for each firmware "boots", or which hop is wrong and which setting mends it. Pure.
//!
//! One hop after the other judges what was seen there: [`aim`] the DHCP offers, [`judge_loader`] the file that they name,
//! [`judge_run`] the script. The first fault is the verdict, for what comes after it was never reached.

mod cause;
mod dhcp;
mod file;
mod script;
mod settings;

use std::fmt;

use serde::Serialize;

pub(crate) use cause::Cause;
pub(crate) use dhcp::{Aim, DhcpSeen, aim};
pub(crate) use file::{FileFault, judge_loader, judge_script_file};
pub use script::Reached;
pub(crate) use script::{Fetched, RunSeen, judge_run};
use settings::settings;
pub use settings::{Setting, Where};

use crate::firmware::{Firmware, Support};

/// A step on the way from power-on to a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hop {
    /// What DHCP tells the firmware.
    Dhcp,
    /// The loader, by TFTP.
    Tftp,
    /// The loader, by HTTP.
    Http,
    /// What DHCP tells iPXE.
    IpxeDhcp,
    /// The scripts.
    Script,
    /// The kernel.
    Kernel,
    /// The initramfs.
    Initrd,
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dhcp => "DHCP",
            Self::Tftp => "TFTP",
            Self::Http => "HTTP",
            Self::IpxeDhcp => "iPXE's DHCP",
            Self::Script => "script",
            Self::Kernel => "kernel",
            Self::Initrd => "initramfs",
        })
    }
}

/// A hop that is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where.
    pub(crate) hop: Hop,
    /// Why.
    pub(crate) cause: Cause,
}

/// What is said of one firmware.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Its number.
    pub code: u16,
    /// Its name.
    pub firmware: &'static str,
    /// What would become of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What would become of a machine with that firmware.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Outcome {
    /// It gets as far as it should.
    Boots {
        /// Where it ends.
        reached: Reached,
        /// What is worth knowing all the same.
        notes: Vec<String>,
    },
    /// It does not.
    Fails {
        /// The first hop that is wrong.
        hop: Hop,
        /// The cause in one word, for programs.
        cause: &'static str,
        /// The cause in a sentence.
        because: String,
        /// What mends it, in each place where it may be set.
        settings: Vec<Setting>,
    },
    /// There is no binary for it.
    Unsupported {
        /// Why.
        because: &'static str,
    },
}

impl Verdict {
    /// What came of a firmware that there is a binary for; of any other, that there is none.
    #[must_use]
    pub(crate) fn new(firmware: &'static Firmware, came: Result<(Reached, Vec<String>), Fault>) -> Self {
        let outcome = match (firmware.support, came) {
            (Support::None(because) | Support::Given(_, because), _) => Outcome::Unsupported { because },
            (_, Ok((reached, notes))) => Outcome::Boots { reached, notes },
            (_, Err(fault)) => Outcome::Fails {
                hop: fault.hop,
                cause: fault.cause.word(),
                because: fault.cause.to_string(),
                settings: settings(firmware, &fault),
            },
        };
        Self { code: firmware.code, firmware: firmware.name, outcome }
    }

    /// Whether something must be mended.
    #[must_use]
    pub fn fails(&self) -> bool {
        matches!(self.outcome, Outcome::Fails { .. })
    }
}

#[cfg(test)]
mod tests;
