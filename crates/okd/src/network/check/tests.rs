use super::*;

const CARD: &str =
    "[[card]]\nmac = \"52:54:00:aa:bb:01\"\naddresses = [\"10.0.0.21/24\"]\ngateway = \"10.0.0.1\"\n";

fn said(text: &str) -> String {
    NodeNetwork::from_toml(text).map_or_else(|error| error.to_string(), |_| "nothing".to_owned())
}

#[test]
fn what_contradicts_itself_is_told_in_words() {
    let card = |more: &str| format!("[[card]]\nmac = \"52:54:00:aa:bb:02\"\n{more}\n");
    let bond = |more: &str| {
        format!(
            "[[bond]]\nname = \"bond0\"\nmode = \"active-backup\"\ncards = [\"52:54:00:aa:bb:03\"]\n{more}\n"
        )
    };
    let table = [
        (CARD.to_owned(), "nothing"),
        (format!("{CARD}{}", bond("dhcp = true")), "nothing"),
        (
            format!("exclude = [\"52:54:00:aa:bb:01\"]\n{CARD}"),
            "52:54:00:aa:bb:01 is a card by itself and excluded",
        ),
        (
            format!("{CARD}{}{}", card(""), card("")),
            "52:54:00:aa:bb:02 is a card by itself and a card by itself",
        ),
        (format!("{CARD}{}", card("").replace("52:", "53:")), "53:54:00:aa:bb:02 is no card's address"),
        (format!("{CARD}{}", bond("").replace("bb:03", "bb:01")), "a card by itself and a card of bond0"),
        (format!("{CARD}{}", bond("").replace("\"52:54:00:aa:bb:03\"", "")), "bond0 has no cards"),
        (
            format!("{CARD}{}", bond("options = { lacp_rate = \"fast\" }")),
            "\"lacp_rate\" is no option of a bond in this mode",
        ),
        (format!("{CARD}{}", bond("options = { miimon = \"1 0\" }")), "bond0: miimon: \"1 0\" is no number"),
        (format!("{CARD}[[vlan]]\nid = 0\non = \"52:54:00:aa:bb:02\""), "0 is no VLAN"),
        (format!("{CARD}[[vlan]]\nid = 4095\non = \"52:54:00:aa:bb:02\""), "4095 is no VLAN"),
        (format!("{CARD}[[vlan]]\nid = 7\non = \"bond0\""), "VLAN 7 is on bond0, which is no bond here"),
        (
            format!("{CARD}{}[[vlan]]\nid = 7\non = \"52:54:00:aa:bb:03\"", bond("")),
            "a card of bond0 and what a VLAN stands upon",
        ),
        (
            format!("{CARD}{0}{0}", "[[vlan]]\nid = 7\non = \"52:54:00:aa:bb:02\"\n"),
            "VLAN 7 on 52:54:00:aa:bb:02 is there twice",
        ),
        (
            format!(
                "{CARD}[[vlan]]\nid = 7\non = \"52:54:00:aa:bb:02\"\n[[vlan]]\nid = 7\non = \"52:54:00:aa:bb:01\""
            ),
            "two interfaces are called vlan7",
        ),
        (
            format!("{CARD}[[vlan]]\nid = 7\nname = \"storage\"\non = \"52:54:00:aa:bb:02\""),
            "storage does not end in the VLAN's number 7",
        ),
        (
            format!("{CARD}[[vlan]]\nid = 7\nname = \"x17\"\non = \"52:54:00:aa:bb:02\""),
            "x17 does not end in",
        ),
        (format!("{CARD}[[vlan]]\nid = 7\nname = \"x007\"\non = \"52:54:00:aa:bb:02\""), "nothing"),
        (
            format!(
                "{CARD}{}[[vlan]]\nid = 4000\non = \"averylongbond\"",
                bond("").replace("bond0", "averylongbond")
            ),
            "averylongbond.4000 is too long",
        ),
        (format!("{CARD}[[vlan]]\nid = 7\nmtu = 9000\non = \"52:54:00:aa:bb:02\""), "vlan7 has a larger mtu"),
        (
            format!("{CARD}{}[[vlan]]\nid = 7\nmtu = 9000\non = \"52:54:00:aa:bb:02\"", card("mtu = 9000")),
            "nothing",
        ),
        (card("mtu = 100\ndhcp = true"), "mtu = 100: expected 1280 to 9216"),
        (card(""), "nothing in it has an address"),
        (card("dhcp = true\naddresses = [\"10.0.0.2/24\"]"), "10.0.0.2/24 is fixed where dhcp = true"),
        (card("dhcp = true\naddresses = [\"fd00::2/64\"]"), "nothing"),
        (card("dhcp = true\ngateway = \"10.0.0.1\""), "the gateway 10.0.0.1 is in none of the networks"),
        (
            card("addresses = [\"10.0.0.2/24\"]\ngateway = \"10.0.1.1\""),
            "the gateway 10.0.1.1 is in none of the networks",
        ),
        (card("addresses = [\"fd00::2/64\"]\ngateway = \"fe80::1\""), "nothing"),
        (
            card("addresses = [\"10.0.0.2/24\"]\ngateway = \"10.0.0.2\""),
            "the gateway is the interface's own address",
        ),
        (card("addresses = [\"10.0.0.0/24\"]"), "10.0.0.0/24 is no machine's address"),
        (card("addresses = [\"10.0.0.255/24\"]"), "10.0.0.255/24 is no machine's address"),
        (card("addresses = [\"10.0.0.0/31\"]"), "nothing"),
        (card("addresses = [\"127.0.0.1/8\"]"), "127.0.0.1/8 is no machine's address"),
        (card("addresses = [\"224.0.0.1/8\"]"), "224.0.0.1/8 is no machine's address"),
        (card("addresses = [\"10.0.0.2/0\"]"), "10.0.0.2/0 is no machine's address"),
        (card("addresses = [\"fd00::/64\"]"), "fd00::/64 is no machine's address"),
        (format!("{CARD}{}", card("addresses = [\"10.0.0.21/24\"]")), "10.0.0.21 is there twice"),
        (
            format!("{CARD}{}", card("addresses = [\"10.0.0.22/24\"]")),
            "10.0.0.22/24 and 10.0.0.21/24 are of one network on two interfaces",
        ),
        (
            format!("{CARD}{}", card("addresses = [\"10.1.0.22/24\"]\ngateway = \"10.1.0.1\"")),
            "10.0.0.1, 10.1.0.1 are 2 ways out",
        ),
        (format!("dns = [\"fd00::53\"]\n{CARD}"), "no name can be asked of fd00::53"),
        (format!("dns = [\"0.0.0.0\"]\n{CARD}"), "no name can be asked of 0.0.0.0"),
        (
            format!("dns = [\"1.1.1.1\", \"1.1.1.2\", \"1.1.1.3\", \"1.1.1.4\"]\n{CARD}"),
            "4 servers for names are too many: 3",
        ),
    ];
    for (text, words) in table {
        let said = said(&text);
        assert!(said.contains(words), "{text}\n  said {said:?}\n  and not {words:?}");
    }
}

#[test]
fn what_has_no_room_on_the_command_line_is_refused_and_not_cut() {
    let cards = |count: u8| -> String {
        (1..=count)
            .map(|n| {
                format!("[[card]]\nmac = \"52:54:00:00:00:{n:02x}\"\naddresses = [\"10.0.{n}.21/24\"]\n")
            })
            .collect()
    };
    assert_eq!(said(&cards(6)), "nothing");
    assert!(said(&cards(20)).contains("there is room for 1200"), "{}", said(&cards(20)));
    assert!(said(&cards(33)).contains("33 cards are too many"));
}

#[test]
fn a_network_is_of_its_machine() {
    let network = NodeNetwork::from_toml(&format!("exclude = [\"52:54:00:aa:bb:09\"]\n{CARD}")).unwrap();
    let macs: Vec<MacAddr> =
        ["52:54:00:aa:bb:01", "52:54:00:aa:bb:09"].map(|mac| mac.parse().unwrap()).into();
    let place = Place { cards: &macs, address: None };
    network.check_on(&place).unwrap();
    network.check_on(&Place { address: "10.0.0.21".parse().ok(), ..place }).unwrap();
    let other =
        network.check_on(&Place { address: "10.0.0.22".parse().ok(), ..place }).unwrap_err().to_string();
    assert!(other.contains("is 10.0.0.22 by its role, and 10.0.0.21 by its network"), "{other}");
    let strange = network.check_on(&Place { cards: &macs[..1], ..place }).unwrap_err().to_string();
    assert_eq!(strange, "52:54:00:aa:bb:09 is none of the host's cards, which are 52:54:00:aa:bb:01");
    let unknown = network.check_on(&Place { cards: &[], ..place }).unwrap_err().to_string();
    assert!(unknown.contains("are not known yet"), "{unknown}");
}
