//! Networks, reservations and network boot.

use super::{Claims, Part, between, is_unicast};
use crate::wish::{AddressRange, Network, NetworkBoot, Reservation};

pub(super) fn faults(parts: &[Part<'_>], faults: &mut Vec<String>) {
    networks(parts, faults);
    reservations(parts, faults);
    boots(parts, faults);
}

fn networks(parts: &[Part<'_>], faults: &mut Vec<String>) {
    let mut interfaces = Claims::new();
    let mut ranges: Vec<(&str, &Network, AddressRange)> = Vec::new();
    for (part, network) in
        parts.iter().flat_map(|(part, wish)| wish.dhcp.networks.iter().map(|one| (*part, one)))
    {
        let key = &network.interface;
        if let Some((by, _)) = interfaces.claim(key, (part, network)) {
            faults.push(format!("the network of {key} is there twice{}", between(by, part)));
            continue;
        }
        let Some(range) = network.range else { continue };
        let ends_well = is_unicast(range.first()) && is_unicast(range.last());
        if !ends_well {
            faults.push(format!("the range {range} of {key} has addresses that no machine can have"));
        }
        let across =
            ranges.iter().find(|(_, other, theirs)| other.interface != *key && theirs.overlaps(range));
        if let Some((by, other, theirs)) = across {
            faults.push(format!(
                "the ranges {theirs} of {} and {range} of {key} overlap{}",
                other.interface,
                between(by, part)
            ));
        }
        ranges.push((part, network, range));
    }
}

fn reservations(parts: &[Part<'_>], faults: &mut Vec<String>) {
    let (mut ips, mut macs, mut names) = (Claims::new(), Claims::new(), Claims::new());
    for (part, kept) in
        parts.iter().flat_map(|(part, wish)| wish.dhcp.reservations.iter().map(|one| (*part, one)))
    {
        let Reservation { name, ip, domain, .. } = kept;
        if !is_unicast(*ip) {
            faults.push(format!("{ip} of {name} is an address that no machine can have"));
        }
        if kept.macs.is_empty() {
            faults.push(format!("{name} has no MAC address to know it by"));
        }
        if let Some((by, other)) = ips.claim(ip, (part, kept)) {
            faults.push(format!("{} and {name} both have {ip}{}", other.name, between(by, part)));
        }
        if let Some((by, other)) = names.claim((name, domain), (part, kept)) {
            faults.push(format!("{name} has both {} and {ip}{}", other.ip, between(by, part)));
        }
        for mac in &kept.macs {
            if !mac.is_unicast() {
                faults.push(format!("{mac} of {name} is no address of one card"));
            }
            if let Some((by, other)) = macs.claim(mac, (part, kept)) {
                faults.push(format!(
                    "{mac} is a card of both {} and {name}{}",
                    other.name,
                    between(by, part)
                ));
            }
        }
    }
}

fn boots(parts: &[Part<'_>], faults: &mut Vec<String>) {
    let mut first: Option<(&str, &NetworkBoot)> = None;
    for (part, boot) in parts.iter().filter_map(|(part, wish)| Some((*part, wish.dhcp.boot.as_ref()?))) {
        match first {
            None => one_boot(boot, faults),
            Some((_, same)) if same == boot => {}
            Some((by, _)) => faults.push(format!("two network boots are wanted{}", between(by, part))),
        }
        first.get_or_insert((part, boot));
    }
}

fn one_boot(boot: &NetworkBoot, faults: &mut Vec<String>) {
    if !is_unicast(boot.server) {
        faults.push(format!("machines can't boot from {}: name Muster's own address", boot.server));
    }
    if boot.firmwares.is_empty() {
        faults.push("network boot has no class of firmwares: nothing would boot".into());
    }
    let (mut classes, mut codes, mut ports) = (Claims::new(), Claims::new(), Claims::new());
    for firmware in &boot.firmwares {
        let class = &firmware.class;
        if class.as_str() == "ipxe" {
            faults.push("the class of firmwares ipxe is Muster's own: call it otherwise".into());
        }
        if classes.claim(class, ("", firmware)).is_some() {
            faults.push(format!("the class of firmwares {class} is there twice"));
        }
        if firmware.codes.is_empty() {
            faults
                .push(format!("the class of firmwares {class} has no code of DHCP option 93 to know it by"));
        }
        for code in &firmware.codes {
            if let Some((_, other)) = codes.claim(code, ("", firmware)) {
                faults.push(format!(
                    "the code {code} of DHCP option 93 is of both {} and {class}",
                    other.class
                ));
            }
        }
    }
    for port in &boot.tcp_ports {
        if *port == 0 {
            faults.push("network boot has a TCP port 0".into());
        }
        if ports.claim(port, ("", port)).is_some() {
            faults.push(format!("network boot has the TCP port {port} twice"));
        }
    }
}
