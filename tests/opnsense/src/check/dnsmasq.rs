//! What dnsmasq's model checks beyond single fields.

use std::net::IpAddr;

use crate::config::{Config, Item};
use crate::release::Release;

type Say<'a> = &'a mut dyn FnMut(&str, &str);

/// A label, or where it is a domain several.
pub(super) fn label(text: &str, domain: bool, wildcard: bool) -> Option<&'static str> {
    let fits = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with(['_', '-'])
            && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    match text {
        "" => None,
        "*" => (!wildcard).then_some("Wildcards are not allowed."),
        _ if domain && text.len() > 255 => Some("All labels combined may not exceed 255 characters."),
        _ if (if domain { text.split('.').all(fits) } else { fits(text) }) => None,
        _ => Some(
            "Labels must be 1\u{2013}63 characters, start with a letter or digit, and may contain only letters, digits, '-' or '_'. ",
        ),
    }
}

fn is_reservation(item: &Item) -> bool {
    !item.field("hwaddr").is_empty() || !item.field("client_id").is_empty()
}

pub(super) fn host(item: &Item, rows: &[Item], say: Say<'_>) {
    let [host, ip] = ["host", "ip"].map(|name| item.field(name));
    if is_reservation(item) {
        for address in item.list("ip").filter(|address| !address.starts_with("::")) {
            let others = rows.iter().filter(|other| other.uuid != item.uuid && is_reservation(other));
            if others.flat_map(|other| other.list("ip")).any(|used| used == address) {
                say("ip", &format!("'{address}' is already used in another DHCP host entry."));
            }
        }
        if item.list("ip").filter(|address| !address.contains(':')).count() > 1 {
            say("ip", "For IPv4 dhcp reservations, only a single address is allowed.");
        }
        if host.is_empty() && ip.is_empty() {
            let text = "At least a hostname or IP address must be provided for DHCP reservations.";
            say("host", text);
            say("ip", text);
        }
        if host == "*" {
            say("host", "Wildcard entries are not allowed for DHCP reservations.");
        }
    } else if host.is_empty() || ip.is_empty() {
        let text = "Both hostname and IP address are required for host overrides.";
        say("host", text);
        say("ip", text);
    }
    for cname in item.list("cnames") {
        if rows.iter().any(|other| other.uuid != item.uuid && other.list("cnames").any(|used| used == cname))
        {
            say("cnames", &format!("CNAME '{cname}' is already in use by a host override."));
        }
    }
}

pub(super) fn tag(item: &Item, rows: &[Item], release: Release, say: Say<'_>) {
    let name = item.field("tag");
    if rows.iter().any(|other| other.uuid != item.uuid && other.field("tag") == name) {
        say("tag", "Tag names should be unique.");
    }
    if release < Release(26, 1, 11) && name.contains('-') {
        say("tag", "Text does not validate.");
    }
}

pub(super) fn range(item: &Item, say: Say<'_>) {
    let field = |name: &str| item.field(name);
    let [start, end] = [field("start_addr"), field("end_addr")];
    let v6 = start.contains(':');
    if !field("domain").is_empty() {
        if field("domain_type") == "range" && end.is_empty() {
            say(
                "end_addr",
                "Can only configure a domain of type 'Range' when a full range (including end) is specified.",
            );
        }
        if field("domain_type") == "interface" && field("interface").is_empty() {
            say("interface", "A domain of type 'Interface' requires an interface to be selected.");
        }
    }
    if !end.is_empty() && v6 != end.contains(':') {
        say("end_addr", "Protocol family doesn't match.");
    }
    if field("constructor").is_empty() {
        if start.starts_with("::") || end.starts_with("::") {
            say("start_addr", "Partial addresses can only be used with a constructor.");
        }
    } else {
        if !v6 {
            say("constructor", "A constructor can only be configured for ipv6.");
        }
        if !start.starts_with("::") {
            say("start_addr", "A constructor expects a partial address (e.g. ::1).");
        }
        if !end.is_empty() && !end.starts_with("::") {
            say("end_addr", "A constructor expects a partial address (e.g. ::1).");
        }
    }
    if !field("prefix_len").is_empty() && !v6 {
        say("prefix_len", "Prefix length can only be used for IPv6.");
    }
    let is_static = item.list("mode").any(|mode| mode == "static");
    if is_static && !end.is_empty() {
        say("end_addr", "Static only accepts a starting address.");
    } else if !is_static && end.is_empty() && !v6 {
        say("end_addr", "End address may only be left empty for static ipv4 ranges.");
    }
    if is_static && !field("subnet_mask").is_empty() {
        say("subnet_mask", "Static only accepts a starting address.");
    }
    if field("interface").is_empty() && !field("ra_mode").is_empty() {
        say("interface", "Selecting an RA Mode requires an interface.");
    }
}

pub(super) fn option(item: &Item, say: Say<'_>) {
    match (item.field("option"), item.field("option6")) {
        ("", "") => say("option", "Either 'Option' or 'Option6' is required."),
        (_, "") | ("", _) => {}
        _ => say("option", "'Option' and 'Option6' cannot be selected at the same time."),
    }
    if item.field("type") == "match" && item.field("set_tag").is_empty() {
        say("set_tag", "When type is 'Match', a tag must be set.");
    }
    let bare = |value: &str| value.trim().parse::<IpAddr>().is_ok_and(|address| address.is_ipv6());
    if !item.field("option6").is_empty() && item.list("value").any(bare) {
        say("value", "Each IPv6 address must be wrapped inside square brackets '[fe80::]'.");
    }
}

/// The port on which it answers names is another's.
pub(super) fn port(config: &Config) -> Option<(&'static str, &'static str)> {
    let taken = config.is_on("dnsmasq.enable")
        && config.is_on("unboundplus.general.enabled")
        && dns_port(config) == config.setting("unboundplus.general.port");
    taken.then_some(("port", "Unbound DNS is currently using this port."))
}

/// The port on which it answers names.
pub(crate) fn dns_port(config: &Config) -> &str {
    match config.setting("dnsmasq.port") {
        "" => "53",
        port => port,
    }
}
