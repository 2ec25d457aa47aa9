//! Out of which interface, and to which address. Pure.

use std::net::{IpAddr, Ipv4Addr};

use pnet_datalink::NetworkInterface;

/// What is known of where the card listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Target<'a> {
    /// The operator named the interface.
    pub interface: Option<&'a str>,
    /// The operator named the network's broadcast address.
    pub broadcast: Option<Ipv4Addr>,
    /// Where the machine was seen.
    pub seen_at: Option<IpAddr>,
}

/// One way out.
#[derive(Debug, Clone)]
pub struct Route {
    /// The interface; absent where the kernel's routing table decides.
    pub interface: Option<NetworkInterface>,
    /// Our address there.
    pub from: Ipv4Addr,
    /// Where the datagrams go; absent on an interface without an IPv4 address, which takes frames only.
    pub to: Option<Ipv4Addr>,
}

/// The ways out to a card: where the operator said; else where the machine was seen; else through every interface that has a
/// network of its own.
///
/// # Errors
/// There is none: why, in words.
pub fn routes(interfaces: &[NetworkInterface], target: &Target<'_>) -> Result<Vec<Route>, String> {
    let usable = |i: &&NetworkInterface| i.is_up() && i.is_broadcast() && !i.is_loopback() && i.mac.is_some();
    if let Some(name) = target.interface {
        let found = interfaces.iter().find(|interface| interface.name == name);
        let interface = found.ok_or_else(|| format!("this server has no interface {name}"))?;
        if !usable(&interface) {
            return Err(format!("{name} is down, or no Ethernet"));
        }
        let mut routes: Vec<Route> = of(interface).collect();
        if let Some(broadcast) = target.broadcast {
            routes.iter_mut().for_each(|route| route.to = Some(broadcast));
        }
        return Ok(routes);
    }
    if let Some(to) = target.broadcast {
        let near: Vec<Route> =
            interfaces.iter().filter(usable).flat_map(of).filter(|route| route.to == Some(to)).collect();
        let far = Route { interface: None, from: Ipv4Addr::UNSPECIFIED, to: Some(to) };
        return Ok(if near.is_empty() { vec![far] } else { near });
    }
    let holds = |interface: &&NetworkInterface| {
        target.seen_at.is_some_and(|seen| interface.ips.iter().any(|network| network.contains(seen)))
    };
    let near: Vec<Route> = interfaces.iter().filter(usable).filter(holds).flat_map(of).collect();
    if !near.is_empty() {
        return Ok(near);
    }
    let all: Vec<Route> = interfaces.iter().filter(usable).filter(has_network).flat_map(of).collect();
    if all.is_empty() {
        return Err("this server has no interface to a network that could be woken".to_owned());
    }
    Ok(all)
}

/// It has more than the address that every interface gives itself.
fn has_network(interface: &&NetworkInterface) -> bool {
    interface.ips.iter().any(|network| match network.ip() {
        IpAddr::V4(address) => !address.is_link_local(),
        IpAddr::V6(address) => !address.is_unicast_link_local(),
    })
}

/// One for each IPv4 network of an interface; where it has none, one for frames.
fn of(interface: &NetworkInterface) -> impl Iterator<Item = Route> + use<> {
    let route = |from: Ipv4Addr, to| Route { interface: Some(interface.clone()), from, to };
    let mut routes: Vec<Route> = interface
        .ips
        .iter()
        .filter_map(|network| match (network.ip(), network.broadcast()) {
            // A network of one or two addresses has no broadcast address: the limited one does.
            (IpAddr::V4(from), IpAddr::V4(to)) if network.prefix() < 31 => Some(route(from, Some(to))),
            (IpAddr::V4(from), _) => Some(route(from, Some(Ipv4Addr::BROADCAST))),
            _ => None,
        })
        .collect();
    if routes.is_empty() {
        routes.push(route(Ipv4Addr::UNSPECIFIED, None));
    }
    routes.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UP: u32 = 0x1 | 0x2;

    fn interface(name: &str, flags: u32, ips: &[&str]) -> NetworkInterface {
        NetworkInterface {
            name: name.to_owned(),
            description: String::new(),
            index: 1,
            mac: "52:54:00:00:00:01".parse().ok(),
            ips: ips.iter().map(|ip| ip.parse().unwrap()).collect(),
            flags,
        }
    }

    #[test]
    fn where_it_goes_out() {
        let all = [
            interface("lo", 0x1 | 0x8, &["127.0.0.1/8"]),
            interface("lan", UP, &["10.0.0.5/24", "fd00::5/64"]),
            interface("lab", UP, &["10.0.1.5/24"]),
            interface("down", 0x2, &["10.0.2.5/24"]),
            interface("bare", UP, &["fe80::5/64"]),
            interface("ptp", UP, &["10.0.9.1/31"]),
        ];
        let ways = |interface: Option<&str>, broadcast: Option<&str>, seen: Option<&str>| {
            let target = Target {
                interface,
                broadcast: broadcast.map(|to| to.parse().unwrap()),
                seen_at: seen.map(|at| at.parse().unwrap()),
            };
            let routes = routes(&all, &target)?;
            let words = routes.iter().map(|route| {
                let name = route.interface.as_ref().map_or("any", |interface| &interface.name);
                format!("{name}>{}", route.to.map_or_else(|| "frames".to_owned(), |to| to.to_string()))
            });
            Ok::<_, String>(words.collect::<Vec<_>>().join(" "))
        };
        let everywhere = "lan>10.0.0.255 lab>10.0.1.255 ptp>255.255.255.255";
        for (interface, broadcast, seen, expected) in [
            (None, None, Some("10.0.1.77"), "lab>10.0.1.255"),
            (None, None, Some("fd00::77"), "lan>10.0.0.255"),
            (None, None, Some("192.0.2.1"), everywhere),
            (None, None, None, everywhere),
            (Some("bare"), None, Some("10.0.1.77"), "bare>frames"),
            (Some("lan"), None, Some("10.0.1.77"), "lan>10.0.0.255"),
            (Some("lan"), Some("10.0.7.255"), None, "lan>10.0.7.255"),
            (None, Some("10.0.1.255"), None, "lab>10.0.1.255"),
            (None, Some("10.7.7.255"), None, "any>10.7.7.255"),
        ] {
            assert_eq!(ways(interface, broadcast, seen).unwrap(), expected);
        }
        for (interface, said) in
            [("down", "down is down"), ("lo", "no Ethernet"), ("eth9", "no interface eth9")]
        {
            let error = ways(Some(interface), None, None).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
        let nowhere = routes(&all[..1], &Target::default()).unwrap_err();
        assert!(nowhere.contains("no interface to a network"), "{nowhere}");
    }
}
