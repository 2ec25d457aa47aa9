//! From which addresses the server fetches: not from itself, and not from what only its own link can reach. Judged for each
//! address that is connected to, after its name was looked up, so that a name can't change what it means in between.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// An address that nothing is fetched from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{host} is {address}, {what}: the server fetches nothing from there, unless it is told to (--allow-local, or assets.allow_local in its settings)"
)]
pub struct RefusedAddress {
    /// As it was named.
    pub host: String,
    /// What that is.
    pub address: IpAddr,
    what: &'static str,
}

/// Why this address is none to fetch from, if it is not.
pub(super) fn refusal(address: IpAddr) -> Option<&'static str> {
    match address.to_canonical() {
        IpAddr::V4(v4) => refusal_v4(v4),
        IpAddr::V6(v6) => refusal_v6(v6),
    }
}

fn refusal_v4(v4: Ipv4Addr) -> Option<&'static str> {
    match v4.octets() {
        [127, ..] => Some("the server itself"),
        [0, ..] => Some("no address"),
        [169, 254, ..] => Some("link-local"),
        [224..=239, ..] => Some("multicast"),
        [255, 255, 255, 255] => Some("broadcast"),
        _ => None,
    }
}

fn refusal_v6(v6: Ipv6Addr) -> Option<&'static str> {
    let segments = v6.segments();
    // What translates to IPv4 (RFC 6052, RFC 3056, RFC 4291) is judged by where it leads.
    let [_, _, _, _, _, _, high, low] = segments;
    let last = Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        _ if v6.is_loopback() => Some("the server itself"),
        _ if v6.is_unspecified() => Some("no address"),
        [0, 0, 0, 0, 0, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => refusal_v4(last),
        [0x2002, high, low, ..] => refusal_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        [0xfe80..=0xfebf, ..] => Some("link-local"),
        [0xff00..=0xffff, ..] => Some("multicast"),
        _ => None,
    }
}

/// Judges a URL whose host is an address: no name is looked up for it.
pub(super) fn check_literal(url: &Url) -> Result<(), RefusedAddress> {
    let host = url.host_str().unwrap_or_default();
    let literal: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    match literal.and_then(|address| Some((address, refusal(address)?))) {
        Some((address, what)) => Err(RefusedAddress { host: host.to_owned(), address, what }),
        None => Ok(()),
    }
}

/// Looks names up, and answers only addresses that may be connected to.
pub(super) struct Guarded;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses = allowed(name.as_str(), found)?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

fn allowed(
    host: &str,
    found: impl Iterator<Item = SocketAddr>,
) -> Result<Vec<SocketAddr>, Box<dyn Error + Send + Sync>> {
    let mut refused = None;
    let mut allowed = Vec::new();
    for socket in found {
        match refusal(socket.ip()) {
            None => allowed.push(socket),
            Some(what) => {
                refused = Some(RefusedAddress { host: host.to_owned(), address: socket.ip(), what })
            }
        }
    }
    match refused {
        Some(refused) if allowed.is_empty() => Err(refused.into()),
        _ => Ok(allowed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_itself_and_its_link_are_refused_however_they_are_written() {
        for refused in [
            "127.0.0.1",
            "127.8.9.1",
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "224.0.0.1",
            "239.1.2.3",
            "255.255.255.255",
            "::1",
            "::",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.1.1",
            "64:ff9b::127.0.0.1",
            "2002:7f00:1::",
            "fe80::1",
            "febf::1",
            "ff02::1",
        ] {
            assert!(refusal(refused.parse().unwrap()).is_some(), "{refused}");
        }
        for taken in [
            "10.0.0.1",
            "192.168.1.1",
            "172.16.0.1",
            "8.8.8.8",
            "fd00::1",
            "2001:db8::1",
            "64:ff9b::10.0.0.1",
        ] {
            assert_eq!(refusal(taken.parse().unwrap()), None, "{taken}");
        }
    }

    #[test]
    fn an_address_in_a_url_is_judged_as_what_it_is() {
        for refused in [
            "http://127.0.0.1/x",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]:80/",
            "http://[::ffff:7f00:1]/",
        ] {
            assert!(check_literal(&refused.parse().unwrap()).is_err(), "{refused}");
        }
        for taken in ["http://10.0.0.1/", "http://localhost/", "https://[fd00::1]/"] {
            check_literal(&taken.parse().unwrap()).unwrap();
        }
    }

    #[test]
    fn of_a_name_only_what_may_be_connected_to_is_left() {
        let sockets = |texts: &[&str]| {
            texts.iter().map(|text| format!("{text}:0").parse().unwrap()).collect::<Vec<_>>()
        };
        let both = allowed("x", sockets(&["127.0.0.1", "10.0.0.1"]).into_iter()).unwrap();
        assert_eq!(both, sockets(&["10.0.0.1"]));
        let error = allowed("x", sockets(&["127.0.0.1"]).into_iter()).unwrap_err();
        assert!(
            error.downcast_ref::<RefusedAddress>().is_some() && error.to_string().contains("--allow-local")
        );
        assert!(allowed("x", std::iter::empty()).unwrap().is_empty());
    }
}
