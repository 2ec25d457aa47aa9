//! The iPXE scripts. Each is whole in itself and ends in the local disk: whatever fails on the way, a machine is never left
//! in a shell that nobody sees. Templates lie in `ipxe/` at the top of the tree; their escaper (`plain.rs`) lets only plain characters in.

use askama::Template;
use inventory::MacAddr;

use crate::decide::{Action, Decision};
use crate::links::Links;
use crate::machine::{Arch, Machine};
use crate::options::{HostOptions, Vlan};
use crate::site::{Centos, CoreOs, DiscoverySystem, ImageId};
use crate::tickets::{Purpose, Token};

/// What a discovery script carries beside its decision.
#[derive(Debug, Clone)]
pub struct Handout<'a> {
    /// A ticket of the purpose that [`ticket_purpose`] names.
    pub ticket: &'a Token,
    /// Seconds between two samples.
    pub interval_secs: u32,
    /// The kernel's `console=` arguments, the one for programs last.
    pub consoles: String,
    /// The VLAN that the discovery system shall speak on, too.
    pub vlan: Option<Vlan>,
    /// The kernel has to be vouched for.
    pub secure_boot: bool,
}

impl<'a> Handout<'a> {
    /// For this machine, as its host's options want it.
    #[must_use]
    pub fn new(ticket: &'a Token, interval_secs: u32, machine: &Machine, options: &HostOptions) -> Self {
        let usual = || machine.ports.arguments().to_owned();
        Self {
            ticket,
            interval_secs,
            consoles: options.console.as_ref().map_or_else(usual, |console| console.arguments()),
            vlan: options.vlan,
            secure_boot: options.secure_boot,
        }
    }
}

/// The ticket that the script for this decision must carry; `None` where it carries none.
#[must_use]
pub const fn ticket_purpose(decision: &Decision) -> Option<Purpose> {
    match &decision.action {
        Action::Discover(DiscoverySystem::Image(_)) => Some(Purpose::Enrol),
        Action::Discover(DiscoverySystem::Centos(_)) => Some(Purpose::Kickstart),
        Action::Discover(DiscoverySystem::CoreOs(_)) => Some(Purpose::Ignition),
        Action::LocalDisk | Action::OtherIpxe { .. } => None,
    }
}

/// `boot.ipxe`: finds out who asks, and asks for that machine's own script.
#[must_use]
pub fn entry(links: &Links) -> String {
    rendered(Entry { links })
}

/// A machine's own script. A discovery without a ticket boots the local disk: its agent would be turned away.
#[must_use]
pub fn for_decision(
    decision: &Decision,
    machine: &Machine,
    links: &Links,
    handout: Option<&Handout>,
) -> String {
    let (mac, reason) = (machine.mac, decision.reason.as_str());
    match (&decision.action, handout) {
        (Action::LocalDisk, _) => local_disk(reason),
        (Action::OtherIpxe { file, .. }, _) => rendered(OtherIpxe { mac, reason, links, file }),
        (Action::Discover(_), None) => local_disk(&format!("{reason}, but this server has no ticket for it")),
        (Action::Discover(DiscoverySystem::Image(image)), Some(handout)) => {
            rendered(DiscoverImage { mac, reason, links, image: &image.id, arch: image.arch, handout })
        }
        (Action::Discover(DiscoverySystem::Centos(centos)), Some(handout)) => {
            rendered(DiscoverCentos { mac, reason, links, centos, handout })
        }
        (Action::Discover(DiscoverySystem::CoreOs(coreos)), Some(handout)) => {
            rendered(DiscoverCoreOs { mac, reason, links, coreos, handout })
        }
    }
}

/// A script that boots the local disk, and says why: also for a request that names no machine.
#[must_use]
pub fn local_disk(reason: &str) -> String {
    rendered(LocalDisk { reason })
}

#[derive(Template)]
#[template(path = "boot.ipxe")]
struct Entry<'a> {
    links: &'a Links,
}

#[derive(Template)]
#[template(path = "discover-image.ipxe")]
struct DiscoverImage<'a> {
    mac: MacAddr,
    reason: &'a str,
    links: &'a Links,
    image: &'a ImageId,
    arch: Arch,
    handout: &'a Handout<'a>,
}

#[derive(Template)]
#[template(path = "discover-centos.ipxe")]
struct DiscoverCentos<'a> {
    mac: MacAddr,
    reason: &'a str,
    links: &'a Links,
    centos: &'a Centos,
    handout: &'a Handout<'a>,
}

#[derive(Template)]
#[template(path = "discover-coreos.ipxe")]
struct DiscoverCoreOs<'a> {
    mac: MacAddr,
    reason: &'a str,
    links: &'a Links,
    coreos: &'a CoreOs,
    handout: &'a Handout<'a>,
}

#[derive(Template)]
#[template(path = "other-ipxe.ipxe")]
struct OtherIpxe<'a> {
    mac: MacAddr,
    reason: &'a str,
    links: &'a Links,
    file: &'a str,
}

#[derive(Template)]
#[template(path = "local-disk.ipxe")]
struct LocalDisk<'a> {
    reason: &'a str,
}

/// Rendering writes into a string and fails only where a value's `Display` does, which none of ours can; were one ever to,
/// the machine still gets a script that boots its disk.
fn rendered(template: impl Template) -> String {
    match template.render() {
        Ok(script) => script + "\n", // the template's last line end is taken off
        Err(error) => {
            tracing::error!(%error, "an iPXE script could not be rendered");
            "#!ipxe\nsanboot --no-describe --drive 0x80 || exit 1\n".to_owned()
        }
    }
}
