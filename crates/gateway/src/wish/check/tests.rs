use super::*;

fn wish(toml: &str) -> Result<Wish, String> {
    Wish::from_toml(toml).map_err(|error| error.to_string())
}

const LAN: &str = "[[network]]\ninterface = 'lan'\nrange = '10.0.0.100-10.0.0.199'\n";

fn kept(name: &str, ip: &str, mac: &str) -> String {
    format!("[[reservation]]\nname = '{name}'\nip = '{ip}'\nmac = '{mac}'\n")
}

fn named(name: &str, rest: &str) -> String {
    format!("[[dns]]\nname = '{name}'\n{rest}\n")
}

fn balanced(name: &str, listen: &str, port: u16, rest: &str) -> String {
    let servers = "[{ name = 'cp0', ip = '10.0.0.20' }]";
    format!(
        "[[balancer]]\nname = '{name}'\nlisten = '{listen}'\nport = {port}\nservers = {servers}\n{rest}\n"
    )
}

const INSIDE: &str = "inside = 'lan'";

fn boot(firmwares: &str) -> String {
    format!("[boot]\nserver = '10.0.0.5'\nscript = 'http://10.0.0.5/boot.ipxe'\n{firmwares}")
}

fn firmware(class: &str, codes: &str) -> String {
    format!("[[boot.firmware]]\nclass = '{class}'\ncodes = {codes}\nfile = 'a.efi'\n")
}

#[test]
fn every_contradiction_is_told() {
    let (a, b) = ("52:54:00:00:00:0a", "52:54:00:00:00:0b");
    let api = "a.lab";
    for (toml, words) in [
        (format!("{LAN}{LAN}"), "the network of lan is there twice"),
        (
            format!("{LAN}[[network]]\ninterface = 'opt1'\nrange = '10.0.0.199-10.0.1.9'"),
            "the ranges 10.0.0.100-10.0.0.199 of lan and 10.0.0.199-10.0.1.9 of opt1 overlap",
        ),
        (
            "[[network]]\ninterface = 'lan'\nrange = '224.0.0.1-224.0.0.9'".into(),
            "the range 224.0.0.1-224.0.0.9 of lan has addresses that no machine can have",
        ),
        (kept("n1", "10.0.0.7", a) + &kept("n2", "10.0.0.7", b), "n1 and n2 both have 10.0.0.7"),
        (kept("n1", "10.0.0.7", a) + &kept("n1", "10.0.0.8", b), "n1 has both 10.0.0.7 and 10.0.0.8"),
        (
            kept("n1", "10.0.0.7", a) + &kept("n2", "10.0.0.8", "52-54-00-00-00-0A"),
            "52:54:00:00:00:0a is a card of both n1 and n2",
        ),
        (kept("n1", "127.0.0.1", a), "127.0.0.1 of n1 is an address that no machine can have"),
        (kept("n1", "0.0.0.1", a), "0.0.0.1 of n1 is an address that no machine can have"),
        (kept("n1", "10.0.0.7", "01:00:5e:00:00:01"), "01:00:5e:00:00:01 of n1 is no address of one card"),
        (kept("n1", "10.0.0.7", a).replace(&format!("'{a}'"), "[]"), "n1 has no MAC address to know it by"),
        (named(api, "ip = '10.0.0.1'").repeat(2), "a.lab has 10.0.0.1 twice"),
        (
            named(api, "ip = '10.0.0.1'") + &named("A.lab", "ip = '10.0.0.2'"),
            "a.lab has both 10.0.0.1 and 10.0.0.2",
        ),
        (named(api, "ip = '0.0.0.0'"), "0.0.0.0 of a.lab is an address that no machine can have"),
        (
            named("*.lab", "ip = '10.0.0.1'\nptr = true"),
            "10.0.0.1 can't be found back to *.lab: a wildcard is no name; leave out ptr",
        ),
        (
            named(api, "ip = '10.0.0.1'\nptr = true") + &named("b.lab", "ip = '10.0.0.1'\nptr = true"),
            "10.0.0.1 would be found back to both a.lab and b.lab: leave ptr to one",
        ),
        (
            named("x.apps.lab", "ip = '10.0.0.1'") + &named("*.apps.lab", "ip = '10.0.0.2'"),
            "x.apps.lab would be answered by *.apps.lab, which hides all below",
        ),
        (
            kept("a", "10.0.0.7", a) + "domain = 'lab'\n" + &named(api, "ip = '10.0.0.8'"),
            "a.lab has 10.0.0.8, and the reservation of that name 10.0.0.7",
        ),
        (
            balanced("api", "10.0.0.1", 6443, INSIDE) + &balanced("api", "10.0.0.2", 6443, INSIDE),
            "the balancer api is there twice",
        ),
        (
            balanced("one", "10.0.0.1", 443, INSIDE) + &balanced("two", "10.0.0.1", 443, INSIDE),
            "the balancers one and two both listen on 10.0.0.1:443",
        ),
        (
            balanced("api", "10.0.0.1", 0, INSIDE),
            "the balancer api can't listen on 10.0.0.1:0; the balancer api can't reach cp0 at 10.0.0.20:0",
        ),
        (
            balanced("api", "10.0.0.20", 443, INSIDE),
            "the balancer api would ask itself: cp0 has the address that it listens on",
        ),
        (
            balanced("config", "10.0.0.1", 22623, "everybody = true"),
            "the balancer config hands out credentials on 22623: name the interfaces that may reach it (inside)",
        ),
        (
            balanced("api", "10.0.0.1", 443, "inside = ['lan', 'lan']"),
            "the balancer api names an interface twice",
        ),
        (
            balanced("api", "10.0.0.1", 443, INSIDE) + "check = { http = '/a', port = 0 }",
            "the balancer api has a health check on port 0",
        ),
        (
            LAN.to_owned() + &balanced("api", "10.0.0.150", 443, INSIDE),
            "10.0.0.150 of the balancer api is in the range of lan",
        ),
        (
            kept("n1", "10.0.0.7", a) + &balanced("api", "10.0.0.7", 443, INSIDE),
            "10.0.0.7 of the balancer api is kept for n1",
        ),
        (boot("firmware = []"), "network boot has no class of firmwares: nothing would boot"),
        (boot(&firmware("ipxe", "[7]")), "the class of firmwares ipxe is Muster's own: call it otherwise"),
        (boot(&(firmware("a", "[7]") + &firmware("a", "[9]"))), "the class of firmwares a is there twice"),
        (
            boot(&(firmware("a", "[7]") + &firmware("b", "[9, 7]"))),
            "the code 7 of DHCP option 93 is of both a and b",
        ),
        (boot(&firmware("a", "[]")), "the class of firmwares a has no code of DHCP option 93 to know it by"),
        (
            boot(&format!("tcp_ports = [80, 80]\n{}", firmware("a", "[7]"))),
            "network boot has the TCP port 80 twice",
        ),
        (boot(&format!("tcp_ports = [0]\n{}", firmware("a", "[7]"))), "network boot has a TCP port 0"),
        (
            boot(&firmware("a", "[7]")).replace("'10.0.0.5'", "'255.255.255.255'"),
            "machines can't boot from 255.255.255.255: name Muster's own address",
        ),
    ] {
        assert_eq!(wish(&toml).unwrap_err(), words, "{toml}");
    }
}

#[test]
fn servers_of_a_balancer_are_each_one() {
    let with = |servers: &str| {
        let toml = balanced("api", "10.0.0.1", 443, INSIDE);
        wish(&toml.replace("[{ name = 'cp0', ip = '10.0.0.20' }]", servers)).unwrap_err()
    };
    assert_eq!(with("[]"), "the balancer api has no server");
    assert_eq!(
        with("[{ name = 'a', ip = '10.0.0.2', backup = true }]"),
        "the balancer api has only servers for a backup"
    );
    assert_eq!(
        with("[{ name = 'a', ip = '10.0.0.2' }, { name = 'a', ip = '10.0.0.3' }]"),
        "the balancer api has the server a twice"
    );
    assert_eq!(
        with("[{ name = 'a', ip = '10.0.0.2' }, { name = 'b', ip = '10.0.0.2', port = 443 }]"),
        "the balancer api has a and b at the same 10.0.0.2:443"
    );
    assert_eq!(with("[{ name = 'a', ip = '224.0.0.1' }]"), "the balancer api can't reach a at 224.0.0.1:443");
}

#[test]
fn what_is_alike_in_two_families_or_places_is_no_contradiction() {
    let toml = [
        named("a.lab", "ip = '10.0.0.1'\nptr = true"),
        named("a.lab", "ip = 'fd00::1'\nptr = true"),
        named("b.lab", "ip = '10.0.0.1'"),
        named("*.apps.lab", "ip = '10.0.0.1'"),
        balanced("one", "10.0.0.1", 80, INSIDE),
        balanced("two", "10.0.0.1", 443, INSIDE),
        // A reservation may lie within the range: dnsmasq then gives that address to nobody else.
        LAN.to_owned(),
        kept("n1", "10.0.0.150", "52:54:00:00:00:01"),
    ];
    wish(&toml.concat()).unwrap();
}

#[test]
fn thousands_of_reservations_are_fine_and_a_million_is_refused_in_words() {
    let many = |count: u32| {
        let kept = (1..=count).map(|n| crate::wish::Reservation {
            name: format!("n{n}").parse().unwrap(),
            macs: vec![inventory::MacAddr::new([2, 0, 0, (n >> 16) as u8, (n >> 8) as u8, n as u8])],
            ip: Ipv4Addr::from_bits(0x0a00_0000 + n),
            domain: None,
        });
        Wish {
            dhcp: crate::wish::Dhcp { reservations: kept.collect(), ..Default::default() },
            ..Wish::default()
        }
    };
    many(5000).check().unwrap();
    let words = |wish: &Wish| wish.check().unwrap_err().to_string();
    assert_eq!(words(&many(1_000_000)), "1000000 reservations are too many: 10000 at most");
    let whole = Wish::union([("site", &many(6000)), ("cluster/okd1", &many(6000))]).unwrap_err().to_string();
    assert_eq!(whole, "12000 reservations are too many: 10000 at most");
}

#[test]
fn many_faults_are_told_by_the_first() {
    let many: String = (0..30).map(|n| kept(&format!("n{n}"), "0.0.0.0", "52:54:00:00:00:01")).collect();
    let Err(crate::wish::WishFileError::Invalid(InvalidWish { faults })) = Wish::from_toml(&many) else {
        panic!("they contradict each other");
    };
    // Each has no address, and all but the first share their address and card.
    assert_eq!((faults.len(), faults[TOLD].as_str()), (TOLD + 1, "and 68 more"));
}

#[test]
fn parts_come_together_and_a_contradiction_names_both() {
    let site = wish(&[LAN, &kept("n1", "10.0.0.7", "52:54:00:00:00:01")].concat()).unwrap();
    let cluster =
        wish(&[kept("n1", "10.0.0.7", "52:54:00:00:00:01"), named("a.lab", "ip = '10.0.0.1'")].concat())
            .unwrap();
    let whole = Wish::union([("site", &site), ("cluster/okd1", &cluster)]).unwrap();
    assert_eq!((whole.dhcp.networks.len(), whole.dhcp.reservations.len(), whole.dns.len()), (1, 1, 1));
    assert_eq!(Wish::union([("site", &site)]), Ok(site.clone()));
    assert!(Wish::union([]).unwrap().is_empty() && !site.is_empty());

    let rival = wish(&kept("n2", "10.0.0.7", "52:54:00:00:00:02")).unwrap();
    let words = Wish::union([("site", &site), ("cluster/okd1", &rival)]).unwrap_err().to_string();
    assert_eq!(words, "n1 and n2 both have 10.0.0.7 (in the parts site and cluster/okd1)");

    let one = wish(&boot(&firmware("a", "[7]"))).unwrap();
    let other = wish(&boot(&firmware("a", "[9]"))).unwrap();
    assert!(Wish::union([("x", &one), ("y", &one)]).unwrap().dhcp.boot.is_some());
    let words = Wish::union([("x", &one), ("y", &other)]).unwrap_err().to_string();
    assert_eq!(words, "two network boots are wanted (in the parts x and y)");
}
