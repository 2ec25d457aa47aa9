//! Network cards, what is at the other end of their cables, InfiniBand: without what this boot made of them.

use inventory::sections::{Infiniband, Neighbour, NeighbourVlan, Nic};
use serde_json::Value;

use super::keyed::{keyed, plain};
use super::places::Places;

/// By its maker's address.
#[must_use]
pub(crate) fn nic_key(nic: &Nic) -> String {
    let mac = nic.permanent_mac.or(nic.mac).map(|mac| mac.to_string());
    mac.or_else(|| nic.port_guid.clone()).unwrap_or_else(|| nic.name.clone())
}

/// The cards that one can touch: no bond or bridge, and no virtual function, which software makes.
pub(super) fn nics(nics: &[Nic]) -> Value {
    let cards: Vec<&Nic> =
        nics.iter().filter(|nic| nic.physical && nic.physical_function.is_none()).collect();
    keyed(&cards, |nic| nic_key(nic), |nic| nic_form(nic))
}

/// Field by field: a card has as many settings as things that stay.
fn nic_form(nic: &Nic) -> Value {
    plain(&Nic {
        link_layer: nic.link_layer,
        permanent_mac: nic.permanent_mac,
        port_guid: nic.port_guid.clone(),
        physical: nic.physical,
        usb: nic.usb,
        bmc_host_interface: nic.bmc_host_interface,
        firmware: nic.firmware.clone(),
        pci_address: nic.pci_address.clone(),
        pci_vendor: nic.pci_vendor.clone(),
        pci_device: nic.pci_device.clone(),
        sriov_total: nic.sriov_total,
        max_speed_mbps: nic.max_speed_mbps,
        module: nic.module.clone(),
        ..Nic::default()
    })
}

/// By the card that heard it: which switch, which port, which VLANs.
pub(super) fn neighbours(neighbours: &[Neighbour], nics: &Places<'_>) -> Value {
    let form = |neighbour: &Neighbour| {
        let vlan = |vlan: &NeighbourVlan| NeighbourVlan { id: vlan.id, name: None };
        plain(&Neighbour {
            chassis_id: neighbour.chassis_id.clone(),
            chassis_id_kind: neighbour.chassis_id_kind,
            port_id: neighbour.port_id.clone(),
            port_id_kind: neighbour.port_id_kind,
            system_name: neighbour.system_name.clone(),
            port_vlan: neighbour.port_vlan,
            vlans: neighbour.vlans.iter().map(vlan).collect(),
            ..Neighbour::default()
        })
    };
    keyed(neighbours, |neighbour| nics.key(&neighbour.nic), form)
}

/// By its name in the fabric.
pub(super) fn infiniband(ports: &[Infiniband]) -> Value {
    let key = |port: &Infiniband| {
        let device = port.node_guid.as_ref().unwrap_or(&port.device);
        port.port.map_or_else(|| device.clone(), |number| format!("{device} port {number}"))
    };
    let form = |port: &Infiniband| {
        plain(&Infiniband {
            device: String::new(),
            node_description: None,
            state: None,
            physical_state: None,
            rate_mbps: None,
            rate_name: None,
            lid: None,
            nic: None,
            ..port.clone()
        })
    };
    keyed(ports, key, form)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nic(name: &str) -> Nic {
        let mac = "3c:ec:ef:00:00:01".parse().unwrap();
        Nic { name: name.into(), permanent_mac: Some(mac), physical: true, ..Nic::default() }
    }

    #[test]
    fn how_a_card_is_used_makes_no_difference() {
        let used = Nic {
            carrier: Some(true),
            speed_mbps: Some(10_000),
            addresses: vec!["10.0.0.2/24".into()],
            gateways: vec!["10.0.0.1".into()],
            boot: true,
            mtu: Some(9000),
            driver: Some("i40e".into()),
            master: Some("bond0".into()),
            sriov_enabled: Some(1),
            operstate: Some("up".into()),
            ..nic("eno1")
        };
        let bond = Nic { name: "bond0".into(), kind: Some("bond".into()), ..Nic::default() };
        let function = Nic { physical_function: Some("0000:3b:00.0".into()), ..nic("eno1v0") };
        assert_eq!(nics(&[nic("eth0")]), nics(&[bond, used, function]));
        assert_ne!(nics(&[nic("eth0")]), nics(&[Nic { firmware: Some("9.2".into()), ..nic("eth0") }]));
    }

    #[test]
    fn a_neighbour_is_the_switchs_port_and_not_what_it_says_today() {
        let cards = [nic("eth0")];
        let places = Places::of_nics(Some(&cards));
        let neighbour = |port: &str| Neighbour {
            nic: "eth0".into(),
            chassis_id: "0c:42:a1:00:00:01".into(),
            port_id: port.into(),
            port_vlan: Some(10),
            ..Neighbour::default()
        };
        let later = Neighbour {
            ttl_secs: 120,
            system_description: Some("NX-OS 10.3".into()),
            mau_type: Some(30),
            management_addresses: vec!["10.0.0.250".into()],
            ..neighbour("Eth1/7")
        };
        let form = neighbours(&[neighbour("Eth1/7")], &places);
        assert_eq!(form, neighbours(&[later], &places));
        assert!(form.get("3c:ec:ef:00:00:01").is_some(), "{form}");
        assert_ne!(form, neighbours(&[neighbour("Eth1/3")], &places));
        let other_vlan = Neighbour { port_vlan: Some(20), ..neighbour("Eth1/7") };
        assert_ne!(form, neighbours(&[other_vlan], &places));
    }

    #[test]
    fn a_port_of_infiniband_stays_itself_under_another_name() {
        let port = |device: &str, state: &str| Infiniband {
            device: device.into(),
            port: Some(1),
            node_guid: Some("0c42:a103:0012:3456".into()),
            state: Some(state.into()),
            ..Infiniband::default()
        };
        let form = infiniband(&[port("mlx5_0", "active")]);
        assert_eq!(form, infiniband(&[port("mlx5_1", "down")]));
        assert!(form.get("0c42:a103:0012:3456 port 1").is_some());
    }
}
