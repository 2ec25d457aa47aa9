//! The boot answer: a pure function of the machine that asks, its host and the site.
//!
//! Two answers exist, and neither writes to a disk: a discovery system, which reads, and the local disk, which is what the
//! firmware would have done without us. Whatever is unclear gets one of them.

use hosts::{HostFacts, State};

use crate::machine::Machine;
use crate::site::{DiscoverySystem, Site};

/// What a machine shall boot, and why: the reason is shown on its console and kept in its trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What.
    pub action: Action,
    /// Why.
    pub reason: String,
}

/// What a machine can be told to boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// This discovery system.
    Discover(DiscoverySystem),
    /// What is on its own disk.
    LocalDisk,
}

impl Decision {
    /// The local disk, for this reason.
    #[must_use]
    pub fn local_disk(reason: impl Into<String>) -> Self {
        Self { action: Action::LocalDisk, reason: reason.into() }
    }

    /// In a word, for the trail and the log.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self.action {
            Action::Discover(_) => "discovery",
            Action::LocalDisk => "local disk",
        }
    }
}

/// What `machine` shall boot. `host` is what is known of it, `None` when nothing is.
#[must_use]
pub fn decide(machine: &Machine, host: Option<&HostFacts>, site: &Site) -> Decision {
    let wanted = match host {
        None => Ok("this machine is not known yet".to_owned()),
        Some(host) => wanted(host),
    };
    let why = match wanted {
        Ok(why) => why,
        Err(why_not) => return Decision::local_disk(why_not),
    };
    if site.discovery.is_empty() {
        return Decision::local_disk(format!("{why}, and there is no discovery image: run muster image use"));
    }
    let Some(system) = site.discovery_for(machine.arch) else {
        let arch = machine.arch.as_str();
        return Decision::local_disk(format!("{why}, but no discovery system is for its processor ({arch})"));
    };
    Decision { action: Action::Discover(system.clone()), reason: why }
}

/// Why a host of this state is to be discovered, or else why it is not.
fn wanted(host: &HostFacts) -> Result<String, String> {
    let name = &host.name;
    match host.state {
        State::Discovered => Ok(format!("{name} waits for an operator's approval")),
        State::Ready => Ok(format!("{name} is ready and has no role yet")),
        State::Assigned => Ok(format!("{name} has a role and is not armed")),
        // An armed host is an assigned one that may be wiped: what is still on its disk is the one thing that must not
        // start (an old member would rejoin its cluster). Discovery keeps it in sight, and its disk as it is.
        State::Armed => Ok(format!("{name} is armed, but this server has no installer for it")),
        State::Failed => Ok(format!("the installation of {name} failed")),
        State::Installing => {
            Err(format!("{name} is being installed, and was given its installer once already"))
        }
        State::Installed => Err(format!("{name} is installed")),
        State::InService => Err(format!("{name} is in service")),
        State::Maintenance => Err(format!("{name} is in maintenance")),
        State::Retired => Err(format!("{name} is retired")),
    }
}
