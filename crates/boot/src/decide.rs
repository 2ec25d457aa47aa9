//! The boot answer: a pure function of the machine that asks, its host, the site, and what operators and the loop guard say.
//!
//! Four answers exist: a discovery system, which reads; another iPXE, which asks again; the installer, which writes to one
//! disk, for a host that is armed and nobody else; and the local disk, which is what the firmware would have done without us.
//! Whatever is unclear gets the last.
//!
//! What is asked in which order: an operator's word for this one boot, the loop guard, the host's state. So an operator gets
//! a machine out of a loop without lifting the hold first. Whether an arming fits the machine that asks is not decided here,
//! but by those who arm: what they say comes in as [`Inputs::arming`], and without their yes nothing is installed.

use hosts::{HostFacts, State};

use crate::guard::{Given, Hold};
use crate::install::Install;
use crate::ipxe::Build;
use crate::machine::{Arch, Machine};
use crate::next::{Next, NextAction};
use crate::options::HostOptions;
use crate::site::{DiscoverySystem, Site};

/// All that the answer follows from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Who asks.
    pub machine: &'a Machine,
    /// What is known of its host, `None` when nothing is.
    pub host: Option<&'a HostFacts>,
    /// What the site has.
    pub site: &'a Site,
    /// How this host boots.
    pub options: &'a HostOptions,
    /// What an operator wants of this one boot.
    pub next: Option<&'a Next>,
    /// It boots again and again.
    pub hold: Option<Hold>,
    /// It was not sent to another iPXE just now.
    pub may_switch: bool,
    /// What those who arm installations say of this machine: that it is to be installed, and how; or why it boots its own
    /// disk. `None` where nothing was ever armed that matters now.
    pub arming: Option<&'a Result<Install, String>>,
}

/// What a machine shall boot, and why: the reason is shown on its console and kept in its trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What.
    pub action: Action,
    /// Why.
    pub reason: String,
    /// On whose word.
    pub cause: Cause,
}

/// What a machine can be told to boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// This discovery system.
    Discover(DiscoverySystem),
    /// The live system that installs a node onto one disk.
    Install(Box<Install>),
    /// What is on its own disk.
    LocalDisk,
    /// Another iPXE, which asks again.
    OtherIpxe {
        /// Which.
        build: Build,
        /// Its file, below `/boot/ipxe/`.
        file: &'static str,
    },
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// An operator's word for this one boot.
    Operator,
    /// The loop guard.
    Guard,
    /// Where the host stands in its life. Only this counts as a boot for the loop guard, and what it was given.
    State(Given),
    /// The option that says which iPXE it runs.
    Option,
    /// It should have been discovered, and there is nothing to do it by; or nothing is known at all.
    Nothing,
}

impl Decision {
    /// The local disk, for this reason: where nothing can be decided.
    #[must_use]
    pub fn local_disk(reason: impl Into<String>) -> Self {
        Self { action: Action::LocalDisk, reason: reason.into(), cause: Cause::Nothing }
    }

    /// In a word, for the trail and the log.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self.action {
            Action::Discover(_) => "discovery",
            Action::Install(_) => "installation",
            Action::LocalDisk => "local disk",
            Action::OtherIpxe { .. } => "another iPXE",
        }
    }
}

/// What the machine shall boot.
#[must_use]
pub fn decide(inputs: &Inputs<'_>) -> Decision {
    let decision = system(inputs);
    // The local disk needs no other iPXE.
    match other_ipxe(inputs) {
        Some((build, file)) if matches!(decision.action, Action::Discover(_) | Action::Install(_)) => {
            Decision {
                action: Action::OtherIpxe { build, file },
                reason: format!("{} is to run the {} build of iPXE", name(inputs), build.as_str()),
                cause: Cause::Option,
            }
        }
        _ => decision,
    }
}

fn system(inputs: &Inputs<'_>) -> Decision {
    if let Some(next) = inputs.next {
        let why = asked(next);
        return match next.action {
            NextAction::Discover => discover(inputs, why, Cause::Operator),
            NextAction::LocalDisk => {
                Decision { action: Action::LocalDisk, reason: why, cause: Cause::Operator }
            }
        };
    }
    if let Some(hold) = inputs.hold {
        let reason = format!(
            "{} is held at its disk: {}. Release it with muster boot release",
            name(inputs),
            hold.in_words()
        );
        return Decision { action: Action::LocalDisk, reason, cause: Cause::Guard };
    }
    let Some(host) = inputs.host else {
        return discover(inputs, "this machine is not known yet".to_owned(), Cause::State(Given::Discovery));
    };
    match wanted(host, inputs.arming) {
        Wanted::Discovery(why) => discover(inputs, why, Cause::State(Given::Discovery)),
        Wanted::Install(install) => Decision {
            reason: format!("{} is armed: {}", host.name, install.words),
            action: Action::Install(Box::new(install.clone())),
            cause: Cause::State(Given::Install),
        },
        Wanted::LocalDisk(reason) => {
            Decision { action: Action::LocalDisk, reason, cause: Cause::State(Given::LocalDisk) }
        }
    }
}

fn name<'a>(inputs: &Inputs<'a>) -> &'a str {
    inputs.host.map_or("this machine", |host| &host.name)
}

fn asked(next: &Next) -> String {
    let reason = if next.reason.is_empty() { String::new() } else { format!(" ({})", next.reason) };
    format!("{} asked for {} this once{reason}", next.actor, next.action.in_words())
}

fn discover(inputs: &Inputs<'_>, why: String, cause: Cause) -> Decision {
    let Inputs { machine, site, options, .. } = inputs;
    let arch = machine.arch;
    let system = match &options.discovery {
        Some(own) => {
            let Some(system) = own.system(site, arch) else {
                return Decision::local_disk(format!(
                    "{why}, but {} is to be discovered by {own}, which this site has not set up: run muster image use",
                    name(inputs)
                ));
            };
            Some(system).filter(|system| arch == Arch::Unknown || system.arch() == arch)
        }
        None if site.discovery.is_empty() => {
            return Decision::local_disk(format!(
                "{why}, and there is no discovery image: run muster image use"
            ));
        }
        None => site.discovery_for(arch).cloned(),
    };
    match system {
        Some(system) => Decision { action: Action::Discover(system), reason: why, cause },
        None => Decision::local_disk(format!(
            "{why}, but no discovery system is for its processor ({})",
            arch.as_str()
        )),
    }
}

/// The iPXE that this machine is to run instead of the one that it has.
fn other_ipxe(inputs: &Inputs<'_>) -> Option<(Build, &'static str)> {
    let machine = inputs.machine;
    let (wanted, has) = (inputs.options.ipxe?, machine.build?);
    // With Secure Boot only what DHCP names is verified, so that DHCP has to name the build.
    let may = inputs.may_switch && !machine.kept && !inputs.options.secure_boot && wanted != has;
    let file = wanted.file(machine.platform, machine.arch).filter(|_| may)?;
    Some((wanted, file))
}

enum Wanted<'a> {
    Discovery(String),
    Install(&'a Install),
    LocalDisk(String),
}

/// What a host of this state boots, and why.
fn wanted<'a>(host: &HostFacts, arming: Option<&'a Result<Install, String>>) -> Wanted<'a> {
    let name = &host.name;
    let discovery = |why: &str| Wanted::Discovery(format!("{name} {why}"));
    let local_disk = |why: &str| Wanted::LocalDisk(format!("{name} {why}"));
    match host.state {
        State::Discovered => discovery("waits for approval"),
        State::Ready => discovery("is ready and has no role yet"),
        State::Assigned => match arming {
            // Its arming ended unused: what an operator took back is not followed by anything but its own disk.
            Some(Err(why)) => local_disk(&format!("has a role and is not armed: {why}")),
            Some(Ok(_)) | None => discovery("has a role and is not armed"),
        },
        State::Armed => match arming {
            Some(Ok(install)) => Wanted::Install(install),
            Some(Err(why)) => local_disk(&format!("is armed, but {why}")),
            None => local_disk("is armed, but its arming is not to be found"),
        },
        State::Failed => match arming {
            Some(Err(why)) => local_disk(&format!("could not be installed, and is not armed: {why}")),
            Some(Ok(_)) | None => discovery("could not be installed"),
        },
        State::Installing => local_disk("is being installed, and was given its installer once already"),
        State::Installed => local_disk("is installed"),
        State::InService => local_disk("is in service"),
        State::Maintenance => local_disk("is in maintenance"),
        State::Retired => local_disk("is retired"),
    }
}
