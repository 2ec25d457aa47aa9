//! Whether values fit their fields, and what is said of those that don't.

mod dnsmasq;
mod firewall;
mod unbound;

pub(crate) use dnsmasq::dns_port;

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::config::{Config, Item};
use crate::item::choices;
use crate::model::{Field, Kind, Model, Table, is_domain};
use crate::protocols::SERVICES;
use crate::release::Release;

/// Field and what is said of it.
pub(crate) type Complaint = (String, String);

/// What is wrong with an item that stands in the configuration already.
pub(crate) fn item(
    model: &Model,
    table: &Table,
    item: &Item,
    config: &Config,
    release: Release,
) -> Vec<Complaint> {
    let key = model.key(table.path);
    let mut found = Vec::new();
    for one in table.fields(release).filter(|one| !one.volatile) {
        if let Some(says) = field(one, item.field(one.name), config, release) {
            found.push((one.name.to_owned(), says));
        }
    }
    let mut say = |name: &str, text: &str| found.push((name.to_owned(), text.to_owned()));
    match key.as_str() {
        "unboundplus.hosts.host" => unbound::host(item, &mut say),
        "unboundplus.aliases.alias" => unbound::alias(item, &mut say),
        "dnsmasq.hosts" => dnsmasq::host(item, config.rows(&key), &mut say),
        "dnsmasq.dhcp_tags" => dnsmasq::tag(item, config.rows(&key), release, &mut say),
        "dnsmasq.dhcp_ranges" => dnsmasq::range(item, &mut say),
        "dnsmasq.dhcp_options" => dnsmasq::option(item, &mut say),
        "Filter.rules.rule" => firewall::rule(item, &mut say),
        "Alias.aliases.alias" => {
            let same = |other: &&Item| other.uuid != item.uuid && other.field("name") == item.field("name");
            if config.rows(&key).iter().any(|other| same(&other)) {
                say("name", "An alias with this name already exists.");
            }
        }
        _ => {}
    }
    found
}

/// What is wrong with settings that differ from those before.
pub(crate) fn settings(
    model: &Model,
    before: &BTreeMap<String, String>,
    config: &Config,
    release: Release,
) -> Vec<Complaint> {
    let changed = |name: &str| {
        let key = model.key(name);
        before.get(&key).map_or("", String::as_str) != config.setting(&key)
    };
    let mut found = Vec::new();
    for one in model.settings(release).filter(|one| !one.volatile && changed(one.name)) {
        if let Some(says) = field(one, config.setting(&model.key(one.name)), config, release) {
            found.push((one.name.to_owned(), says));
        }
    }
    let ports = match model.node() {
        "dnsmasq" if changed("enable") || changed("port") => dnsmasq::port(config),
        "unboundplus" if changed("general.enabled") || changed("general.port") => unbound::port(config),
        _ => None,
    };
    if model.node() == "dnsmasq"
        && ["log_dhcp", "log_quiet"].iter().all(|name| config.is_on(&format!("dnsmasq.dhcp.{name}")))
    {
        found.push(("dhcp.log_quiet".to_owned(), "Verbose and quiet logging can't be combined.".to_owned()));
    }
    found.extend(ports.map(|(name, says)| (name.to_owned(), says.to_owned())));
    found
}

/// What is wrong with one value.
fn field(field: &Field, value: &str, config: &Config, release: Release) -> Option<String> {
    if value.is_empty() {
        return field.required.then(|| "A value is required.".to_owned());
    }
    let says = |usual: &str| Some(field.says.unwrap_or(usual).to_owned());
    let all = |list: bool, fits: &dyn Fn(&str) -> bool| {
        if list { value.split(',').all(fits) } else { fits(value) }
    };
    if let Some(choices) = choices(field.kind, config) {
        let stranger = |part: &str| !choices.of.iter().any(|(one, _)| one == part);
        let usual = match field.kind {
            Kind::Interface { .. } => "Please specify a valid interface.".to_owned(),
            Kind::Relation { .. } => "Related item not found.".to_owned(),
            _ => format!("Option [{value}] not in list."),
        };
        return (!all(choices.multiple, &|part| !stranger(part))).then(|| says(&usual)).flatten();
    }
    let (fits, usual) = match field.kind {
        Kind::Text(fits) => (fits(value), "Text does not validate."),
        Kind::Line => {
            (release < Release(26, 1, 11) || !value.contains(['\n', '\r']), "Text may not contain newlines.")
        }
        Kind::Int(least, most) => (
            value.parse().is_ok_and(|number: i64| (least..=most).contains(&number)),
            "Invalid integer value.",
        ),
        Kind::Sequence(_) => {
            (value.parse().is_ok_and(|number: i64| (1..=999_999).contains(&number)), "Invalid integer value.")
        }
        Kind::Address { list, v4_only, mask } => (
            all(list, &|part| is_address(part, v4_only, mask)),
            "Please specify a valid network segment or IP address.",
        ),
        Kind::Macs => (all(true, &is_mac), "Invalid MAC address."),
        Kind::Hostname { wildcard, address } => (
            (wildcard && value == "*")
                || (address && value.parse::<IpAddr>().is_ok())
                || (value.parse::<IpAddr>().is_err() && is_domain(value.strip_prefix("*.").unwrap_or(value))),
            "Please specify a valid IP address or hostname.",
        ),
        Kind::Port { rule } => {
            (is_port(value, rule, config), "Please specify a valid port number (1-65535).")
        }
        Kind::Labels { domain, wildcard, list } => {
            return value
                .split(if list { ',' } else { '\0' })
                .find_map(|part| dnsmasq::label(part, domain, wildcard))
                .map(str::to_owned);
        }
        Kind::Network => {
            let wrong = value.split(',').find(|part| !is_network(part, config))?;
            return Some(format!("{wrong} is not a valid source IP address or alias."));
        }
        _ => (true, ""),
    };
    (!fits).then(|| says(usual)).flatten()
}

fn is_address(text: &str, v4_only: bool, mask: bool) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    let masked = bits.is_none_or(|bits| mask && bits.parse().is_ok_and(|bits: u8| bits <= most));
    masked && (address.is_ipv4() || !v4_only)
}

/// Colons, dashes and Cisco's dots are all taken.
fn is_mac(text: &str) -> bool {
    let hex = |part: &str, digits: usize| part.len() == digits && part.chars().all(|c| c.is_ascii_hexdigit());
    let parts = |separator: char, count: usize, digits: usize| {
        let parts: Vec<&str> = text.split(separator).collect();
        parts.len() == count && parts.iter().all(|part| hex(part, digits))
    };
    parts(':', 6, 2) || parts('-', 6, 2) || parts('.', 3, 4)
}

fn is_port(text: &str, rule: bool, config: &Config) -> bool {
    let number = |text: &str| text.parse().ok().filter(|port: &u16| *port > 0);
    if number(text).is_some() {
        return true;
    }
    let range = text.split_once('-').and_then(|(first, last)| Some((number(first)?, number(last)?)));
    let lower = text.to_lowercase();
    let alias = |item: &Item| item.field("type") == "port" && item.field("name") == text;
    rule && (lower == "any"
        || SERVICES.contains(&lower.as_str())
        || range.is_some_and(|(first, last)| first < last)
        || config.rows("Alias.aliases.alias").iter().any(alias))
}

/// What a rule may be about.
fn is_network(text: &str, config: &Config) -> bool {
    let interface = |key: &str| config.site.interface(key).is_some();
    let alias = |item: &Item| item.field("type") != "port" && item.field("name") == text;
    matches!(text, "any" | "(self)")
        || interface(text)
        || text.strip_suffix("ip").is_some_and(interface)
        || is_address(text, false, true)
        || config.rows("Alias.aliases.alias").iter().any(alias)
}
