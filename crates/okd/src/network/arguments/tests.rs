use proptest::prelude::*;

use super::*;

const A: &str = "52:54:00:aa:bb:01";
const B: &str = "52:54:00:aa:bb:02";
const C: &str = "52:54:00:aa:bb:03";

fn said(text: &str, boot: &str) -> String {
    let network = NodeNetwork::from_toml(text).unwrap();
    let arguments = arguments(Some(&network), boot.parse().unwrap(), "cp1.okd1.lan").unwrap();
    arguments.iter().map(KernelArgument::as_str).collect::<Vec<_>>().join(" ")
}

#[test]
fn without_a_network_nothing_is_said() {
    assert!(arguments(None, A.parse().unwrap(), "cp1.okd1.lan").unwrap().is_empty());
}

#[test]
fn a_fixed_address_of_the_card_that_boots_is_where_the_live_system_speaks_from() {
    let from = |text: &str| {
        speaks_from(Some(&NodeNetwork::from_toml(text).unwrap()), A.parse().unwrap()).map(|it| it.to_string())
    };
    let card = |mac: &str, more: &str| format!("[[card]]\nmac = \"{mac}\"\n{more}\n");
    let fixed = "addresses = [\"fd00::21/64\", \"10.0.0.21/24\"]";
    assert_eq!(from(&card(A, fixed)).as_deref(), Some("10.0.0.21"));
    assert_eq!(from(&card(A, "addresses = [\"fd00::21/64\"]")).as_deref(), Some("fd00::21"));
    let bond =
        format!("[[bond]]\nname = \"bond0\"\nmode = \"802.3ad\"\ncards = [\"{B}\", \"{A}\"]\n{fixed}\n");
    assert_eq!(from(&bond).as_deref(), Some("10.0.0.21"));
    // By DHCP it keeps the address that its firmware had.
    for other in [card(A, "dhcp = true"), card(B, fixed), format!("exclude = [\"{A}\"]\n{}", card(B, fixed))]
    {
        assert_eq!(from(&other), None, "{other}");
    }
    assert_eq!(speaks_from(None, A.parse().unwrap()), None);
}

#[test]
fn each_card_is_told_what_it_is_to_do() {
    let fixed = format!("[[card]]\nmac = \"{A}\"\naddresses = [\"10.0.0.21/24\"]\ngateway = \"10.0.0.1\"\n");
    let vlan =
        format!("[[vlan]]\nid = 7\non = \"{A}\"\naddresses = [\"10.7.0.21/24\"]\ngateway = \"10.7.0.1\"\n");
    let bond = format!("[[bond]]\nname = \"bond0\"\nmode = \"802.3ad\"\ncards = [\"{A}\", \"{B}\"]\n");
    let on_bond = "[[vlan]]\nid = 7\non = \"bond0\"\ndhcp = true\n";
    let table = [
        // A fixed address, with names; the other card is excluded.
        (
            format!("dns = [\"10.0.0.1\", \"fd00::1\"]\nexclude = [\"{B}\"]\n{fixed}")
                .replace("\", \"fd00::1", ""),
            A,
            "ifname=boot0:52:54:00:aa:bb:01 ifname=nic1:52:54:00:aa:bb:02 \
             ip=10.0.0.21::10.0.0.1:255.255.255.0:cp1.okd1.lan:boot0:none ip=nic1:none nameserver=10.0.0.1 rd.peerdns=0 \
             rd.net.timeout.carrier=30",
        ),
        // It booted from a card that nothing is said of, and from the one that is excluded: it must reach us all the same.
        (
            fixed.clone(),
            C,
            "ifname=nic1:52:54:00:aa:bb:01 ifname=boot0:52:54:00:aa:bb:03 \
             ip=10.0.0.21::10.0.0.1:255.255.255.0:cp1.okd1.lan:nic1:none ip=::::cp1.okd1.lan:boot0:dhcp rd.net.timeout.carrier=30",
        ),
        (
            format!("exclude = [\"{C}\"]\n{fixed}"),
            C,
            "ifname=nic1:52:54:00:aa:bb:01 ifname=boot0:52:54:00:aa:bb:03 \
             ip=10.0.0.21::10.0.0.1:255.255.255.0:cp1.okd1.lan:nic1:none ip=::::cp1.okd1.lan:boot0:dhcp rd.net.timeout.carrier=30",
        ),
        // A VLAN on the card that boots: the card itself asks by DHCP while the installation runs.
        (
            vlan.clone(),
            A,
            "ifname=boot0:52:54:00:aa:bb:01 vlan=vlan7:boot0 ip=10.7.0.21::10.7.0.1:255.255.255.0:cp1.okd1.lan:vlan7:none \
             ip=::::cp1.okd1.lan:boot0:dhcp rd.net.timeout.carrier=30",
        ),
        // The same on another card, which has no address then.
        (
            format!("{}[[card]]\nmac = \"{B}\"\ndhcp = true\n", vlan),
            B,
            "ifname=nic1:52:54:00:aa:bb:01 ifname=boot0:52:54:00:aa:bb:02 vlan=vlan7:nic1 \
             ip=10.7.0.21::10.7.0.1:255.255.255.0:cp1.okd1.lan:vlan7:none ip=::::cp1.okd1.lan:boot0:dhcp ip=nic1:none \
             rd.net.timeout.carrier=30",
        ),
        // A bond: the leg that boots alone, whichever it is; the bond has an address, for it boots.
        (
            format!("{bond}{on_bond}"),
            B,
            "ifname=nic1:52:54:00:aa:bb:01 ifname=boot0:52:54:00:aa:bb:02 bond=bond0:boot0:mode=802.3ad,miimon=100 \
             vlan=bond0.7:bond0 ip=::::cp1.okd1.lan:bond0:dhcp ip=nic1:none ip=::::cp1.okd1.lan:bond0.7:dhcp \
             rd.net.timeout.carrier=90",
        ),
        // A bond that does not boot: its first leg.
        (
            format!(
                "{bond}options = {{ min_links = \"2\", lacp_rate = \"fast\" }}\nmtu = 9000\n{fixed}{on_bond}"
            )
            .replace(&format!("mac = \"{A}\""), &format!("mac = \"{C}\"")),
            C,
            "ifname=nic1:52:54:00:aa:bb:01 ifname=nic2:52:54:00:aa:bb:02 ifname=boot0:52:54:00:aa:bb:03 \
             bond=bond0:nic1:mode=802.3ad,miimon=100,lacp_rate=fast vlan=bond0.7:bond0 ip=:::::bond0:none:9000 ip=nic2:none \
             ip=::::cp1.okd1.lan:bond0.7:dhcp ip=10.0.0.21::10.0.0.1:255.255.255.0:cp1.okd1.lan:boot0:none \
             rd.net.timeout.carrier=90",
        ),
        // Both families, and a router that is known by its link only.
        (
            format!(
                "dns = [\"fd00::1\"]\n[[card]]\nmac = \"{A}\"\ndhcp = true\naddresses = [\"fd00::21/64\", \"fd01::21/64\"]\ngateway = \"fe80::1\"\nmtu = 9000\n"
            ),
            A,
            "ifname=boot0:52:54:00:aa:bb:01 ip=[fd00::21]::[fe80::1]:64:cp1.okd1.lan:boot0:dhcp:9000 \
             ip=[fd01::21]:::64:cp1.okd1.lan:boot0:dhcp:9000 nameserver=[fd00::1] rd.peerdns=0 rd.net.timeout.carrier=30",
        ),
    ];
    for (text, boot, wanted) in table {
        // Each is of one line here.
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&said(&text, boot)), words(wanted), "{text}");
    }
}

#[test]
fn a_name_that_linux_does_not_know_is_shortened_to_its_first_label() {
    let network = NodeNetwork::from_toml(&format!("[[card]]\nmac = \"{A}\"\ndhcp = true\n")).unwrap();
    let fqdn = format!("cp1.{}.lan", "x".repeat(60));
    let said = arguments(Some(&network), A.parse().unwrap(), &fqdn).unwrap();
    assert!(said.iter().any(|argument| argument.as_str() == "ip=::::cp1:boot0:dhcp"), "{said:?}");
}

/// Something an operator, or somebody who gave him a file, may write where a text stands.
fn text() -> impl Strategy<Value = String> {
    let hostile = prop::sample::select(vec![
        "\n[ipv4]\nmethod=auto",
        "a b",
        "${net0/mac}",
        "x\ny",
        "x;y",
        "\"",
        "'",
        "`id`",
        "$(id)",
        "||",
        "&&",
        "#",
        "=",
        "%s",
        "\u{0}",
        "\r",
        "\\n",
        "rd.break",
        "802.3ad,primary=x",
        "bond0 init=/bin/sh",
        "10.0.0.1/24;x",
        "::1]:",
        "52:54:00:aa:bb:01",
        "bond0",
        "active-backup",
        "10.0.0.2/24",
        "10.0.0.1",
        "fd00::1",
        "lab.example",
    ]);
    prop_oneof![3 => hostile.prop_map(str::to_owned), 1 => any::<String>(), 1 => "[a-z0-9.:/ ;=\\[\\]\n-]{0,24}"]
}

/// A file in which each text may be anything. Most are refused; what is taken must be harmless.
fn file() -> impl Strategy<Value = String> {
    let quoted = |text: &String| toml::Value::String(text.clone()).to_string();
    let or = |usual: &'static str| prop_oneof![4 => Just(usual.to_owned()), 1 => text()];
    let card = (or(A), or("10.0.0.21/24"), or("10.0.0.1"));
    let bond = (or("bond0"), or("802.3ad"), or(B), or("fast"), or("lacp_rate"));
    let vlan = (or("bond0"), or("v7"), 1_u16..12);
    (or("10.0.0.1"), or("lab.example"), or(C), card, bond, vlan).prop_map(
        move |(dns, search, exclude, (mac, address, gateway), (name, mode, leg, value, option), (on, vlan, id))| {
            let q = quoted;
            format!(
                "dns = [{}]\nsearch = [{}]\nexclude = [{}]\n[[card]]\nmac = {}\naddresses = [{}]\ngateway = {}\n\
                 [[bond]]\nname = {}\nmode = {}\ncards = [{}]\noptions = {{ {} = {} }}\n[[vlan]]\nid = {id}\non = {}\nname = {}\ndhcp = true\n",
                q(&dns), q(&search), q(&exclude), q(&mac), q(&address), q(&gateway), q(&name), q(&mode), q(&leg), q(&option),
                q(&value), q(&on), q(&vlan)
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_breaks_out_of_an_argument_or_a_keyfile(file in file()) {
        let Ok(network) = NodeNetwork::from_toml(&file) else { return Ok(()) };
        for boot in [A, B, C, "52:54:00:aa:bb:0f"] {
            let all = arguments(Some(&network), boot.parse().unwrap(), "cp1.okd1.lan").unwrap();
            let keys = ["ifname", "bond", "vlan", "ip", "nameserver", "rd.peerdns", "rd.net.timeout.carrier"];
            for argument in &all {
                let key = argument.as_str().split('=').next().unwrap();
                prop_assert!(keys.contains(&key), "{argument}");
                prop_assert!(argument.as_str().bytes().all(|b| b.is_ascii_graphic()), "{argument}");
            }
            prop_assert!(all.iter().any(|it| it.as_str().contains(":boot0") || it.as_str().contains("boot0:")));
        }
        for keyfile in super::super::keyfiles(&network) {
            prop_assert!(!keyfile.name.contains('/') && !keyfile.name.starts_with('.'), "{}", keyfile.name);
            for line in keyfile.content.lines().filter(|line| !line.is_empty()) {
                let section = ["[connection]", "[ethernet]", "[bond]", "[vlan]", "[ipv4]", "[ipv6]"].contains(&line);
                let entry = line.split_once('=').is_some_and(|(key, value)| {
                    key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b".:/+-;_".contains(&b))
                });
                prop_assert!(section || entry, "{line:?} in\n{}", keyfile.content);
            }
            let methods = keyfile.content.matches("method=").count();
            prop_assert!(methods == 2 || (methods == 0 && keyfile.content.contains("master=")), "{}", keyfile.content);
        }
    }
}
