//! How sentences name what is there. What others wrote is bounded and escaped: it is shown on terminals and pages.

use crate::object::{Found, Kind};

/// A foreign text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{short:?}")
}

/// Several things in one sentence.
pub(super) fn listed(items: impl IntoIterator<Item = impl ToString>) -> String {
    let items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    match items.as_slice() {
        [] => "none".into(),
        [init @ .., last] if !init.is_empty() => format!("{} and {last}", init.join(", ")),
        _ => items.concat(),
    }
}

/// A foreign object: what its kind is called on the gateway's pages, and by what it is known there.
pub(super) fn of(found: &Found) -> String {
    let (what, fields): (&str, &[&str]) = match found.kind {
        Kind::PassRule => ("the firewall rule", &["description"]),
        Kind::Tag => ("the tag", &["tag"]),
        Kind::Range => ("the range", &["start_addr", "end_addr"]),
        Kind::Reservation => ("the host", &["host", "domain", "ip", "hwaddr"]),
        Kind::DhcpOption => ("the DHCP option", &["option", "value", "description"]),
        Kind::Boot => ("the boot entry", &["filename", "description"]),
        Kind::HostOverride => ("the host override", &["hostname", "domain"]),
        Kind::HostAlias => ("the host alias", &["hostname", "domain"]),
        Kind::HealthCheck => ("the health check", &["name"]),
        Kind::Server => ("the server", &["name"]),
        Kind::Backend => ("the backend", &["name"]),
        Kind::Frontend => ("the frontend", &["name"]),
        Kind::DnsmasqSettings => ("dnsmasq's settings", &[]),
        Kind::HaproxySettings => ("HAProxy's settings", &[]),
    };
    let known: Vec<_> =
        fields.iter().map(|field| found.field(field)).filter(|text| !text.is_empty()).collect();
    match (known.is_empty(), found.id) {
        (false, _) => format!("{what} {}", quoted(&known.join(" "))),
        (true, Some(id)) if !fields.is_empty() => format!("{what} {id}"),
        (true, _) => what.to_owned(),
    }
}

/// Where the gateway's pages have it.
pub(super) fn page(kind: Kind) -> &'static str {
    match kind {
        Kind::PassRule => "Firewall > Rules",
        Kind::DnsmasqSettings => "Services > Dnsmasq DNS & DHCP > General",
        Kind::Tag => "Services > Dnsmasq DNS & DHCP > DHCP tags",
        Kind::Range => "Services > Dnsmasq DNS & DHCP > DHCP ranges",
        Kind::Reservation => "Services > Dnsmasq DNS & DHCP > Hosts",
        Kind::DhcpOption => "Services > Dnsmasq DNS & DHCP > DHCP options",
        Kind::Boot => "Services > Dnsmasq DNS & DHCP > DHCP boot",
        Kind::HostOverride | Kind::HostAlias => "Services > Unbound DNS > Overrides",
        Kind::HaproxySettings => "Services > HAProxy > Settings > Settings > Service",
        Kind::HealthCheck => "Services > HAProxy > Settings > Rules & Checks > Health Monitors",
        Kind::Server => "Services > HAProxy > Settings > Real Servers",
        Kind::Backend => "Services > HAProxy > Settings > Virtual Services > Backend Pools",
        Kind::Frontend => "Services > HAProxy > Settings > Virtual Services > Public Services",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_bounded_and_escaped() {
        assert_eq!(quoted("a\nb\u{1b}[2J\"c"), "\"a\\nb\\u{1b}[2J\\\"c\"");
        assert_eq!(quoted(&"x".repeat(1000)).chars().count(), 63);
        let found = |fields: &[(&str, &str)]| Found {
            kind: Kind::Boot,
            id: Some(uuid::Uuid::from_u128(7)),
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        };
        assert_eq!(of(&found(&[("filename", "pxelinux.0")])), "the boot entry \"pxelinux.0\"");
        assert_eq!(of(&found(&[])), "the boot entry 00000000-0000-0000-0000-000000000007");
    }

    #[test]
    fn a_list_ends_with_and() {
        let none: [&str; 0] = [];
        assert_eq!(listed(none), "none");
        assert_eq!(listed(["a"]), "a");
        assert_eq!(listed(["a", "b", "c"]), "a, b and c");
    }
}
