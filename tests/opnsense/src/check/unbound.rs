//! What Unbound's model checks beyond single fields.

use super::dnsmasq::dns_port;
use crate::config::{Config, Item};

type Say<'a> = &'a mut dyn FnMut(&str, &str);

pub(super) fn host(item: &Item, say: Say<'_>) {
    let wants = |name: &str| item.field(name).is_empty();
    match item.field("rr") {
        "A" | "AAAA" if wants("server") => say("server", "The field IP address is required."),
        "MX" => {
            if wants("mxprio") {
                say("mxprio", "The field MX Priority is required.");
            }
            if wants("mx") {
                say("mx", "The field MX Host is required.");
            }
        }
        "TXT" if wants("txtdata") => say("txtdata", "The field TXT Data is required."),
        _ => {}
    }
}

pub(super) fn alias(item: &Item, say: Say<'_>) {
    if item.field("hostname").is_empty() && item.field("domain").is_empty() {
        say("hostname", "The host field is required if a domain has not been specified.");
        say("domain", "The domain field is required if a host has not been specified.");
    }
}

/// The port on which it answers names is dnsmasq's.
pub(super) fn port(config: &Config) -> Option<(&'static str, &'static str)> {
    let taken = config.is_on("unboundplus.general.enabled")
        && config.is_on("dnsmasq.enable")
        && config.setting("unboundplus.general.port") == dns_port(config);
    taken.then_some(("general.port", "Dnsmasq DNS is currently using this port."))
}
