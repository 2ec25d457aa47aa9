use proptest::prelude::*;

use super::*;

const CONFIG: &str = r#"<?xml version="1.0"?>
<opnsense>
  <system>
    <hostname>fw</hostname>
    <webgui><protocol>https</protocol><port/><interfaces>lan,opt1</interfaces></webgui>
    <firmware><plugins>os-haproxy,os-tftp</plugins></firmware>
    <user uuid="1"><name>root</name><uid>0</uid><password>$2y$hash</password><priv>page-all</priv></user>
    <user uuid="2"><name>muster</name><uid>2000</uid>
      <apikeys>OTHER|$6$$x
KEY+/=|$6$$hash</apikeys><priv>page-services-dnsforwarder,page-services-unbound</priv></user>
    <user><name>old</name><uid>2001</uid><apikeys><item><key>OLDKEY</key><secret>$6$</secret></item></apikeys></user>
    <group><name>looks</name><member>2001,2002</member><priv>user-config-readonly</priv></group>
  </system>
  <interfaces>
    <wan><if>vtnet0</if><enable>1</enable><ipaddr>dhcp</ipaddr></wan>
    <lan><if>vtnet1</if><descr>LAN</descr><ipaddr>192.168.1.1</ipaddr><subnet>24</subnet><ipaddrv6>fd00::1</ipaddrv6><subnetv6>64</subnetv6></lan>
    <opt1><if>vlan0.10</if><descr>Machine
room</descr><ipaddr>10.0.0.1</ipaddr><subnet>240</subnet></opt1>
    <openvpn><type>group</type><if>openvpn</if></openvpn>
  </interfaces>
  <virtualip version="1.0.1">
    <vip/><vip><mode>ipalias</mode><interface>lan</interface><subnet>192.168.1.10</subnet><subnet_bits>32</subnet_bits></vip>
    <vip><mode>carp</mode><interface>lan</interface><subnet>192.168.1.11</subnet><password>s3cret</password></vip>
    <vip><mode>proxyarp</mode><interface>lan</interface><subnet>192.168.1.12</subnet></vip>
  </virtualip>
  <dhcpd><lan><enable/></lan><opt1><enable>0</enable></opt1><opt2/></dhcpd>
  <dnsmasq version="1.0.9"><enable>1</enable><port>53053</port></dnsmasq>
  <OPNsense>
    <unboundplus><general><enabled>1</enabled><port>53</port></general></unboundplus>
    <Kea><dhcp4><general><enabled>1</enabled><interfaces>opt1</interfaces></general></dhcp4></Kea>
  </OPNsense>
</opnsense>"#;

fn facts(xml: &str) -> Configuration {
    read(xml.as_bytes(), "KEY+/=", true).unwrap()
}

#[test]
fn a_configuration_tells_what_no_action_tells() {
    let facts = facts(CONFIG);
    let page = WebPage { port: 443, redirects: true, interfaces: vec!["lan".into(), "opt1".into()] };
    assert_eq!(facts.web_page, Some(page));
    assert_eq!(facts.dns_by, Some(Service::Unbound));
    let served: Vec<(&str, &[String])> =
        facts.other_dhcp.iter().map(|(name, served)| (name.as_str(), served.as_slice())).collect();
    assert_eq!(served, [("ISC DHCPv4", ["lan".to_owned()].as_slice()), ("Kea DHCPv4", &["opt1".to_owned()])]);
    let owned: Vec<String> = facts.virtual_addresses.iter().map(|(ip, on)| format!("{ip} {on}")).collect();
    assert_eq!(owned, ["192.168.1.10 lan", "192.168.1.11 lan"]);
    let interfaces: Vec<String> = facts
        .interfaces
        .iter()
        .map(|one| format!("{} {:?} {} {:?} {}", one.key, one.label, one.device, one.networks, one.outside))
        .collect();
    assert_eq!(
        interfaces,
        [
            "wan \"WAN\" vtnet0 [] true",
            "lan \"LAN\" vtnet1 [192.168.1.1/24, fd00::1/64] false",
            // A mask that is none is no network.
            "opt1 \"Machine room\" vlan0.10 [] false"
        ]
    );
    assert!(!facts.filter_disabled);
    assert_eq!(facts.user, Some(User { name: "muster".into(), read_only: false }));
    assert!(!format!("{facts:?}").contains("s3cret") && !format!("{facts:?}").contains("KEY+"));
}

#[test]
fn aliases_hold_what_is_written_out() {
    let alias = |name: &str, kind: &str, more: &str| {
        format!("<alias><name>{name}</name><type>{kind}</type>{more}</alias>")
    };
    let all = [
        alias("servers", "host", "<enabled>1</enabled><content>10.0.0.1\n\n 10.0.0.2 \n</content>"),
        alias("nets", "network", "<content>10.0.0.0/8\n!10.0.0.9</content>"),
        alias("off", "host", "<enabled>0</enabled><content>10.0.0.1</content>"),
        alias("countries", "geoip", "<content>DE</content>"),
        alias("none", "port", "<content/>"),
    ];
    let within = format!("<OPNsense><Firewall><Alias><aliases>{}</aliases></Alias></Firewall>", all.concat());
    let read = facts(&CONFIG.replace("<OPNsense>", &within)).aliases;
    let said: Vec<String> = read.iter().map(|(name, of)| format!("{name}: {}", of.join(" "))).collect();
    assert_eq!(said, ["nets: 10.0.0.0/8 !10.0.0.9", "none: ", "servers: 10.0.0.1 10.0.0.2"]);
}

#[test]
fn what_leads_outside_is_told_by_its_address_or_its_gateway() {
    let outside = |opt1: &str, gateways: &str| -> Vec<String> {
        let config = CONFIG
            .replace("<ipaddr>10.0.0.1</ipaddr>", opt1)
            .replace("<OPNsense>", &format!("<OPNsense><Gateways>{gateways}</Gateways>"));
        let all = facts(&config).interfaces.into_iter().filter(|one| one.outside);
        all.map(|one| one.key).collect()
    };
    let gateway = |more: &str| format!("<gateway_item><interface>opt1</interface>{more}</gateway_item>");
    let fixed = "<ipaddr>10.0.0.1</ipaddr>";
    for (opt1, gateways, leads) in [
        (fixed, String::new(), false),
        ("<ipaddr>dhcp</ipaddr>", String::new(), true),
        ("<ipaddr>pppoe</ipaddr>", String::new(), true),
        ("<ipaddr>10.0.0.1</ipaddr><gateway>SECOND_LINE</gateway>", String::new(), true),
        ("<ipaddr>10.0.0.1</ipaddr><gateway>none</gateway>", String::new(), false),
        (fixed, gateway("<defaultgw>1</defaultgw>"), true),
        (fixed, gateway("<defaultgw>1</defaultgw><disabled>0</disabled>"), true),
        (fixed, gateway("<defaultgw>1</defaultgw><disabled>1</disabled>"), false),
        // A router of the inside.
        (fixed, gateway("<defaultgw>0</defaultgw>"), false),
    ] {
        let expected: Vec<&str> = if leads { vec!["wan", "opt1"] } else { vec!["wan"] };
        assert_eq!(outside(opt1, &gateways), expected, "{opt1} {gateways}");
    }
}

#[test]
fn a_user_may_read_only_by_its_group() {
    let user = read(CONFIG.as_bytes(), "OLDKEY", true).unwrap().user;
    assert_eq!(user, Some(User { name: "old".into(), read_only: true }));
    assert_eq!(read(CONFIG.as_bytes(), "NOKEY", true).unwrap().user, None);
    assert_eq!(read(CONFIG.as_bytes(), "", true).unwrap().user, None);
}

#[test]
fn what_is_installed_no_more_serves_nobody() {
    let facts = read(CONFIG.as_bytes(), "KEY", false).unwrap();
    assert_eq!(facts.other_dhcp.keys().collect::<Vec<_>>(), ["Kea DHCPv4"]);
    let with = CONFIG.replace("os-tftp", "os-isc-dhcp");
    assert_eq!(read(with.as_bytes(), "KEY", false).unwrap().other_dhcp.len(), 2);
}

#[test]
fn who_answers_names_and_where_the_page_is_follow_the_settings() {
    for (from, to, dns_by) in [
        ("<port>53</port>", "<port/>", Some(Service::Unbound)),
        ("<port>53</port>", "<port>5353</port>", None),
        ("<enabled>1</enabled><port>53</port>", "<enabled>0</enabled>", None),
        ("<port>53053</port>", "<port/>", Some(Service::Unbound)),
    ] {
        assert_eq!(facts(&CONFIG.replace(from, to)).dns_by, dns_by, "{to}");
    }
    let dnsmasq =
        CONFIG.replace("<port>53053</port>", "").replace("<enabled>1</enabled><port>53", "<port>53");
    assert_eq!(facts(&dnsmasq).dns_by, Some(Service::Dnsmasq));
    for (from, to, port, redirects) in [
        ("<port/>", "<port>8443</port>", 8443, true),
        ("<port/>", "<disablehttpredirect>1</disablehttpredirect>", 443, false),
        ("<port/>", "<disablehttpredirect/>", 443, false),
        ("<protocol>https</protocol><port/>", "<protocol>http</protocol>", 80, false),
    ] {
        let page = facts(&CONFIG.replace(from, to)).web_page.unwrap();
        assert_eq!((page.port, page.redirects), (port, redirects), "{to}");
    }
    assert!(
        facts(&CONFIG.replace("<hostname>", "<disablefilter>1</disablefilter><hostname>")).filter_disabled
    );
    assert_eq!(facts("<opnsense/>"), Configuration::default());
}

#[test]
fn hostile_ones_are_refused_without_a_word_of_theirs() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "s3cret"><!ENTITY b "&a;&a;">]><opnsense>&b;</opnsense>"#;
    let external = r#"<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><opnsense>&a;</opnsense>"#;
    let deep = format!("<opnsense>{}", "<a>".repeat(200_000));
    let many = format!("<opnsense>{}</opnsense>", "<a/>".repeat(MAX_NODES as usize));
    for (xml, why) in [
        ("", "no XML"),
        ("s3cret", "no XML"),
        ("<opnsense>s3cret", "no XML"),
        ("<pfsense/>", "no OPNsense's"),
        (bomb, "a DTD"),
        (external, "a DTD"),
        (deep.as_str(), "no XML"),
        (many.as_str(), "too many parts"),
    ] {
        let error = read(xml.as_bytes(), "KEY", true).unwrap_err();
        assert!(error.contains(why) && !error.contains("s3cret"), "{error}");
    }
    assert_eq!(read(&[0xff, 0xfe], "KEY", true).unwrap_err(), "it is not UTF-8");
}

proptest! {
    #[test]
    fn no_configuration_makes_it_panic(text: String, from in 0_usize..CONFIG.len(), to in 0_usize..CONFIG.len()) {
        read(text.as_bytes(), "KEY", true).ok();
        let damaged: String = CONFIG.char_indices().filter(|(at, _)| *at < from || *at > to).map(|(_, c)| c).collect();
        read(damaged.as_bytes(), "KEY", true).ok();
    }
}
