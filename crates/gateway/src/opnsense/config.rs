//! What only the whole configuration tells: where the firewall's own page listens, what serves DHCP and DNS beside, virtual
//! addresses, and what the key's user may do. It holds hashes and private keys: it is read and gone, never kept, never shown.

mod aliases;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use roxmltree::{Document, Node, ParsingOptions};

use super::text::shown;
use crate::object::Service;

/// Nodes of a configuration: a large one has a tenth of it.
const MAX_NODES: u32 = 1_000_000;
/// Interfaces, addresses, users' privileges: more are not looked at.
const MAX_ITEMS: usize = 4096;

/// OPNsense's own key of the first interface that leads outside: its pages treat it so, whatever is behind it.
pub(super) const OUTSIDE: &str = "wan";
/// What stands in the place of an address that others give.
const GIVEN: [&str; 5] = ["dhcp", "pppoe", "pptp", "l2tp", "ppp"];

/// What was found in a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Configuration {
    pub(super) interfaces: Vec<Assigned>,
    pub(super) virtual_addresses: Vec<(IpAddr, String)>,
    /// Absent where the page's settings are not where they are looked for.
    pub(super) web_page: Option<WebPage>,
    pub(super) dns_by: Option<Service>,
    pub(super) other_dhcp: BTreeMap<String, Vec<String>>,
    pub(super) filter_disabled: bool,
    pub(super) aliases: BTreeMap<String, Vec<String>>,
    pub(super) user: Option<User>,
}

/// An interface as it is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assigned {
    pub(super) key: String,
    pub(super) label: String,
    pub(super) device: String,
    /// Its own addresses, where it has fixed ones.
    pub(super) networks: Vec<IpNet>,
    pub(super) outside: bool,
}

/// The firewall's own page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WebPage {
    pub(super) port: u16,
    /// Whether port 80 leads to it.
    pub(super) redirects: bool,
    /// The interfaces that it listens on; none means all.
    pub(super) interfaces: Vec<String>,
}

/// The user whose key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) read_only: bool,
}

/// Reads a configuration. The error says nothing of what is in it. `isc_is_core`: before 26.1 no plugin was needed for it.
pub(super) fn read(xml: &[u8], key: &str, isc_is_core: bool) -> Result<Configuration, &'static str> {
    let text = std::str::from_utf8(xml).map_err(|_| "it is not UTF-8")?;
    // No DTD, so no entities: nothing is fetched and nothing grows.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => "it has too many parts",
        roxmltree::Error::DtdDetected => "it has a DTD",
        _ => "it is no XML",
    })?;
    let root = document.root_element();
    if !root.has_tag_name("opnsense") {
        return Err("it is no OPNsense's");
    }
    let system = at(root, &["system"]);
    let mut plugins = items(text_of(system, &["firmware", "plugins"]));
    let isc = isc_is_core || plugins.any(|plugin| plugin == "os-isc-dhcp");
    Ok(Configuration {
        interfaces: interfaces(root),
        virtual_addresses: virtual_addresses(root),
        web_page: at(root, &["system", "webgui"]).map(web_page),
        dns_by: dns_by(root),
        other_dhcp: other_dhcp(root, isc),
        filter_disabled: at(root, &["system", "disablefilter"]).is_some_and(is_on_or_empty),
        aliases: aliases::aliases(root),
        user: system.and_then(|system| user(system, key)),
    })
}

fn interfaces(root: Node<'_, '_>) -> Vec<Assigned> {
    let Some(all) = at(root, &["interfaces"]) else { return Vec::new() };
    let by_default = default_ways(root);
    all.children()
        .filter(Node::is_element)
        .filter(|node| text_of(Some(*node), &["type"]) != "group")
        .take(MAX_ITEMS)
        .map(|node| {
            let text = |name: &str| text_of(Some(node), &[name]);
            let key = shown(node.tag_name().name());
            let network = |ip: &str, bits: &str| format!("{}/{}", text(ip), text(bits)).parse().ok();
            Assigned {
                label: if text("descr").is_empty() { key.to_uppercase() } else { shown(text("descr")) },
                device: shown(text("if")),
                networks: [network("ipaddr", "subnet"), network("ipaddrv6", "subnetv6")]
                    .into_iter()
                    .flatten()
                    .collect(),
                outside: key == OUTSIDE
                    || GIVEN.contains(&text("ipaddr"))
                    || !matches!(text("gateway"), "" | "none")
                    || by_default.contains(&key),
                key,
            }
        })
        .collect()
}

/// The interfaces that a default gateway is behind. Other gateways may be routers of the inside.
fn default_ways(root: Node<'_, '_>) -> BTreeSet<String> {
    // Before 24.1 they were at the top.
    let all = [at(root, &["OPNsense", "Gateways"]), at(root, &["gateways"])];
    all.into_iter()
        .flatten()
        .flat_map(|all| all.children().filter(|node| node.has_tag_name("gateway_item")))
        .take(MAX_ITEMS)
        .filter(|item| text_of(Some(*item), &["defaultgw"]) == "1")
        .filter(|item| !at(*item, &["disabled"]).is_some_and(is_on_or_empty))
        .map(|item| shown(text_of(Some(item), &["interface"])))
        .collect()
}

fn virtual_addresses(root: Node<'_, '_>) -> Vec<(IpAddr, String)> {
    let Some(all) = at(root, &["virtualip"]) else { return Vec::new() };
    all.children()
        .filter(|node| node.has_tag_name("vip"))
        .take(MAX_ITEMS)
        .filter_map(|vip| {
            // Proxy ARP answers for addresses that nothing on the firewall can listen on.
            let owned = matches!(text_of(Some(vip), &["mode"]), "ipalias" | "carp");
            let ip = text_of(Some(vip), &["subnet"]).parse().ok()?;
            owned.then(|| (ip, shown(text_of(Some(vip), &["interface"]))))
        })
        .collect()
}

fn web_page(page: Node<'_, '_>) -> WebPage {
    let plain = text_of(Some(page), &["protocol"]) == "http";
    let port = text_of(Some(page), &["port"]).parse().unwrap_or(if plain { 80 } else { 443 });
    WebPage {
        port,
        redirects: !plain && !at(page, &["disablehttpredirect"]).is_some_and(is_on_or_empty),
        interfaces: items(text_of(Some(page), &["interfaces"])).collect(),
    }
}

/// An empty port is 53 for both.
fn dns_by(root: Node<'_, '_>) -> Option<Service> {
    let listens = |switch: &[&str], port: &[&str]| {
        text_of(Some(root), switch) == "1" && matches!(text_of(Some(root), port), "" | "53")
    };
    let unbound = ["OPNsense", "unboundplus", "general"];
    let [on, port] = ["enabled", "port"].map(|last| [unbound.as_slice(), &[last]].concat());
    if listens(&on, &port) {
        Some(Service::Unbound)
    } else if listens(&["dnsmasq", "enable"], &["dnsmasq", "port"]) {
        Some(Service::Dnsmasq)
    } else {
        None
    }
}

fn other_dhcp(root: Node<'_, '_>, isc: bool) -> BTreeMap<String, Vec<String>> {
    let mut servers = BTreeMap::new();
    if let (true, Some(dhcpd)) = (isc, at(root, &["dhcpd"])) {
        let served: Vec<String> = dhcpd
            .children()
            .filter(Node::is_element)
            .filter(|interface| at(*interface, &["enable"]).is_some_and(is_on_or_empty))
            .take(MAX_ITEMS)
            .map(|interface| shown(interface.tag_name().name()))
            .collect();
        if !served.is_empty() {
            servers.insert("ISC DHCPv4".to_owned(), served);
        }
    }
    let kea = ["OPNsense", "Kea", "dhcp4", "general"];
    if text_of(at(root, &kea), &["enabled"]) == "1" {
        servers.insert("Kea DHCPv4".to_owned(), items(text_of(at(root, &kea), &["interfaces"])).collect());
    }
    servers
}

/// The user with this key: in `<apikeys>`, `key|hash` a line; on older installations an `<item>` each.
fn user(system: Node<'_, '_>, key: &str) -> Option<User> {
    if key.is_empty() {
        return None;
    }
    let has_key = |user: &Node<'_, '_>| {
        let keys = at(*user, &["apikeys"]);
        let lines = keys.and_then(|keys| keys.text()).unwrap_or_default();
        lines.lines().any(|line| line.trim().split('|').next() == Some(key))
            || keys.is_some_and(|keys| keys.children().any(|item| text_of(Some(item), &["key"]) == key))
    };
    let named =
        |name: &'static str| system.children().filter(move |node| node.has_tag_name(name)).take(MAX_ITEMS);
    let user = named("user").find(has_key)?;
    let uid = text_of(Some(user), &["uid"]);
    let member = |group: &Node<'_, '_>| all_items(*group, "member").any(|member| member == uid);
    let read_only = |node: Node<'_, '_>| all_items(node, "priv").any(|name| name == "user-config-readonly");
    Some(User {
        name: shown(text_of(Some(user), &["name"])),
        read_only: read_only(user) || named("group").filter(member).any(read_only),
    })
}

/// The node at this path.
fn at<'a, 'b>(node: Node<'a, 'b>, path: &[&str]) -> Option<Node<'a, 'b>> {
    path.iter().try_fold(node, |node, name| node.children().find(|child| child.has_tag_name(*name)))
}

fn text_of<'a>(node: Option<Node<'a, '_>>, path: &[&str]) -> &'a str {
    node.and_then(|node| at(node, path)).and_then(|node| node.text()).map_or("", str::trim)
}

/// Older pages write a switch as an empty node: there is on, and not there is off.
fn is_on_or_empty(node: Node<'_, '_>) -> bool {
    !matches!(node.text().map_or("", str::trim), "0" | "no" | "false")
}

fn items(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split([',', ' ', '\n']).filter(|item| !item.is_empty()).take(MAX_ITEMS).map(shown)
}

/// The items of all children of this name: one with commas, or several.
fn all_items<'a>(node: Node<'a, 'a>, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
    node.children()
        .filter(move |child| child.has_tag_name(name))
        .take(MAX_ITEMS)
        .flat_map(|child| child.text().unwrap_or_default().split(',').map(str::trim))
}

#[cfg(test)]
mod tests;
