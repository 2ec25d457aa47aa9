use super::*;

fn refused(text: &str) -> String {
    NodeNetwork::from_toml(text).unwrap_err().to_string()
}

#[test]
fn the_example_is_one_and_holds_every_key() {
    let network = NodeNetwork::from_toml(EXAMPLE).unwrap();
    assert_eq!((network.cards.len(), network.bonds.len(), network.vlans.len()), (1, 1, 1));
    assert_eq!(
        network.address(),
        "10.0.0.21".parse().ok(),
        "the address beside the way out, not the other card's"
    );
    for key in [
        "dns",
        "search",
        "exclude",
        "mac",
        "addresses",
        "mtu",
        "name",
        "mode",
        "cards",
        "options",
        "gateway",
        "id",
        "on",
        "dhcp",
    ] {
        assert!(
            EXAMPLE.contains(&format!("\n{key} = ")) || EXAMPLE.contains(&format!("# {key} = ")),
            "{key}"
        );
    }
}

#[test]
fn what_is_stored_is_what_was_read() {
    let network = NodeNetwork::from_toml(EXAMPLE).unwrap();
    let stored = serde_json::to_string(&network).unwrap();
    assert_eq!(serde_json::from_str::<NodeNetwork>(&stored).unwrap(), network);
    // What is kept is read as strictly as what is written.
    serde_json::from_str::<NodeNetwork>(&stored.replace("\"mtu\"", "\"mut\"")).unwrap_err();
}

#[test]
fn a_fault_is_told_with_its_line_and_key() {
    let table = [
        ("", "nothing in it has an address"),
        ("dns = [\n", "line 1"),
        ("nds = []\n", "line 1: nds: unknown field"),
        ("dns = [\"10.0.0.1\",\n\"ns1\"]\n", "line 2: dns[1]: "),
        ("search = [\"a b\"]\n", "search[0]: \"a b\" is no domain"),
        ("\n[[card]]\nmac = \"eno1\"\n", "line 3: card[0].mac: \"eno1\" is no MAC address"),
        (
            "[[card]]\nmac = \"52:54:00:aa:bb:01\"\ndhpc = true\n",
            "line 3: card[0].dhpc: unknown field `dhpc`",
        ),
        ("[[card]]\ndhcp = true\n", "line 1: card[0]: missing field `mac`"),
        (
            "[[card]]\nmac = \"52:54:00:aa:bb:01\"\naddresses = [\"10.0.0.21\"]\n",
            "line 3: card[0].addresses[0]: ",
        ),
        ("[[card]]\nmac = \"52:54:00:aa:bb:01\"\nmtu = 70000\n", "line 3: card[0].mtu: "),
        (
            "[[bond]]\nname = \"a/b\"\nmode = \"802.3ad\"\ncards = []\n",
            "line 2: bond[0].name: \"a/b\" is no name for an interface",
        ),
        (
            "[[bond]]\nname = \"bond0\"\nmode = \"lacp\"\ncards = []\n",
            "line 3: bond[0].mode: \"lacp\" is no mode of a bond: expected one of balance-rr",
        ),
        (
            "[[bond]]\nname = \"bond0\"\nmode = \"802.3ad\"\ncards = []\noptions = { primary = \"a\" }\n",
            "\"primary\" is no option of a bond",
        ),
        ("[[vlan]]\nid = 5\non = \"no bond\"\n", "line 3: vlan[0].on: \"no bond\" is no card or bond"),
        ("[[vlan]]\nid = -5\non = \"bond0\"\n", "line 2: vlan[0].id: "),
    ];
    for (text, words) in table {
        let said = refused(text);
        assert!(said.contains(words), "{text:?}\n  said {said:?}\n  and not {words:?}");
    }
    assert!(refused(&"#".repeat(MAX_BYTES + 1)).contains("65537 bytes"));
}

#[test]
fn no_interface_is_called_as_the_kernel_or_the_installer_calls_one() {
    for good in ["bond0", "br-ex", "storage", "nica", "boots", "b.10"] {
        assert!(good.parse::<InterfaceName>().is_ok(), "{good}");
    }
    for bad in [
        "",
        "0bond",
        "eth0",
        "nic3",
        "boot0",
        "lo",
        "all",
        "default",
        "a b",
        "a:b",
        "a/b",
        "a\nb",
        "a;b",
        "ä",
        "0123456789abcdef",
    ] {
        assert!(bad.parse::<InterfaceName>().is_err(), "{bad:?}");
    }
}
