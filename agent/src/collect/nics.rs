//! Network cards, and those interfaces upon them that stay: bonds, bridges, VLANs, whatever carries an address.
//!
//! The pairs and tunnels that containers come and go with are left out: they would make every report news.

mod addresses;
mod boot;
mod device;
mod driver;
mod host_interface;

use inventory::sections::{LinkLayer, Nic};

use super::interfaces::{self, Interface, NET};
use super::{Nothing, bounded};
use crate::probe::Probe;
use addresses::{Addresses, Network};
use device::Device;
use host_interface::HostInterfaces;

/// Made by whoever set the machine up.
const LASTING: [&str; 4] = ["bond", "bridge", "team", "vlan"];

pub(super) fn collect(probe: &Probe) -> Result<Vec<Nic>, Nothing> {
    let interfaces = interfaces::read(probe).ok_or(Nothing::NotThere(NET))?;
    let addresses = Addresses::read(probe, &interfaces);
    let host_interfaces = HostInterfaces::default();
    let release = super::os::release(probe);
    let nics = interfaces.iter().filter_map(|interface| {
        let mut nic = nic(probe, interface, &addresses.of(&interface.name), &host_interfaces)?;
        // A driver without a version of its own is given the kernel's.
        nic.driver_version = nic.driver_version.filter(|version| Some(version) != release.as_ref());
        Some(nic)
    });
    let mut nics = bounded(probe, NET, nics.collect());
    list_members(&mut nics);
    boot::mark(probe, &mut nics);
    Ok(nics)
}

fn nic(
    probe: &Probe,
    interface: &Interface,
    network: &Network,
    host_interfaces: &HostInterfaces,
) -> Option<Nic> {
    let device = Device::of(probe, interface);
    let lasting = interface.kind.as_deref().is_some_and(|kind| LASTING.contains(&kind));
    if device.is_none() && !network.has_addresses() && !lasting {
        return None;
    }
    let mut nic = Nic {
        name: interface.name.clone(),
        kind: interface.kind.clone(),
        link_layer: link_layer(interface),
        mac: interface.mac(),
        port_guid: port_guid(interface),
        carrier: interface.carrier,
        operstate: interface.operstate.clone(),
        mtu: interface.mtu,
        master: interface.master.clone(),
        bond_mode: interface.bond_mode.clone(),
        bond_active_member: interface.bond_active.clone(),
        vlan_id: interface.vlan,
        parent: interface.parent.clone(),
        addresses: network.addresses(),
        leased_addresses: network.leased(),
        gateways: network.gateways(),
        ..Nic::default()
    };
    let mut link_told = false;
    if let Some(device) = device {
        nic.permanent_mac = interface.permanent_mac();
        nic.bmc_host_interface = host_interfaces.have(probe, &device);
        device.tell(probe, &mut nic);
        link_told = driver::tell(probe, &mut nic);
    }
    if !link_told && nic.carrier == Some(true) {
        nic.speed_mbps = interface.speed_mbps(probe);
        nic.duplex =
            probe.text(&format!("{}/duplex", interface.at())).filter(|it| it == "full" || it == "half");
    }
    Some(nic)
}

fn link_layer(interface: &Interface) -> Option<LinkLayer> {
    if interface.is_infiniband() {
        return Some(LinkLayer::Infiniband);
    }
    interface.is_ethernet().then_some(LinkLayer::Ethernet)
}

/// RFC 4391, 9.1.1: flags and a number that changes, the fabric's prefix, then the port's GUID.
fn port_guid(interface: &Interface) -> Option<String> {
    let guid = interface.address.get(12..20).filter(|_| interface.is_infiniband())?;
    let words: Vec<String> = guid.chunks(2).map(hex::encode).collect();
    guid.iter().any(|octet| *octet != 0).then(|| words.join(":"))
}

fn list_members(nics: &mut [Nic]) {
    let memberships: Vec<(String, String)> =
        nics.iter().filter_map(|nic| Some((nic.master.clone()?, nic.name.clone()))).collect();
    for nic in nics {
        let members = memberships.iter().filter(|(master, _)| *master == nic.name);
        nic.members = members.map(|(_, member)| member.clone()).collect();
    }
}

#[cfg(test)]
mod tests;
