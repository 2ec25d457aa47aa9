//! A network as NetworkManager's keyfiles, by MAC address (`nm-settings-keyfile(5)`).

use std::fmt::Write as _;
use std::net::IpAddr;

use inventory::MacAddr;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Addressing, Bond, NodeNetwork, Parent, Vlan};

/// A file below `/etc/NetworkManager/system-connections/`. NetworkManager reads only those that are root's alone: mode 0600.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyfile {
    /// Its name, with its ending.
    pub name: String,
    /// What stands in it.
    pub content: String,
}

/// Ids of connections follow from what they connect.
const NAMESPACE: Uuid = Uuid::from_u128(0x8d0c_19a7_3b52_4f0e_9c41_6a7e_5d38_b2f4);

/// One file for each interface that is described, and one for each card that is not to be used. They hold nothing secret.
#[must_use]
pub fn keyfiles(network: &NodeNetwork) -> Vec<Keyfile> {
    let mut files = Vec::new();
    for card in network.lone_cards() {
        let mut file = ethernet(card.mac, "");
        file.ethernet(Some(card.mac), card.addressing.mtu);
        file.addressed(network, &card.addressing);
        files.push(file.done());
    }
    for bond in &network.bonds {
        files.push(bonded(network, bond));
        files.extend(bond.cards.iter().map(|mac| {
            let master = format!("master={}\nslave-type=bond\n", id(&bond_key(bond)));
            let mut file = ethernet(*mac, &master);
            file.ethernet(Some(*mac), None);
            file.done()
        }));
    }
    files.extend(network.vlans.iter().map(|vlan| upon(network, vlan)));
    // Without a file NetworkManager would ask by DHCP on it.
    files.extend(network.exclude.iter().map(|mac| {
        let mut file = ethernet(*mac, "autoconnect=false\n");
        file.ethernet(Some(*mac), None);
        file.addressed(network, &Addressing::default());
        file.done()
    }));
    files
}

fn ethernet(mac: MacAddr, more: &str) -> Draft {
    Draft::new(&mac.hyphenated(), &card_key(mac), "ethernet", more)
}

fn bonded(network: &NodeNetwork, bond: &Bond) -> Keyfile {
    let name = format!("interface-name={}\nautoconnect-slaves=1\n", bond.name);
    let mut file = Draft::new(bond.name.as_str(), &bond_key(bond), "bond", &name);
    file.section("bond");
    file.line("mode", bond.mode);
    for (option, value) in bond.all_options() {
        file.line(option.as_str(), value);
    }
    // Else it has the address of the card that happened to join first, and DHCP does not know it.
    file.section("ethernet");
    if let Some(first) = bond.cards.first() {
        file.line("cloned-mac-address", upper(*first));
    }
    file.mtu(bond.addressing.mtu);
    file.addressed(network, &bond.addressing);
    file.done()
}

fn upon(network: &NodeNetwork, vlan: &Vlan) -> Keyfile {
    let name = vlan.interface();
    let mut file = Draft::new(&name, &format!("vlan {name}"), "vlan", &format!("interface-name={name}\n"));
    if vlan.addressing.mtu.is_some() {
        file.ethernet(None, vlan.addressing.mtu);
    }
    file.section("vlan");
    file.line("id", vlan.id);
    match &vlan.on {
        Parent::Card(mac) => file.line("parent", id(&card_key(*mac))),
        Parent::Bond(bond) => file.line("parent", bond),
    }
    file.addressed(network, &vlan.addressing);
    file.done()
}

fn card_key(mac: MacAddr) -> String {
    format!("card {mac}")
}

fn bond_key(bond: &Bond) -> String {
    format!("bond {}", bond.name)
}

fn id(key: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, key.as_bytes())
}

/// As NetworkManager writes it.
fn upper(mac: MacAddr) -> String {
    mac.to_string().to_ascii_uppercase()
}

struct Draft {
    name: String,
    text: String,
}

impl Draft {
    fn new(name: &str, key: &str, kind: &str, more: &str) -> Self {
        let text = format!("[connection]\nid={name}\nuuid={}\ntype={kind}\n{more}", id(key));
        Self { name: format!("{name}.nmconnection"), text }
    }

    fn section(&mut self, name: &str) {
        // Writing into a String can't fail.
        let _ = write!(self.text, "\n[{name}]\n");
    }

    fn line(&mut self, key: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.text, "{key}={value}");
    }

    fn ethernet(&mut self, mac: Option<MacAddr>, mtu: Option<u16>) {
        self.section("ethernet");
        if let Some(mac) = mac {
            self.line("mac-address", upper(mac));
        }
        self.mtu(mtu);
    }

    fn mtu(&mut self, mtu: Option<u16>) {
        if let Some(mtu) = mtu {
            self.line("mtu", mtu);
        }
    }

    fn addressed(&mut self, network: &NodeNetwork, addressing: &Addressing) {
        self.family(network, addressing, false);
        self.family(network, addressing, true);
    }

    fn family(&mut self, network: &NodeNetwork, addressing: &Addressing, six: bool) {
        let fixed: Vec<&IpNet> =
            addressing.addresses.iter().filter(|net| net.addr().is_ipv6() == six).collect();
        let of_family = |address: &IpAddr| address.is_ipv6() == six;
        self.section(if six { "ipv6" } else { "ipv4" });
        let method = match (fixed.is_empty(), addressing.dhcp) {
            (false, _) => "manual",
            (true, true) => "auto",
            (true, false) => "disabled",
        };
        self.line("method", method);
        for (number, address) in fixed.iter().enumerate() {
            self.line(&format!("address{}", number + 1), address);
        }
        if let Some(gateway) = addressing.gateway.filter(of_family) {
            self.line("gateway", gateway);
        }
        if method == "disabled" {
            return;
        }
        let dns: String =
            network.dns.iter().filter(|server| of_family(server)).map(|it| format!("{it};")).collect();
        if !dns.is_empty() {
            self.line("dns", dns);
        }
        if !network.search.is_empty() {
            self.line("dns-search", network.search.iter().map(|it| format!("{it};")).collect::<String>());
        }
        if method == "auto" {
            if !network.dns.is_empty() {
                self.line("ignore-auto-dns", true);
            }
            // Where a way out is named, it is the way out.
            if network.addressings().any(|it| it.gateway.as_ref().is_some_and(of_family)) {
                self.line("never-default", true);
            }
        }
    }

    fn done(self) -> Keyfile {
        Keyfile { name: self.name, content: self.text }
    }
}
