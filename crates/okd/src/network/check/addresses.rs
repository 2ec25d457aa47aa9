//! What can't be in the addresses of one interface.

use std::net::IpAddr;

use ipnet::IpNet;

use super::list;
use crate::network::Addressing;

/// IPv6 wants 1280 at least; 9216 is what switches carry at the most.
const MTU_BYTES: std::ops::RangeInclusive<u16> = 1280..=9216;

impl Addressing {
    pub(super) fn faults(&self, faults: &mut Vec<String>) {
        for address in &self.addresses {
            let alone = [address.network(), address.broadcast()].contains(&address.addr())
                && address.prefix_len() + 1 < address.max_prefix_len();
            let broadcast = alone && (address.addr().is_ipv4() || address.addr() == address.network());
            if !usable(address.addr()) || broadcast || address.prefix_len() == 0 {
                faults.push(format!("{address} is no machine's address"));
            }
        }
        let four = self.addresses.iter().any(|address| address.addr().is_ipv4());
        if self.dhcp && four {
            faults.push(format!(
                "{} is fixed where dhcp = true: one of the two",
                list(self.addresses.iter().filter(|address| address.addr().is_ipv4()))
            ));
        }
        if let Some(gateway) = self.gateway
            && !self.leads_to(gateway)
        {
            faults.push(format!("the gateway {gateway} is in none of the networks of its interface"));
        }
        if self.gateway.is_some_and(|gateway| self.addresses.iter().any(|it| it.addr() == gateway)) {
            faults.push("the gateway is the interface's own address".to_owned());
        }
        if let Some(mtu) = self.mtu
            && !MTU_BYTES.contains(&mtu)
        {
            faults.push(format!("mtu = {mtu}: expected {} to {}", MTU_BYTES.start(), MTU_BYTES.end()));
        }
    }

    /// Whether this router can be reached from here.
    pub(super) fn leads_to(&self, gateway: IpAddr) -> bool {
        self.addresses.iter().any(|address| leads(address, gateway))
    }
}

/// Whether a router can be reached by this address: in its network, or by the link's own addresses, which IPv6 has.
pub(in crate::network) fn leads(address: &IpNet, gateway: IpAddr) -> bool {
    let on_link = matches!(gateway, IpAddr::V6(gateway) if gateway.is_unicast_link_local());
    address.contains(&gateway) || (on_link && address.addr().is_ipv6())
}

/// Whether a machine can have this address.
pub(super) fn usable(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            !(v4.is_unspecified() || v4.is_loopback() || v4.is_multicast() || v4.is_broadcast())
                && (1..240).contains(&v4.octets()[0])
        }
        IpAddr::V6(v6) => !(v6.is_unspecified() || v6.is_loopback() || v6.is_multicast()),
    }
}
