//! What HAProxy would say of a file: of the mistakes that the plugin's model lets through.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::site::Site;

const STAGED: &str = "/usr/local/etc/haproxy.conf.staging";

/// What it says.
pub(super) struct Messages {
    pub(super) text: String,
    /// It would not start with it.
    pub(super) fatal: bool,
}

pub(super) fn messages(file: &str) -> Messages {
    let (mut alerts, mut warnings) = (Vec::new(), Vec::new());
    let mut proxies: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut servers: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, line) in file.lines().enumerate() {
        let at = index + 1;
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [kind @ ("frontend" | "backend"), name] => {
                servers.clear();
                if let Some(first) = proxies.insert((kind, name), at) {
                    alerts.push(format!(
                        "Parsing [{STAGED}:{at}]: {kind} '{name}' has the same name as {kind} '{name}' declared at {STAGED}:{first}."
                    ));
                }
                let other = if *kind == "frontend" { "backend" } else { "frontend" };
                if let Some(first) = proxies.get(&(other, *name)) {
                    warnings.push(format!(
                        "Parsing [{STAGED}:{at}]: {kind} '{name}' has the same name as {other} '{name}' declared at {STAGED}:{first}. This is dangerous and will not be supported anymore in version 3.3."
                    ));
                }
            }
            ["server", name, address, ..] => {
                if let Some(first) = servers.insert(name, at) {
                    alerts.push(format!(
                        "parsing [{STAGED}:{at}] : another server named '{name}' was already defined at line {first}, please use distinct names."
                    ));
                }
                if address.is_empty() || address.starts_with(':') {
                    alerts.push(format!("parsing [{STAGED}:{at}] : 'server {name}' : missing address."));
                }
            }
            ["bind", bind, ..] if endpoint(bind).is_none() => {
                alerts.push(format!("parsing [{STAGED}:{at}] : 'bind' : invalid address: '{bind}'"));
            }
            ["timeout", which, value] if !is_time(value) => {
                alerts.push(format!(
                    "parsing [{STAGED}:{at}] : unexpected character in 'timeout {which}' : '{value}'"
                ));
            }
            _ => {}
        }
    }
    let fatal = !alerts.is_empty();
    if !fatal && warnings.is_empty() {
        return Messages { text: "\n\n".to_owned(), fatal };
    }
    let mut text = "[NOTICE]   (1504) : haproxy version is 3.2.0-e134140d2\n[NOTICE]   (1504) : path to executable is /usr/local/sbin/haproxy\n".to_owned();
    let kinds = [("[WARNING] ", &warnings), ("[ALERT]   ", &alerts)];
    for (kind, said) in kinds {
        for line in said {
            text.push_str(&format!("{kind} (1504) : config : {line}\n"));
        }
    }
    text.push_str(match fatal {
        true => "[ALERT]    (1504) : config : Fatal errors found in configuration.\n",
        false => "Warnings were found.\n",
    });
    Messages { text: text + "\n", fatal }
}

fn endpoint(bind: &str) -> Option<(&str, u16)> {
    let (address, port) = bind.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port > 0)?;
    let address = address.trim_start_matches('[').trim_end_matches(']');
    (matches!(address, "" | "*") || address.parse::<IpAddr>().is_ok()).then_some((address, port))
}

fn is_time(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    digits.len() < text.len() && matches!(digits, "" | "us" | "ms" | "s" | "m" | "h" | "d")
}

/// Whether it gets all addresses and ports that it wants to listen on.
pub(super) fn can_bind(file: &str, site: &Site) -> bool {
    let binds = file.lines().filter_map(|line| line.trim().strip_prefix("bind ")?.split(' ').next());
    binds.filter_map(endpoint).all(|(address, port)| {
        let owned =
            matches!(address, "" | "*" | "0.0.0.0" | "::") || site.addresses().any(|own| own == address);
        owned && !web_page_has(site, address, port)
    })
}

/// The firewall's own page, and what leads to it from port 80.
fn web_page_has(site: &Site, address: &str, port: u16) -> bool {
    let web = &site.web;
    let own = web.port.unwrap_or(if web.tls { 443 } else { 80 });
    let listens = port == own || (port == 80 && web.tls && !web.no_redirect);
    let of_interface = |key: &String| {
        site.interface(key).is_some_and(|interface| interface.address.split('/').next() == Some(address))
    };
    listens && (web.interfaces.is_empty() || web.interfaces.iter().any(of_interface))
}
