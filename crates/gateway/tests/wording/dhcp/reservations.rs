use super::*;

#[test]
fn foreign_reservations_of_the_same_address_or_card_stand_in_the_way() {
    let host =
        |ip: &str, mac: &str| found(Kind::Reservation, 2, &[("host", "old"), ("ip", ip), ("hwaddr", mac)]);
    let name = |ip: &str, mac: &str| format!("the host \"old {ip} {mac}\", which is not Muster's,");
    let remedy =
        "delete it (Services > Dnsmasq DNS & DHCP > Hosts), or leave this reservation out of the wish";
    for (theirs, expected) in [
        (
            host("192.168.1.7", "52:54:00:00:00:01"),
            Some(format!("{} keeps 192.168.1.7: {remedy}", name("192.168.1.7", "52:54:00:00:00:01"))),
        ),
        (
            host("192.168.1.77", "52-54-00-AA-BB-08"),
            Some(format!(
                "{} has the card 52:54:00:aa:bb:08: {remedy}",
                name("192.168.1.77", "52-54-00-AA-BB-08")
            )),
        ),
        (
            host("192.168.1.7", "52:54:00:aa:bb:07"),
            Some(format!("{} keeps 192.168.1.7: {remedy}", name("192.168.1.7", "52:54:00:aa:bb:07"))),
        ),
        (host("192.168.1.77", "52:54:00:00:00:01"), None),
        (host("192.168.1.7", ""), None),
    ] {
        let wanted = worded(&beside([theirs.clone()]));
        let expected: Vec<_> =
            expected.into_iter().map(|words| format!("reservation nas: {words}")).collect();
        assert_eq!(conflicts(&wanted), expected, "{theirs:?}");
    }
}

#[test]
fn a_reservation_is_in_a_network_of_the_gateway() {
    let kept = |ip: &str| {
        let text = format!(
            "{NETWORK}range = '192.168.1.100-192.168.1.110'\n[[reservation]]\nname = 'a'\nip = '{ip}'\nmac = '52:54:00:00:00:01'"
        );
        of(&text, &reading())
    };
    for (ip, expected) in [
        (
            "172.16.0.9",
            "172.16.0.9 is in no network of the gateway: give the machine an address of the network that it is in",
        ),
        ("192.168.1.10", "192.168.1.10 is a virtual address on LAN: give the machine another address"),
        (
            "192.168.1.255",
            "192.168.1.255 is the first or last address of 192.168.1.0/24, which no machine can have: give the machine \
             another address",
        ),
    ] {
        assert_eq!(conflicts(&kept(ip)), [format!("reservation a: {expected}")], "{ip}");
    }
    let elsewhere = kept("10.10.0.9");
    assert_eq!(
        notices(&elsewhere),
        [
            "1 of the addresses to be kept are in the network of MACHINES (opt1), which the wish does not name: they count \
          only if dnsmasq has a range there"
        ]
    );
}
