//! What an examination found out, line by line.

use std::fmt::Write as _;

use gateway::opnsense::Examination;
use gateway::{AdapterKind, Facts, Interface};

use crate::format::line;

/// Characters of what a gateway says.
const SAID: usize = 200;

/// The whole examination.
pub(super) fn words(adapter: &AdapterKind, found: &Examination) -> String {
    let user = found.user.as_deref().map(|user| format!(", with the key of {}", line(user, SAID)));
    let product = match adapter {
        AdapterKind::OpnSense { .. } => "OPNsense",
        AdapterKind::Dnsmasq { .. } => "dnsmasq",
    };
    let mut text = format!("{product} {}{}\n", line(&found.release, SAID), user.unwrap_or_default());
    for name in &found.granted {
        let _ = writeln!(text, "  ✓ {name}");
    }
    for missing in &found.missing {
        let optional = if missing.required { "" } else { "; it goes without" };
        let _ = writeln!(text, "  ✗ {} ({}{optional})", missing.name, missing.needed_for);
    }
    if let Some(name) = &found.read_only {
        let _ = writeln!(text, "  ✗ {name}: the user has it, and with it nothing can be written");
    }
    for plugin in &found.missing_plugins {
        let _ = writeln!(text, "  ✗ the plugin {plugin} is not installed (System › Firmware › Plugins)");
    }
    for (service, state) in &found.services {
        let state = serde_json::to_value(state).ok().and_then(|state| state.as_str().map(str::to_owned));
        let _ = writeln!(text, "  {service}: {}", state.unwrap_or_default());
    }
    text.push_str(&facts(&found.facts));
    text
}

fn facts(facts: &Facts) -> String {
    let mut text = String::new();
    let dns = facts.dns_by.map_or("nobody that is known".to_owned(), |service| service.to_string());
    let _ = writeln!(text, "  names (port 53): {dns}");
    for (server, interfaces) in &facts.other_dhcp {
        let on = if interfaces.is_empty() {
            "all interfaces".to_owned()
        } else {
            line(&interfaces.join(", "), SAID)
        };
        let _ = writeln!(text, "  another DHCP server: {} on {on}", line(server, SAID));
    }
    for unapplied in facts.unapplied.values().flatten() {
        let _ = writeln!(text, "  saved and not in force: {}", line(unapplied, SAID));
    }
    text
}

/// What keeps it from being set up, each with what to do; empty where nothing does.
pub(super) fn hindrances(found: &Examination) -> Vec<String> {
    let privileges = found.missing.iter().filter(|missing| missing.required).map(|missing| {
        format!(
            "give the key's user the privilege \"{}\" (System › Access › Users), {}",
            missing.name, missing.needed_for
        )
    });
    let read_only = found.read_only.iter().map(|name| {
        format!("take the privilege \"{name}\" from the key's user: with it nothing can be written")
    });
    let plugins = found
        .missing_plugins
        .iter()
        .map(|plugin| format!("install the plugin {plugin} (System › Firmware › Plugins)"));
    privileges.chain(read_only).chain(plugins).collect()
}

/// An interface in one line.
pub(super) fn interface(interface: &Interface) -> String {
    let networks: Vec<String> = interface.networks.iter().map(ToString::to_string).collect();
    let networks = if networks.is_empty() { "no address".to_owned() } else { networks.join(", ") };
    let link = if interface.up { "" } else { ", link down" };
    format!(
        "{} ({}, {}): {networks}{link}",
        line(&interface.label, SAID),
        line(&interface.key, SAID),
        line(&interface.device, SAID)
    )
}
