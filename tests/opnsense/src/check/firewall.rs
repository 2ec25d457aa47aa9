//! What the packet filter's model checks beyond single fields.

use std::net::IpAddr;

use crate::config::Item;

type Say<'a> = &'a mut dyn FnMut(&str, &str);

pub(super) fn rule(item: &Item, say: Say<'_>) {
    let protocol = item.field("protocol");
    if !matches!(protocol, "TCP" | "UDP" | "TCP/UDP") {
        for (field, text) in [
            ("source_port", "Source ports are only valid for tcp or udp type rules."),
            ("destination_port", "Destination ports are only valid for tcp or udp type rules."),
        ] {
            if !item.field(field).is_empty() {
                say(field, text);
            }
        }
    }
    if protocol != "ICMP" && !item.field("icmptype").is_empty() {
        say("icmptype", "Option only applies to ICMP packets");
    }
    for (field, text) in [
        ("source_net", "Source address type should match selected TCP/IP protocol version."),
        ("destination_net", "Destination address type should match selected TCP/IP protocol version."),
    ] {
        if family(item.field(field)).is_some_and(|family| family != item.field("ipprotocol")) {
            say(field, text);
        }
        if item.list(field).count() > 1 && item.list(field).any(|part| part == "any") {
            say(field, "Any can not be combined with other aliases");
        }
    }
    for (list, not, text) in [
        (
            "source_net",
            "source_not",
            "Inverting sources is only allowed for single targets to avoid mis-interpretations",
        ),
        (
            "destination_net",
            "destination_not",
            "Inverting destinations is only allowed for single targets to avoid mis-interpretations",
        ),
    ] {
        if item.list(list).count() > 1 && item.field(not) == "1" {
            say(not, text);
        }
    }
    if item.field("interfacenot") == "1" && item.list("interface").count() != 1 {
        say(
            "interfacenot",
            "Inverting interfaces is only allowed for single targets to avoid mis-interpretations",
        );
    }
}

/// Which of the two an address is of; absent where it is none, or several.
fn family(net: &str) -> Option<&'static str> {
    let address: IpAddr = net.split('/').next()?.parse().ok()?;
    Some(if address.is_ipv4() { "inet" } else { "inet6" })
}
