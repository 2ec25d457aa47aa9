//! What a cluster needs of its site, as a terminal shows it: to be made by hand, or to compare with.

use okd::front::{Balanced, Kept, List, Named};

use crate::cli::output::table;
use crate::format::line;

/// What stands where nobody told us an address.
const BALANCER: &str = "(your load balancer)";

pub(super) fn shown(list: &List) -> String {
    let mut text = match &list.gateway {
        Some(gateway) => {
            format!("the gateway {gateway} sees to all of this: muster gateway plan {gateway}\n\n")
        }
        None => "no gateway of Muster's sees to this: make it by hand\n\n".to_owned(),
    };
    text.push_str("Names\n");
    text.push_str(&table(["name", "address", "back from the address"], list.names.iter().map(named)));
    if !list.reservations.is_empty() {
        text.push_str("\n\nAddresses that DHCP keeps, each for all cards of its machine\n");
        text.push_str(&table(["address", "for", "cards"], list.reservations.iter().map(kept)));
    }
    if !list.balancers.is_empty() {
        text.push_str("\n\nBalanced ports: TCP as it comes, TLS is ended by the nodes\n");
        text.push_str(&table(
            ["port", "at", "reached by", "servers", "a server is well when"],
            list.balancers.iter().map(balanced),
        ));
    }
    for words in &list.open {
        text.push_str(&format!("\n\nnote: {}", line(words, 600)));
    }
    text
}

fn named(name: &Named) -> [String; 3] {
    let address = name.address.map_or_else(|| BALANCER.to_owned(), |address| address.to_string());
    let back = if name.ptr { "yes (PTR)" } else { "" };
    [name.name.clone(), address, back.to_owned()]
}

fn kept(kept: &Kept) -> [String; 3] {
    let cards = kept.cards.iter().map(ToString::to_string).collect::<Vec<_>>();
    [kept.address.to_string(), kept.name.clone(), cards.join(", ")]
}

fn balanced(one: &Balanced) -> [String; 5] {
    let servers = one.servers.iter().map(|server| {
        let backup = if server.backup { " (only while no other is well)" } else { "" };
        format!("{} {}{backup}", server.name, server.address)
    });
    let sticky = if one.sticky { "; a client stays with its server" } else { "" };
    [
        one.port.to_string(),
        one.address.map_or_else(|| BALANCER.to_owned(), |address| address.to_string()),
        if one.inside_only { "the cluster's networks only" } else { "everybody who may use it" }.to_owned(),
        format!("{}{sticky}", servers.collect::<Vec<_>>().join(", ")),
        one.check.clone(),
    ]
}
