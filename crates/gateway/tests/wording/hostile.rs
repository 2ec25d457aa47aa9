//! Whatever others wrote on the gateway, sentences about it are of one line, bounded, and free of what a terminal obeys.

use gateway::{Found, Kind, Service};
use proptest::prelude::*;

use crate::site::{all, found, reading, wish};

/// Fields that decide, each with values that bring it into play, or with anything.
fn foreign() -> impl Strategy<Value = Found> {
    const FIELDS: [(&str, &[&str]); 22] = [
        ("interface", &["", "lan", "wan", "opt1,\u{1b}[2J"]),
        ("tag", &["", "muster1a2b3c4defi64"]),
        ("set_tag", &["", "x"]),
        ("start_addr", &["192.168.1.150", "192.168.1.250"]),
        ("end_addr", &["192.168.1.200", ""]),
        ("host", &["api", "*", ""]),
        ("hostname", &["api", "*", ""]),
        ("domain", &["okd1.lab.example", "lab.example", "apps.okd1.lab.example"]),
        ("ip", &["192.168.1.7", "192.168.1.7,fd00::1"]),
        ("server", &["10.0.0.9", "192.168.1.10"]),
        ("hwaddr", &["52:54:00:aa:bb:07", ""]),
        ("type", &["set", "match"]),
        ("option", &["66", "67", "15", "93"]),
        ("enabled", &["1", "0"]),
        ("action", &["pass", "block"]),
        ("protocol", &["any", "TCP"]),
        ("source_net", &["any"]),
        ("destination_net", &["any", "192.168.1.0/24"]),
        ("bind", &["*:443", "192.168.1.10:6443"]),
        ("name", &["muster-1a2b3c4d-backend-okd1-api"]),
        ("filename", &["pxelinux.0"]),
        ("description", &["Muster: range lan (1a2b3c4d)", ""]),
    ];
    let value = |usual: &'static [&'static str]| prop_oneof![3 => proptest::sample::select(usual).prop_map(str::to_owned), 1 => any::<String>()];
    let fields: Vec<_> =
        FIELDS.iter().map(|(name, usual)| value(usual).prop_map(move |value| (*name, value))).collect();
    (proptest::sample::select(Kind::ALL.as_slice()), any::<u128>(), fields).prop_map(|(kind, id, fields)| {
        let mut found = found(kind, id, &[]);
        found.fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        found
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn foreign_texts_are_tamed(
        foreign in proptest::collection::vec(foreign(), 0..12),
        label in any::<String>(),
        by_dnsmasq in any::<bool>(),
    ) {
        let mut there = reading();
        there.facts.interfaces[0].label = label;
        there.facts.dns_by = Some(if by_dnsmasq { Service::Dnsmasq } else { Service::Unbound });
        there.found.extend(foreign);
        let wanted = all(&wish(), &there);
        let conflicts = wanted.conflicts.iter().flat_map(|conflict| [&conflict.because, &conflict.remedy]);
        for said in conflicts.chain(wanted.notices.iter().map(|notice| &notice.text)) {
            prop_assert!(!said.chars().any(char::is_control), "{said:?}");
            prop_assert!(said.chars().count() < 800, "{said:?}");
        }
        prop_assert_eq!(all(&wish(), &there), wanted);
    }
}
