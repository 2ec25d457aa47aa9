//! A node's network before the real NetworkManager: what it makes of the kernel's arguments in the initramfs, and whether it
//! takes the keyfiles; both must come to the same.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lab::network_manager;
use okd::NodeNetwork;
use okd::network::{EXAMPLE, Keyfile, arguments, keyfiles};

/// The connections by what they are called, and of each its settings, `ipv4.method` and so on.
type Connections = BTreeMap<String, BTreeMap<String, String>>;

const A: &str = "52:54:00:aa:bb:01";
const B: &str = "52:54:00:aa:bb:02";
const C: &str = "52:54:00:aa:bb:03";

fn read(text: &str) -> Connections {
    let (mut connections, mut name, mut section) = (Connections::new(), String::new(), String::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("*** Connection '") {
            name = rest.split('\'').next().unwrap().to_owned();
        } else if line.starts_with("*** ") {
            name = String::new();
        } else if let Some(rest) = line.strip_prefix('[') {
            section = rest.trim_end_matches(']').to_owned();
        } else if let Some((key, value)) = line.split_once('=') {
            let connection = connections.entry(name.clone()).or_default();
            connection.insert(format!("{section}.{key}"), value.to_owned());
        }
    }
    connections.remove("");
    connections
}

fn in_the_initramfs(network: &NodeNetwork, boot: &str) -> Connections {
    let arguments = arguments(Some(network), boot.parse().unwrap(), "cp1.okd1.lan").unwrap();
    let mut words: Vec<&str> = arguments.iter().map(|it| it.as_str()).collect();
    words.push("rd.neednet=1");
    read(&network_manager().unwrap().connections(&words).unwrap())
}

/// As NetworkManager itself would write them.
fn installed(network: &NodeNetwork) -> Connections {
    let manager = network_manager().unwrap();
    let one = |file: Keyfile| {
        let rewritten =
            manager.rewritten(&file.content).unwrap_or_else(|error| panic!("{}: {error:#}", file.name));
        let name = file.name.trim_end_matches(".nmconnection").to_owned();
        read(&format!("*** Connection '{name}'\n{rewritten}"))
            .remove(&name)
            .map(|settings| (name, settings))
            .unwrap()
    };
    keyfiles(network).into_iter().map(one).collect()
}

fn setting<'a>(connections: &'a Connections, name: &str, key: &str) -> Option<&'a str> {
    let connection = connections.get(name).unwrap_or_else(|| panic!("no {name} in {connections:#?}"));
    connection.get(key).map(String::as_str)
}

fn addresses(connection: &BTreeMap<String, String>) -> BTreeSet<String> {
    let address = |(key, value): (&String, &String)| {
        key.contains(".address").then(|| value.split(',').next().unwrap().to_owned())
    };
    connection.iter().filter_map(address).collect()
}

#[test]
fn the_keyfiles_of_the_example_are_as_they_are_meant() {
    let network = NodeNetwork::from_toml(EXAMPLE).unwrap();
    let files = keyfiles(&network);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/networks/golden");
    for file in &files {
        let path = folder.join(&file.name);
        if std::env::var_os("MUSTER_REWRITE_GOLDEN").is_some() {
            std::fs::write(&path, &file.content).unwrap();
        }
        let meant = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(file.content, meant, "{}; MUSTER_REWRITE_GOLDEN=1 writes it anew", path.display());
    }
    let names: BTreeSet<_> = files.iter().map(|file| file.name.clone()).collect();
    let there = std::fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    assert_eq!(there.collect::<BTreeSet<_>>(), names, "no more and no fewer");
    assert_eq!(names.len(), files.len(), "no two of one name");
    installed(&network);
}

#[test]
fn a_fixed_address_is_the_same_in_both() {
    let network = NodeNetwork::from_toml(&format!(
        "dns = [\"10.0.0.1\", \"fd00::53\"]\nexclude = [\"{B}\"]\n[[card]]\nmac = \"{A}\"\nmtu = 9000\n\
         addresses = [\"10.0.0.21/24\", \"10.0.0.22/24\", \"fd00::21/64\"]\ngateway = \"10.0.0.1\"\n"
    ))
    .unwrap();
    let (initramfs, installed) = (in_the_initramfs(&network, A), installed(&network));
    for (connections, name) in [(&initramfs, "boot0"), (&installed, "52-54-00-aa-bb-01")] {
        assert_eq!(setting(connections, name, "ipv4.method"), Some("manual"));
        assert_eq!(setting(connections, name, "ipv4.address1"), Some("10.0.0.21/24,10.0.0.1"));
        assert_eq!(setting(connections, name, "ipv4.address2"), Some("10.0.0.22/24"));
        assert_eq!(setting(connections, name, "ipv4.dns"), Some("10.0.0.1;"));
        assert_eq!(setting(connections, name, "ipv6.method"), Some("manual"));
        assert_eq!(setting(connections, name, "ipv6.address1"), Some("fd00::21/64"));
        assert_eq!(setting(connections, name, "ipv6.dns"), Some("fd00::53;"));
        assert_eq!(setting(connections, name, "ethernet.mtu"), Some("9000"));
    }
    assert_eq!(setting(&installed, "52-54-00-aa-bb-01", "ethernet.mac-address"), Some("52:54:00:AA:BB:01"));
    for (connections, name) in [(&initramfs, "nic1"), (&installed, "52-54-00-aa-bb-02")] {
        assert_eq!(setting(connections, name, "ipv4.method"), Some("disabled"));
        assert_eq!(setting(connections, name, "ipv6.method"), Some("disabled"));
    }
    assert_eq!(setting(&installed, "52-54-00-aa-bb-02", "connection.autoconnect"), Some("false"));
    assert_eq!((initramfs.len(), installed.len()), (2, 2), "nothing is made up: {initramfs:#?}");
}

#[test]
fn the_card_that_boots_asks_by_dhcp_where_it_has_no_address_and_only_for_the_installation() {
    let network = NodeNetwork::from_toml(&format!(
        "[[vlan]]\nid = 7\non = \"{A}\"\naddresses = [\"10.7.0.21/24\"]\ngateway = \"10.7.0.1\"\n"
    ))
    .unwrap();
    let initramfs = in_the_initramfs(&network, A);
    assert_eq!(setting(&initramfs, "boot0", "ipv4.method"), Some("auto"));
    assert_eq!(setting(&initramfs, "vlan7", "vlan.id"), Some("7"));
    assert_eq!(setting(&initramfs, "vlan7", "vlan.parent"), Some("boot0"));
    assert_eq!(setting(&initramfs, "vlan7", "ipv4.address1"), Some("10.7.0.21/24,10.7.0.1"));
    let installed = installed(&network);
    assert_eq!(setting(&installed, "52-54-00-aa-bb-01", "ipv4.method"), Some("disabled"));
    let card = setting(&installed, "52-54-00-aa-bb-01", "connection.uuid").unwrap();
    assert_eq!(
        setting(&installed, "vlan7", "vlan.parent"),
        Some(card),
        "by the card's own connection, not by a name"
    );
    // Booted from a card that nothing is said of.
    let initramfs = in_the_initramfs(&network, C);
    assert_eq!(setting(&initramfs, "boot0", "ipv4.method"), Some("auto"));
    assert_eq!(setting(&initramfs, "nic1", "ipv4.method"), Some("disabled"));
}

#[test]
fn a_bond_has_one_leg_while_the_installation_runs_and_all_of_them_after() {
    let network = NodeNetwork::from_toml(&format!(
        "dns = [\"10.0.0.1\"]\n[[bond]]\nname = \"bond0\"\nmode = \"802.3ad\"\ncards = [\"{A}\", \"{B}\"]\nmtu = 9000\n\
         options = {{ lacp_rate = \"fast\", xmit_hash_policy = \"layer2+3\", min_links = \"2\" }}\n\
         addresses = [\"10.0.0.21/24\"]\ngateway = \"10.0.0.1\"\n[[vlan]]\nid = 20\non = \"bond0\"\nmtu = 1500\ndhcp = true\n"
    ))
    .unwrap();
    for (boot, leg, other) in [(A, "boot0", "nic1"), (B, "boot0", "nic1"), (C, "nic1", "nic2")] {
        let initramfs = in_the_initramfs(&network, boot);
        let bond = setting(&initramfs, "bond0", "connection.uuid").unwrap();
        assert_eq!(setting(&initramfs, leg, "connection.master"), Some(bond));
        assert_eq!(setting(&initramfs, other, "connection.master"), None, "the switch lets one through");
        assert_eq!(setting(&initramfs, other, "ipv4.method"), Some("disabled"));
        assert_eq!(setting(&initramfs, "bond0", "bond.mode"), Some("802.3ad"));
        assert_eq!(setting(&initramfs, "bond0", "bond.min_links"), None, "of one leg it would never come up");
        assert_eq!(setting(&initramfs, "bond0", "ethernet.mtu"), Some("9000"));
        assert_eq!(setting(&initramfs, "bond0", "ipv4.address1"), Some("10.0.0.21/24,10.0.0.1"));
        assert_eq!(setting(&initramfs, "bond0.20", "vlan.parent"), Some("bond0"));
        assert_eq!(setting(&initramfs, "bond0.20", "ipv4.method"), Some("auto"));
    }
    let installed = installed(&network);
    let bond = setting(&installed, "bond0", "connection.uuid").unwrap();
    for leg in ["52-54-00-aa-bb-01", "52-54-00-aa-bb-02"] {
        assert_eq!(setting(&installed, leg, "connection.master"), Some(bond));
        assert_eq!(setting(&installed, leg, "connection.slave-type"), Some("bond"));
    }
    assert_eq!(setting(&installed, "bond0", "bond.min_links"), Some("2"));
    assert_eq!(setting(&installed, "bond0", "ethernet.cloned-mac-address"), Some("52:54:00:AA:BB:01"));
    assert_eq!(setting(&installed, "bond0", "ethernet.mtu"), Some("9000"));
    assert_eq!(setting(&installed, "bond0.20", "vlan.parent"), Some("bond0"));
    assert_eq!(
        setting(&installed, "bond0.20", "ipv4.never-default"),
        Some("true"),
        "the way out is the bond's"
    );
    assert_eq!(setting(&installed, "bond0.20", "ipv4.ignore-auto-dns"), Some("true"));
}

#[test]
fn every_mode_and_option_of_a_bond_is_taken_by_both() {
    let modes = [
        ("balance-rr", "updelay = \"200\", downdelay = \"200\", miimon = \"50\""),
        ("active-backup", "miimon = \"100\""),
        ("balance-xor", "xmit_hash_policy = \"layer3+4\""),
        ("broadcast", ""),
        ("802.3ad", "lacp_rate = \"slow\", xmit_hash_policy = \"vlan+srcmac\", min_links = \"1\""),
        ("balance-tlb", ""),
        ("balance-alb", ""),
    ];
    for (mode, options) in modes {
        let network = NodeNetwork::from_toml(&format!(
            "[[bond]]\nname = \"storage\"\nmode = \"{mode}\"\noptions = {{ {options} }}\ncards = [\"{A}\", \"{B}\"]\n\
             addresses = [\"10.0.0.21/24\"]\n"
        ))
        .unwrap();
        let (initramfs, installed) = (in_the_initramfs(&network, A), installed(&network));
        for connections in [&initramfs, &installed] {
            assert_eq!(setting(connections, "storage", "bond.mode"), Some(mode));
            assert!(setting(connections, "storage", "bond.miimon").is_some(), "links are looked at");
        }
        assert_eq!(addresses(&initramfs["storage"]), addresses(&installed["storage"]));
    }
}

#[test]
fn dhcp_and_fixed_addresses_of_the_other_family_go_together() {
    let network = NodeNetwork::from_toml(&format!(
        "[[card]]\nmac = \"{A}\"\ndhcp = true\naddresses = [\"fd00::21/64\"]\ngateway = \"fe80::1\"\n[[card]]\nmac = \"{B}\"\n\
         addresses = [\"10.9.0.21/24\"]\n"
    ))
    .unwrap();
    let (initramfs, installed) = (in_the_initramfs(&network, A), installed(&network));
    for (connections, first, second) in
        [(&initramfs, "boot0", "nic1"), (&installed, "52-54-00-aa-bb-01", "52-54-00-aa-bb-02")]
    {
        assert_eq!(setting(connections, first, "ipv4.method"), Some("auto"));
        assert_eq!(setting(connections, first, "ipv6.method"), Some("manual"));
        assert_eq!(setting(connections, first, "ipv6.address1"), Some("fd00::21/64,fe80::1"));
        assert_eq!(setting(connections, second, "ipv4.method"), Some("manual"));
        assert_eq!(setting(connections, second, "ipv6.method"), Some("disabled"));
    }
}
