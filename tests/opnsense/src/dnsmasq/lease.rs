//! The addresses that dnsmasq has given out, from its own file.

use std::net::Ipv4Addr;

use crate::site::Site;
use crate::state::Lease;

/// Lines of `EXPIRES MAC ADDRESS NAME CLIENT-ID`; others are none.
pub(super) fn parse(text: &str, site: &Site) -> Vec<Lease> {
    let lease = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        let (expires, mac, ip) = (words.next()?, words.next()?, words.next()?);
        let interface = interface(ip.parse().ok()?, site)?;
        Some(Lease {
            expires_secs: expires.parse().ok()?,
            mac,
            ip,
            name: words.next()?,
            client_id: words.next()?,
            interface,
        })
    };
    text.lines().filter_map(lease).collect()
}

fn interface(ip: Ipv4Addr, site: &Site) -> Option<String> {
    let holds = |network: &str| {
        let (address, bits) = network.split_once('/')?;
        let (address, bits): (Ipv4Addr, u32) = (address.parse().ok()?, bits.parse().ok()?);
        let mask = u32::MAX.checked_shl(32_u32.checked_sub(bits)?).unwrap_or(0);
        Some(address.to_bits() & mask == ip.to_bits() & mask)
    };
    let found = site.interfaces.iter().find(|interface| holds(&interface.address) == Some(true));
    found.map(|interface| interface.key.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_its_interfaces() {
        let text = "1795338461 52:54:00:aa:bb:77 192.168.1.116 * *\n0 52:54:00:aa:bb:78 10.20.0.9 n9 01:52\nduid 00:01\n";
        let leases = parse(text, &Site::default());
        let shown: Vec<_> =
            leases.iter().map(|one| (one.interface.as_str(), one.name.as_str(), one.expires_secs)).collect();
        assert_eq!(shown, [("lan", "*", 1_795_338_461), ("opt1", "n9", 0)]);
    }
}
