//! What holds whatever is wished.

use std::collections::BTreeSet;

use gateway::wish::{
    BalancedServer, Balancer, FirmwareBoot, HealthCheck, Loads, Network, NetworkBoot, Reach, Record,
    Reservation,
};
use gateway::{Kind, Wish};
use inventory::MacAddr;
use proptest::prelude::*;

use crate::site::{all, conflicts, placed, reading};

/// Fields that are lists, with commas between their items.
const LISTS: [&str; 3] = ["interface", "hwaddr", "linkedServers"];

fn dhcp() -> impl Strategy<Value = gateway::wish::Dhcp> {
    let network = |key: &'static str, prefix: &'static str| {
        let range = proptest::option::of((50u8..100, 100u8..200));
        let domain = proptest::option::of("[a-z]{1,8}(\\.[a-z]{2,5}){1,2}");
        (range, proptest::option::of(120u32..999_999), domain).prop_map(move |(range, lease, domain)| {
            Network {
                interface: key.parse().unwrap(),
                range: range
                    .map(|(first, last)| format!("{prefix}.{first}-{prefix}.{last}").parse().unwrap()),
                lease_secs: lease.map(|secs| secs.try_into().unwrap()),
                domain: domain.map(|domain| domain.parse().unwrap()),
            }
        })
    };
    let reservation =
        (2u8..50, "[a-z][a-z0-9-]{0,5}[a-z]", 1u8..4).prop_map(|(n, name, cards)| Reservation {
            name: name.parse().unwrap(),
            macs: (0..cards).map(|card| MacAddr::new([2, 0, 0, 0, card, n])).collect(),
            ip: [10, 10, 0, n].into(),
            domain: None,
        });
    let loads = prop_oneof![
        "[a-z0-9]{1,9}(/[a-z]{1,5}\\.efi)?".prop_map(|file| Loads::Tftp(file.parse().unwrap())),
        "[a-z/]{0,20}"
            .prop_map(|path| Loads::Http(format!("http://192.168.1.5:8080/{path}").parse().unwrap())),
    ];
    let firmware = ("[a-z]{1,3}[0-9]{1,6}", loads).prop_map(|(class, loads)| FirmwareBoot {
        class: class.parse().unwrap(),
        codes: Vec::new(),
        loads,
    });
    let boot = proptest::collection::vec(firmware, 1..6).prop_map(|mut firmwares| {
        for (code, firmware) in (0u16..).zip(&mut firmwares) {
            firmware.codes = vec![code * 2, code * 2 + 1];
        }
        NetworkBoot {
            server: [192, 168, 1, 5].into(),
            tcp_ports: vec![8080],
            firmwares,
            script: "http://192.168.1.5:8080/boot.ipxe".parse().unwrap(),
        }
    });
    let networks =
        (network("lan", "192.168.1"), network("opt1", "10.10.0")).prop_map(|(lan, opt1)| vec![lan, opt1]);
    let reservations = proptest::collection::vec(reservation, 0..8);
    (networks, reservations, proptest::option::of(boot))
        .prop_map(|(networks, reservations, boot)| gateway::wish::Dhcp { networks, reservations, boot })
}

fn dns() -> impl Strategy<Value = Vec<Record>> {
    let record = ("(\\*\\.)?[a-z]{1,4}(\\.[a-z]{1,3}){1,2}", any::<[u8; 2]>()).prop_map(|(name, [a, b])| {
        Record { ptr: false, name: name.parse().unwrap(), ip: [10, 1, a, b].into() }
    });
    proptest::collection::vec(record, 0..8)
}

fn balancers() -> impl Strategy<Value = Vec<Balancer>> {
    let check = prop_oneof![
        Just(HealthCheck::Tcp),
        "[a-z?=&/]{0,9}".prop_map(|path| HealthCheck::Https { path: format!("/{path}").parse().unwrap() }),
        proptest::option::of(1u16..)
            .prop_map(|port| HealthCheck::Http { path: "/ready".parse().unwrap(), port }),
    ];
    let reach = prop_oneof![
        Just(Reach::Everybody),
        Just(Reach::Inside(vec!["lan".parse().unwrap(), "opt1".parse().unwrap()]))
    ];
    let one = ("[a-z]{1,6}(-[a-z0-9]{1,4})?", 1000u16..20_000, 1u8..5, check, reach, any::<bool>());
    let one = one.prop_map(|(name, port, servers, check, reach, sticky)| Balancer {
        name: name.parse().unwrap(),
        listen: [192, 168, 1, 10].into(),
        port,
        servers: (0..servers)
            .map(|n| BalancedServer {
                name: format!("s{n}").parse().unwrap(),
                ip: [10, 10, 0, 20 + n].into(),
                port: None,
                backup: n == 3,
            })
            .collect(),
        sticky,
        check,
        reach,
    });
    proptest::collection::vec(one, 0..4)
}

fn valid() -> impl Strategy<Value = Wish> {
    let wish = (dhcp(), dns(), balancers()).prop_map(|(dhcp, dns, balancers)| Wish { dhcp, dns, balancers });
    wish.prop_filter("it contradicts itself", |wish| wish.check().is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 20_000, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn every_wish_is_worded_soundly(wish in valid()) {
        let there = reading();
        let wanted = all(&wish, &there);
        prop_assert_eq!(&wanted, &all(&wish, &there), "the same words each time");

        let mut made: BTreeSet<String> = BTreeSet::new();
        let mut names = BTreeSet::new();
        let mut of_each: Vec<_> = wanted.objects.iter().collect();
        of_each.sort_by_key(|object| object.kind);
        for object in of_each {
            for (field, value) in &object.fields {
                let breaks = |c: char| c.is_control() || "\"'`#$\\".contains(c);
                prop_assert!(!value.contains(breaks), "{} {field} = {value:?}", object.name);
                prop_assert!(!value.contains(',') || LISTS.contains(&field.as_str()), "{} {field} = {value}", object.name);
                let refers = matches!(field.as_str(), "tag" | "set_tag" | "healthCheck" | "linkedServers" | "defaultBackend");
                for item in value.split(',').filter(|item| refers && object.kind != Kind::Tag && !item.is_empty()) {
                    prop_assert!(made.contains(item), "{} refers to {item}, which is made later or never", object.name);
                }
            }
            if let Some(id) = object.id {
                prop_assert!(made.insert(id.to_string()), "{} has an id that is taken", object.name);
            }
            prop_assert!(names.insert((object.kind, object.name.clone())), "{} is there twice", object.name);
        }

        let boots: Vec<_> = wanted.objects.iter().filter(|object| object.kind == Kind::Boot).collect();
        let first_ipxe = boots.iter().position(|boot| boot.name.starts_with("boot ipxe ")).unwrap_or(boots.len());
        prop_assert!(boots.iter().skip(first_ipxe).all(|boot| boot.name.starts_with("boot ipxe ")), "iPXE's come last");
        prop_assert_eq!(boots.len() - first_ipxe, if wish.dhcp.boot.is_some() { wish.dhcp.networks.len() } else { 0 });
        for boot in boots {
            prop_assert!(!boot.fields["servername"].is_empty() && !boot.fields["address"].is_empty());
        }
    }

    /// With all in place the same is wanted, and nothing of ours stands in our own way.
    #[test]
    fn what_is_in_place_is_wanted_again(wish in valid()) {
        let wanted = all(&wish, &reading());
        let in_place = placed(&reading(), &wanted);
        let again = all(&wish, &in_place);
        for (object, before) in again.objects.iter().zip(&wanted.objects) {
            let mut before = before.clone();
            // What the settings list grew stays.
            before.fields.retain(|field, _| object.fields.contains_key(field));
            prop_assert_eq!(object, &before);
        }
        prop_assert_eq!(again.objects.len(), wanted.objects.len());
        prop_assert_eq!(conflicts(&again), conflicts(&wanted));
    }
}
