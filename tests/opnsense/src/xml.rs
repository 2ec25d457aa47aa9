//! `config.xml`: the whole configuration as a file, with all that a backup has: hashes and keys as well.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha512};

use crate::config::Config;
use crate::model::{MODELS, Model};
use crate::site::Site;
use crate::state::State;
use crate::user::User;

/// Who made this state of it, and when.
pub(crate) struct Stamp<'a> {
    pub(crate) at: i64,
    pub(crate) user: &'a str,
    pub(crate) description: &'a str,
}

/// A tree of nodes, in the order in which they were put in.
#[derive(Default)]
struct Node {
    name: String,
    attributes: String,
    text: String,
    children: Vec<Node>,
}

impl Node {
    fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned(), ..Self::default() }
    }

    /// The child of that name, made where there is none.
    fn child(&mut self, name: &str) -> &mut Self {
        let index = self.children.iter().position(|child| child.name == name).unwrap_or_else(|| {
            self.children.push(Self::new(name, ""));
            self.children.len() - 1
        });
        // Just found or made.
        match self.children.get_mut(index) {
            Some(child) => child,
            None => unreachable!("a child that was just found"),
        }
    }

    fn at(&mut self, path: &str) -> &mut Self {
        path.split('.').fold(self, |node, name| node.child(name))
    }

    fn put(&mut self, path: &str, text: &str) {
        text.clone_into(&mut self.at(path).text);
    }

    fn write(&self, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        let (name, attributes) = (&self.name, &self.attributes);
        let written = match (self.children.is_empty(), self.text.is_empty()) {
            (true, true) => writeln!(out, "{indent}<{name}{attributes}/>"),
            (true, false) => writeln!(out, "{indent}<{name}{attributes}>{}</{name}>", escaped(&self.text)),
            (false, _) => writeln!(out, "{indent}<{name}{attributes}>"),
        };
        // Writing into a string does not fail.
        written.ok();
        if !self.children.is_empty() {
            for child in &self.children {
                child.write(depth + 1, out);
            }
            writeln!(out, "{indent}</{name}>").ok();
        }
    }
}

fn escaped(text: &str) -> String {
    // What XML can't hold in any way is left out.
    let plain =
        |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
    text.chars()
        .filter(plain)
        .collect::<String>()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The whole file.
pub(crate) fn render(config: &Config, state: &State, stamp: &Stamp<'_>) -> String {
    let mut root = Node::new("opnsense", "");
    root.put("theme", "opnsense");
    system(&mut root, &config.site, &state.users);
    interfaces(&mut root, &config.site);
    for model in MODELS {
        if model.module != "haproxy" || state.haproxy_plugin {
            put_model(&mut root, config, model, state);
        }
    }
    dhcp(&mut root, &config.site);
    virtual_ips(&mut root, &config.site);
    root.put("revision.username", stamp.user);
    root.put("revision.description", stamp.description);
    root.put("revision.time", &format!("{}.{:04}", stamp.at / 10_000, stamp.at % 10_000));
    if state.ballast_bytes > 0 {
        root.put("OPNsense.Nginx.ballast", &"0123456789abcdef".repeat(state.ballast_bytes / 16 + 1));
    }
    let mut out = "<?xml version=\"1.0\"?>\n".to_owned();
    root.write(0, &mut out);
    out
}

fn put_model(root: &mut Node, config: &Config, model: &Model, state: &State) {
    let node = root.at(&model.mount.join("."));
    node.attributes = format!(" version=\"{}\" description=\"{}\"", model.version, model.node());
    for field in model.settings(state.release).filter(|field| !field.volatile) {
        node.put(field.name, config.setting(&model.key(field.name)));
    }
    for table in model.tables {
        // dnsmasq's items stand side by side below their model; others' inside of a node for all.
        let (parent, name) = table.path.rsplit_once('.').map_or(("", table.path), |split| split);
        for item in config.rows(&model.key(table.path)) {
            let mut row = Node::new(name, "");
            row.attributes = item.uuid.map(|uuid| format!(" uuid=\"{uuid}\"")).unwrap_or_default();
            for field in table.fields(state.release).filter(|field| !field.volatile) {
                row.children.push(Node::new(field.name, item.field(field.name)));
            }
            let parent = if parent.is_empty() { &mut *node } else { node.at(parent) };
            parent.children.push(row);
        }
    }
}

fn system(root: &mut Node, site: &Site, users: &[User]) {
    let system = root.child("system");
    for (path, text) in [
        ("optimization", "normal"),
        ("hostname", &site.hostname),
        ("domain", &site.domain),
        ("dnsallowoverride", "1"),
        ("timezone", "Etc/UTC"),
        ("language", "en_US"),
        ("backupcount", "100"),
        ("webgui.protocol", if site.web.tls { "https" } else { "http" }),
        ("webgui.ssl-certref", "64e34ac5be1f8"),
        ("webgui.port", &site.web.port.map(|port| port.to_string()).unwrap_or_default()),
        ("webgui.interfaces", &site.web.interfaces.join(",")),
        ("webgui.session_timeout", "240"),
        ("ssh.group", "admins"),
        ("ssh.enabled", "enabled"),
    ] {
        system.put(path, text);
    }
    if site.web.no_redirect {
        system.put("webgui.disablehttpredirect", "1");
    }
    let mut group = Node::new("group", "");
    group.put("name", "admins");
    group.put("gid", "1999");
    group.put("priv", "page-all");
    system.children.push(group);
    for (index, user) in users.iter().enumerate() {
        let mut node = Node::new("user", "");
        node.put("name", &user.name);
        node.put("scope", if user.name == "root" { "system" } else { "user" });
        node.put("uid", &if user.name == "root" { 0 } else { 2000 + index }.to_string());
        node.put("password", &hashed("2y$11$", &user.name));
        node.put("priv", &user.privileges.join(","));
        node.put("apikeys", &format!("{}|{}", user.key, hashed("6$$", &user.secret)));
        system.children.push(node);
    }
}

/// It looks like a hash, and is one: of something else than the secret itself.
fn hashed(kind: &str, text: &str) -> String {
    format!("${kind}{}", STANDARD.encode(Sha512::digest(format!("hash of {text}"))))
}

fn interfaces(root: &mut Node, site: &Site) {
    let all = root.child("interfaces");
    for interface in &site.interfaces {
        let node = all.child(&interface.key);
        let (address, bits) = interface.address.split_once('/').unwrap_or(("dhcp", ""));
        for (path, text) in [
            ("enable", "1"),
            ("if", interface.device.as_str()),
            ("descr", interface.label.as_str()),
            ("ipaddr", address),
            ("subnet", bits),
            ("type", "none"),
        ] {
            node.put(path, text);
        }
    }
    let loopback = all.child("lo0");
    for (path, text) in [
        ("internal_dynamic", "1"),
        ("if", "lo0"),
        ("descr", "Loopback"),
        ("ipaddr", "127.0.0.1"),
        ("subnet", "8"),
    ] {
        loopback.put(path, text);
    }
}

fn dhcp(root: &mut Node, site: &Site) {
    let kea = root.at("OPNsense.Kea.dhcp4");
    kea.attributes = " version=\"1.0.4\" description=\"Kea DHCPv4 configuration\"".to_owned();
    kea.put("general.enabled", if site.kea.is_empty() { "0" } else { "1" });
    kea.put("general.interfaces", &site.kea.join(","));
    kea.put("general.valid_lifetime", "4000");
    kea.put("subnets", "");
    for key in &site.isc {
        let node = root.at("dhcpd").child(key);
        for (path, text) in [("enable", "1"), ("range.from", "192.168.1.50"), ("range.to", "192.168.1.99")] {
            node.put(path, text);
        }
    }
}

fn virtual_ips(root: &mut Node, site: &Site) {
    let all = root.child("virtualip");
    all.attributes = " version=\"1.0.1\" description=\"Virtual IP settings\"".to_owned();
    for (key, address, description) in &site.virtual_ips {
        let (subnet, bits) = address.split_once('/').unwrap_or((address, "32"));
        let mut node = Node::new("vip", "");
        node.attributes = format!(" uuid=\"{}\"", uuid::Uuid::new_v4());
        let fields: BTreeMap<&str, &str> = [
            ("interface", key.as_str()),
            ("mode", "ipalias"),
            ("subnet", subnet),
            ("subnet_bits", bits),
            ("descr", description),
        ]
        .into();
        for (name, text) in fields {
            node.put(name, text);
        }
        all.children.push(node);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_the_text_the_file_is_well_formed(text: String) {
            let mut root = Node::new("opnsense", "");
            root.put("a.b", &text);
            let mut out = String::new();
            root.write(0, &mut out);
            let file = roxmltree::Document::parse(&out).unwrap();
            let read = file.descendants().find(|node| node.has_tag_name("b")).unwrap();
            let kept: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
            prop_assert_eq!(read.text().unwrap_or_default().replace(['\n', '\t'], ""), kept);
        }
    }
}
