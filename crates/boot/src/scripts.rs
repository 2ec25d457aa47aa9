//! The iPXE scripts. Each is whole in itself and ends in the local disk: whatever fails on the way, a machine is never left
//! in a shell that nobody sees. Templates lie in `ipxe/` at the top of the tree; their escaper (`plain.rs`) lets only plain characters in.

use askama::Template;
use inventory::MacAddr;

use crate::decide::{Action, Decision};
use crate::install::Install;
use crate::links::Links;
use crate::machine::{Arch, Machine};
use crate::options::{HostOptions, LocalDisk, Vlan};
use crate::site::{Centos, CoreOs, DiscoverySystem, ImageId};
use crate::tickets::{Purpose, Token};

/// The longest command line that a kernel reads (`COMMAND_LINE_SIZE` of x86 and arm64), with the byte that ends it.
const COMMAND_LINE: usize = 2048;

/// What a script that starts a system carries beside its decision.
#[derive(Debug, Clone)]
pub struct Handout<'a> {
    /// A ticket of the purpose that [`ticket_purpose`] names.
    pub ticket: &'a Token,
    /// The one for the node's document, where a node is installed.
    pub node: Option<&'a Token>,
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
            node: None,
            interval_secs,
            consoles: options.console.as_ref().map_or_else(usual, |console| console.arguments()),
            vlan: options.vlan,
            secure_boot: options.secure_boot,
        }
    }

    /// With the ticket for the node's document.
    #[must_use]
    pub fn with_node(self, node: Option<&'a Token>) -> Self {
        Self { node, ..self }
    }
}

/// The ticket that the script for this decision must carry; `None` where it carries none.
#[must_use]
pub const fn ticket_purpose(decision: &Decision) -> Option<Purpose> {
    match &decision.action {
        Action::Discover(DiscoverySystem::Image(_)) => Some(Purpose::Enrol),
        Action::Discover(DiscoverySystem::Centos(_)) => Some(Purpose::Kickstart),
        Action::Discover(DiscoverySystem::CoreOs(_)) => Some(Purpose::Ignition),
        Action::Install(_) => Some(Purpose::Live),
        Action::LocalDisk | Action::OtherIpxe { .. } => None,
    }
}

/// `boot.ipxe`: finds out who asks, and asks for that machine's own script.
#[must_use]
pub fn entry(links: &Links) -> String {
    rendered(Entry { links, leave: LocalDisk::Auto })
}

/// A machine's own script. What starts a system and has no ticket for it boots the local disk: it would be turned away.
#[must_use]
pub fn for_decision(
    decision: &Decision,
    machine: &Machine,
    links: &Links,
    options: &HostOptions,
    handout: Option<&Handout>,
) -> String {
    let (mac, reason, leave) = (machine.mac, decision.reason.as_str(), options.local_disk);
    let no_ticket = || local_disk_by(&format!("{reason}, but this server has no ticket for it"), leave);
    match (&decision.action, handout) {
        (Action::LocalDisk, _) => local_disk_by(reason, leave),
        (Action::OtherIpxe { file, .. }, _) => rendered(OtherIpxe { mac, reason, links, file, leave }),
        (Action::Discover(_) | Action::Install(_), None) => no_ticket(),
        (Action::Install(install), Some(handout)) => match handout.node {
            Some(node) => installing(InstallNode { mac, reason, links, install, handout, node, leave }),
            None => no_ticket(),
        },
        (Action::Discover(DiscoverySystem::Image(image)), Some(handout)) => {
            rendered(DiscoverImage { mac, reason, links, image: &image.id, arch: image.arch, handout, leave })
        }
        (Action::Discover(DiscoverySystem::Centos(centos)), Some(handout)) => {
            rendered(DiscoverCentos { mac, reason, links, centos, handout, leave })
        }
        (Action::Discover(DiscoverySystem::CoreOs(coreos)), Some(handout)) => {
            rendered(DiscoverCoreOs { mac, reason, links, coreos, handout, leave })
        }
    }
}

/// A script that boots the local disk, and says why: for a request that names no machine, or one of which nothing is known.
#[must_use]
pub fn local_disk(reason: &str) -> String {
    local_disk_by(reason, LocalDisk::Auto)
}

fn local_disk_by(reason: &str, leave: LocalDisk) -> String {
    rendered(OwnDisk { reason, leave })
}

/// A kernel cuts off what it has no room for, and what is cut off is what says where the node's document lies.
fn installing(script: InstallNode<'_>) -> String {
    let (reason, leave) = (script.reason, script.leave);
    let text = rendered(script);
    let kernel = text.lines().find_map(|line| line.strip_prefix("kernel ")).unwrap_or_default();
    // From the image's name on it is what the kernel reads; iPXE puts the name in front.
    if kernel.trim_end_matches("|| goto failed").len() < COMMAND_LINE {
        return text;
    }
    let why = format!("the kernel's command line would be longer than {} bytes", COMMAND_LINE - 1);
    local_disk_by(&format!("{reason}, but {why}: describe its network in fewer words"), leave)
}

#[derive(Template)]
#[template(path = "boot.ipxe")]
struct Entry<'a> {
    leave: LocalDisk,
    links: &'a Links,
}

#[derive(Template)]
#[template(path = "discover-image.ipxe")]
struct DiscoverImage<'a> {
    leave: LocalDisk,
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
    leave: LocalDisk,
    mac: MacAddr,
    reason: &'a str,
    links: &'a Links,
    centos: &'a Centos,
    handout: &'a Handout<'a>,
}

#[derive(Template)]
#[template(path = "discover-coreos.ipxe")]
struct DiscoverCoreOs<'a> {
    leave: LocalDisk,
    mac: MacAddr,
    reason: &'a str,
    links: &'a Links,
    coreos: &'a CoreOs,
    handout: &'a Handout<'a>,
}

#[derive(Template)]
#[template(path = "install.ipxe")]
struct InstallNode<'a> {
    leave: LocalDisk,
    mac: MacAddr,
    reason: &'a str,
    links: &'a Links,
    install: &'a Install,
    handout: &'a Handout<'a>,
    node: &'a Token,
}

#[derive(Template)]
#[template(path = "other-ipxe.ipxe")]
struct OtherIpxe<'a> {
    leave: LocalDisk,
    mac: MacAddr,
    reason: &'a str,
    links: &'a Links,
    file: &'a str,
}

#[derive(Template)]
#[template(path = "local-disk.ipxe")]
struct OwnDisk<'a> {
    leave: LocalDisk,
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
