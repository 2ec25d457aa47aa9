//! The iPXE scripts. Each is whole in itself and ends in the local disk: whatever fails on the way, a machine is never left
//! in a shell that nobody sees. Templates lie in `ipxe/` at the top of the tree; their escaper (`plain.rs`) lets only plain characters in.

use askama::Template;
use inventory::MacAddr;

use crate::decide::{Action, Decision};
use crate::links::Links;
use crate::machine::Machine;
use crate::site::{Centos, CoreOs, DiscoverySystem, ImageId};
use crate::tickets::{Purpose, Token};

/// What a discovery script carries beside its decision.
#[derive(Debug, Clone, Copy)]
pub struct Handout<'a> {
    /// A ticket of the purpose that [`ticket_purpose`] names.
    pub ticket: &'a Token,
    /// Seconds between two samples.
    pub interval_secs: u32,
}

/// The ticket that the script for this decision must carry; `None` where it carries none.
#[must_use]
pub const fn ticket_purpose(decision: &Decision) -> Option<Purpose> {
    match &decision.action {
        Action::Discover(DiscoverySystem::Image(_)) => Some(Purpose::Enrol),
        Action::Discover(DiscoverySystem::Centos(_)) => Some(Purpose::Kickstart),
        Action::Discover(DiscoverySystem::CoreOs(_)) => Some(Purpose::Ignition),
        Action::LocalDisk => None,
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
    handout: Option<Handout>,
) -> String {
    let (mac, reason) = (machine.mac, decision.reason.as_str());
    match (&decision.action, handout) {
        (Action::LocalDisk, _) => local_disk(reason),
        (Action::Discover(_), None) => local_disk(&format!("{reason}, but this server has no ticket for it")),
        (Action::Discover(DiscoverySystem::Image(image)), Some(handout)) => {
            rendered(DiscoverImage { mac, reason, links, image: &image.id, handout })
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
    handout: Handout<'a>,
}

#[derive(Template)]
#[template(path = "discover-centos.ipxe")]
struct DiscoverCentos<'a> {
    mac: MacAddr,
    reason: &'a str,
    links: &'a Links,
    centos: &'a Centos,
    handout: Handout<'a>,
}

#[derive(Template)]
#[template(path = "discover-coreos.ipxe")]
struct DiscoverCoreOs<'a> {
    mac: MacAddr,
    reason: &'a str,
    links: &'a Links,
    coreos: &'a CoreOs,
    handout: Handout<'a>,
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
