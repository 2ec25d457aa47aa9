//! The firewall's interfaces and addresses.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use super::config::{Assigned, Configuration, OUTSIDE};
use super::text::shown;
use crate::reading::{Address, Interface, WebListener};

/// Interfaces that are looked at.
const MAX_INTERFACES: usize = 1024;

/// As `interfaces/overview/interfacesInfo` says: assigned ones, with the addresses that they have now.
pub(super) fn overview(answer: &Value) -> Vec<Interface> {
    let rows = answer.get("rows").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    rows.iter().take(MAX_INTERFACES).filter_map(interface).collect()
}

fn interface(row: &Value) -> Option<Interface> {
    let text = |field: &str| row.get(field).and_then(Value::as_str).map(shown).unwrap_or_default();
    let key = text("identifier");
    if key.is_empty() {
        return None;
    }
    let mut networks: Vec<IpNet> =
        ["addr4", "addr6"].iter().filter_map(|field| text(field).parse().ok()).collect();
    for field in ["ipv4", "ipv6"] {
        let more = row.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for network in more.iter().filter_map(|one| one.get("ipaddr")?.as_str()?.parse().ok()) {
            if !networks.contains(&network) && networks.len() < MAX_INTERFACES {
                networks.push(network);
            }
        }
    }
    Some(Interface {
        key,
        label: text("description"),
        device: text("device"),
        networks,
        up: text("status") == "up",
        outside: false,
    })
}

/// As `dnsmasq/settings/getTagList` says, where the overview may not be read: keys and labels, without addresses.
pub(super) fn tag_list(answer: &Value) -> Vec<Interface> {
    let items = answer.pointer("/interfaces/items").and_then(Value::as_array).map(Vec::as_slice);
    items
        .unwrap_or_default()
        .iter()
        .take(MAX_INTERFACES)
        .filter_map(|item| {
            let text = |field: &str| Some(shown(item.get(field)?.as_str()?));
            Some(Interface {
                key: text("value")?,
                label: text("label")?,
                device: String::new(),
                networks: Vec::new(),
                up: false,
                outside: false,
            })
        })
        .collect()
}

/// What the configuration knows of them, where that is more. Whether a link is up it does not know: taken as up, for nothing
/// speaks against it.
pub(super) fn complete(mut interfaces: Vec<Interface>, assigned: &[Assigned]) -> Vec<Interface> {
    for one in assigned {
        match interfaces.iter_mut().find(|interface| interface.key == one.key) {
            None => interfaces.push(Interface {
                key: one.key.clone(),
                label: one.label.clone(),
                device: one.device.clone(),
                networks: one.networks.clone(),
                up: true,
                outside: false,
            }),
            Some(interface) if interface.device.is_empty() => {
                interface.device.clone_from(&one.device);
                interface.networks.clone_from(&one.networks);
                interface.up = true;
            }
            Some(_) => {}
        }
    }
    interfaces
}

/// Says which of them lead outside: only the configuration tells. Where that can't be understood, only the one whose key says
/// it is known to.
pub(super) fn outside(interfaces: &mut [Interface], assigned: &[Assigned]) {
    for interface in interfaces {
        let of = assigned.iter().find(|one| one.key == interface.key);
        interface.outside = of.map_or(interface.key == OUTSIDE, |one| one.outside);
    }
}

/// The virtual addresses, beside those of the interfaces.
pub(super) fn addresses(configuration: &Configuration, interfaces: &[Interface]) -> Vec<Address> {
    let label = |key: &str| {
        interfaces.iter().find(|one| one.key == key).map_or_else(|| key.to_owned(), |one| one.label.clone())
    };
    let what = |key: &str| format!("a virtual address on {}", label(key));
    configuration
        .virtual_addresses
        .iter()
        .map(|(ip, interface)| Address { ip: *ip, what: what(interface) })
        .collect()
}

/// Where the firewall's own page listens. Where the configuration does not say it, the port at which it was reached is held.
pub(super) fn web_page(
    configuration: Option<&Configuration>,
    interfaces: &[Interface],
    reached: u16,
) -> Vec<WebListener> {
    let Some(page) = configuration.and_then(|configuration| configuration.web_page.as_ref()) else {
        return vec![WebListener { port: reached, what: "the web page".into(), addresses: Vec::new() }];
    };
    // An interface that is named and not there would leave none, and none means all: that is the careful reading.
    let addresses: Vec<IpAddr> = interfaces
        .iter()
        .filter(|interface| page.interfaces.contains(&interface.key))
        .flat_map(|interface| interface.networks.iter().map(IpNet::addr))
        .collect();
    let listener = |port, what: &str| WebListener { port, what: what.into(), addresses: addresses.clone() };
    let mut listeners = vec![listener(page.port, "the web page")];
    if page.redirects && page.port != 80 {
        listeners.push(listener(80, "the web page's redirect"));
    }
    listeners
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::config::WebPage;
    use super::*;

    fn lan() -> Value {
        json!({"identifier": "lan", "device": "vtnet1", "description": "LAN", "status": "up",
               "addr4": "192.168.1.1/24", "addr6": "", "ipv4": [{"ipaddr": "192.168.1.1/24"}, {"ipaddr": "10.9.0.1/16"}],
               "ipv6": [{"ipaddr": "nonsense"}]})
    }

    #[test]
    fn assigned_interfaces_are_read_and_others_are_not() {
        let answer = json!({"rows": [lan(), {"identifier": "", "device": "pflog0"}, 7], "total": 3});
        let interfaces = overview(&answer);
        let networks: Vec<String> = interfaces[0].networks.iter().map(ToString::to_string).collect();
        assert_eq!((interfaces.len(), interfaces[0].up), (1, true));
        assert_eq!(networks, ["192.168.1.1/24", "10.9.0.1/16"]);
        assert_eq!(overview(&json!([])), []);
    }

    #[test]
    fn without_the_overview_the_configuration_says_the_rest() {
        let list =
            tag_list(&json!({"interfaces": {"items": [{"value": "lan", "label": "LAN"}, {"value": 1}]}}));
        assert_eq!((list.len(), list[0].device.as_str()), (1, ""));
        let assigned = |key: &str| Assigned {
            key: key.into(),
            label: key.to_uppercase(),
            device: format!("{key}0"),
            networks: vec!["192.168.1.1/24".parse().unwrap()],
            outside: key == "opt1",
        };
        let assigned = [assigned("lan"), assigned("opt1")];
        let mut complete = complete(list, &assigned);
        outside(&mut complete, &assigned);
        let shown: Vec<String> = complete
            .iter()
            .map(|i| format!("{} {} {:?} {} {}", i.key, i.device, i.networks, i.up, i.outside))
            .collect();
        assert_eq!(shown, ["lan lan0 [192.168.1.1/24] true false", "opt1 opt10 [192.168.1.1/24] true true"]);
        let mut wan = overview(&json!({"rows": [{"identifier": "wan"}]}));
        outside(&mut wan, &[]);
        assert!(wan[0].outside, "without a configuration its key tells");
    }

    #[test]
    fn the_page_holds_its_ports_where_it_listens() {
        let interfaces = overview(&json!({"rows": [lan()]}));
        let ports = |page: Option<WebPage>| -> Vec<(u16, usize)> {
            let configuration = Configuration { web_page: page, ..Configuration::default() };
            web_page(Some(&configuration), &interfaces, 8443)
                .iter()
                .map(|l| (l.port, l.addresses.len()))
                .collect()
        };
        let page = |port, redirects, on: &[&str]| {
            let interfaces = on.iter().map(ToString::to_string).collect();
            Some(WebPage { port, redirects, interfaces })
        };
        assert_eq!(ports(page(443, true, &[])), [(443, 0), (80, 0)]);
        assert_eq!(ports(page(443, true, &["lan"])), [(443, 2), (80, 2)]);
        assert_eq!(ports(page(443, false, &["gone"])), [(443, 0)]);
        assert_eq!(ports(page(80, true, &[])), [(80, 0)]);
        assert_eq!(ports(None), [(8443, 0)]);
    }
}
