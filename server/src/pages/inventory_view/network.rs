//! Network cards with the switch ports at the other end of their cables; InfiniBand.

use hosts::Inventory;
use inventory::sections::{Infiniband, Neighbour, Nic, NicPort};
use inventory::{NicState, Sample};

use super::cell::{Cell, Table, dash, joined, or_dash, table};
use crate::names;

pub(super) fn cards(inventory: &Inventory, sample: Option<&Sample>) -> Table {
    let rows = inventory.nics.iter().flatten().map(|nic| {
        let heard = inventory.neighbours.iter().flatten().filter(|neighbour| neighbour.nic == nic.name);
        let heard: Vec<String> = heard.map(switch_port).collect();
        let state = sample.into_iter().flat_map(|sample| &sample.nics).find(|state| state.name == nic.name);
        let boot = nic.boot.then(|| "booted from".to_owned());
        let mac = nic.permanent_mac.or(nic.mac).map(|mac| mac.to_string());
        [
            or_dash(joined([Some(nic.name.clone()), boot.map(|text| format!("({text})"))], " ")),
            or_dash(mac.or_else(|| nic.port_guid.clone())),
            link(nic, state),
            or_dash(Some(heard.join(", "))),
            or_dash(Some(nic.addresses.join(", "))),
            or_dash(what_it_is(nic)),
        ]
    });
    table("Network cards", &["Card", "MAC", "Link", "Switch port", "Addresses", "What it is"], rows)
}

/// The last sample knows better than the report.
fn link(nic: &Nic, state: Option<&NicState>) -> Cell {
    let carrier = state.map_or(nic.carrier, |state| state.carrier);
    let mbps = state.map_or(nic.speed_mbps, |state| state.speed_mbps);
    let slower = mbps.zip(nic.max_speed_mbps).filter(|(is, could)| is < could).map(|(_, could)| could);
    let half = nic.duplex.as_deref().filter(|duplex| *duplex == "half").map(|_| "half duplex".to_owned());
    let errors = state
        .map(|state| [state.rx_errors, state.tx_errors].into_iter().flatten().fold(0, u64::saturating_add));
    let errors = errors.filter(|errors| *errors > 0).map(|errors| format!("{errors} errors"));
    let text =
        joined([mbps.map(speed), slower.map(|could| format!("of {}", speed(could))), half, errors], " · ");
    let text = text.unwrap_or_default();
    match carrier {
        Some(true) => Cell::badge("good", "up", text),
        Some(false) => Cell::badge("", "no cable", ""),
        None => Cell::badge("", "down", ""),
    }
}

fn speed(mbps: u32) -> String {
    if mbps >= 1000 && mbps.is_multiple_of(100) {
        format!("{} Gbit/s", f64::from(mbps) / 1000.0)
    } else {
        format!("{mbps} Mbit/s")
    }
}

/// `sw1 Eth1/7, VLAN 10`: by the names that people gave, where they gave any.
fn switch_port(neighbour: &Neighbour) -> String {
    let switch = neighbour.system_name.clone().unwrap_or_else(|| neighbour.chassis_id.clone());
    let described = neighbour.port_description.clone().filter(|text| *text != neighbour.port_id);
    let described = described.map(|text| format!("({text})"));
    let vlan = neighbour.port_vlan.map(|vlan| format!("VLAN {vlan}"));
    let port = joined([Some(switch), Some(neighbour.port_id.clone()), described], " ");
    joined([port, vlan], ", ").unwrap_or_default()
}

fn what_it_is(nic: &Nic) -> Option<String> {
    let names = names::of_chip(nic.pci_vendor.as_ref(), nic.pci_device.as_ref());
    let ids = joined([nic.pci_vendor.clone(), nic.pci_device.clone()], ":");
    // What stands behind a card on USB is the controller of that bus.
    let chip = if nic.usb { Some("USB".to_owned()) } else { names.device.map(str::to_owned).or(ids) };
    let made_of = (!nic.members.is_empty()).then(|| format!("of {}", nic.members.join(", ")));
    let vlan = nic.vlan_id.map(|id| format!("{id} on {}", nic.parent.as_deref().unwrap_or("?")));
    let virtual_function = nic.physical_function.as_ref().map(|card| format!("virtual function of {card}"));
    let kind = joined([nic.kind.clone(), nic.bond_mode.clone(), vlan, made_of], " ");
    let module = nic.module.as_ref().map(|module| {
        joined([module.form.clone(), module.medium.clone(), module.vendor.clone(), module.part.clone()], " ")
    });
    let cage = (nic.port == Some(NicPort::Empty)).then(|| "empty cage".to_owned());
    let firmware = nic.firmware.as_ref().map(|version| format!("firmware {version}"));
    let host_interface = nic.bmc_host_interface.then(|| "leads to the management controller".to_owned());
    let parts = [
        kind,
        chip,
        virtual_function,
        nic.driver.clone(),
        firmware,
        nic.pci_address.clone(),
        module.flatten(),
        cage,
        host_interface,
    ];
    joined(parts, " · ")
}

pub(super) fn infiniband(inventory: &Inventory) -> Table {
    let rows = inventory.infiniband.iter().flatten().map(|port: &Infiniband| {
        let name = joined([Some(port.device.clone()), port.port.map(|number| format!("port {number}"))], " ");
        let state = match port.state.as_deref() {
            Some("active") => Cell::badge("good", "active", port.rate_name.clone().unwrap_or_default()),
            Some(other) => Cell::badge("", other, port.physical_state.clone().unwrap_or_default()),
            None => dash(),
        };
        [
            or_dash(name),
            state,
            or_dash(port.link_layer.clone()),
            or_dash(joined([port.hca_type.clone(), port.board_id.clone(), port.firmware.clone()], " · ")),
            or_dash(port.node_guid.clone()),
            or_dash(port.nic.clone()),
        ]
    });
    table("InfiniBand", &["Port", "State", "Speaks", "Board", "GUID", "Card"], rows)
}
