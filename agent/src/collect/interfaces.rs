//! Network interfaces as the kernel describes them: by one netlink dump, or, where nothing answers (a captured tree), by a
//! dozen files each.

mod files;

use std::collections::BTreeMap;

use decode::netlink::{Stats, links};
use inventory::MacAddr;

use super::place;
use crate::probe::Probe;
use crate::root::{Netlink, Question};

/// Where the kernel shows them.
pub(crate) const NET: &str = "/sys/class/net";
/// linux/if_arp.h.
const ETHERNET: u16 = 1;
const INFINIBAND: u16 = 32;

/// One interface.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Interface {
    pub(crate) name: String,
    /// By which addresses and routes refer to it.
    pub(crate) index: Option<u32>,
    pub(crate) hardware: Option<u16>,
    pub(crate) address: Vec<u8>,
    pub(crate) permanent_address: Vec<u8>,
    pub(crate) mtu: Option<u32>,
    pub(crate) operstate: Option<String>,
    pub(crate) carrier: Option<bool>,
    pub(crate) carrier_changes: Option<u32>,
    pub(crate) kind: Option<String>,
    pub(crate) master: Option<String>,
    pub(crate) parent: Option<String>,
    pub(crate) bond_mode: Option<String>,
    pub(crate) bond_active: Option<String>,
    pub(crate) vlan: Option<u16>,
    pub(crate) stats: Option<Stats>,
}

/// All interfaces but the loopback, sorted by name; `None` where the kernel shows none at all.
pub(crate) fn read(probe: &Probe) -> Option<Vec<Interface>> {
    if !probe.exists(NET) {
        return None;
    }
    let dump = probe.ask("netlink links", &Question::Netlink(Netlink::Links));
    let mut interfaces = dump.map_or_else(|| files::read(probe), |dump| decoded(&dump));
    interfaces.retain(|interface| interface.name != "lo");
    interfaces.sort_by(|a, b| a.name.cmp(&b.name));
    Some(interfaces)
}

/// Counters of one of them, where the description came without.
pub(crate) fn stats(probe: &Probe, interface: &Interface) -> Option<Stats> {
    interface.stats.or_else(|| files::stats(probe, &interface.name))
}

fn decoded(dump: &[u8]) -> Vec<Interface> {
    let links: Vec<_> = links(dump).filter(|link| is_name(&link.name)).collect();
    let names: BTreeMap<u32, String> = links.iter().map(|link| (link.index, link.name.clone())).collect();
    let name = |index: Option<u32>| names.get(&index?).cloned();
    let interface = |link: decode::netlink::Link| Interface {
        index: Some(link.index),
        hardware: Some(link.hardware),
        mtu: link.mtu,
        operstate: link.operational_state().filter(|state| *state != "unknown").map(str::to_owned),
        // Of an interface that is down the kernel has no news, whatever it answers here.
        carrier: link.carrier.filter(|_| link.is_up()),
        carrier_changes: link.carrier_changes,
        master: name(link.master),
        // A pair's other end is no parent.
        parent: name(link.parent).filter(|_| link.kind.as_deref() != Some("veth")),
        bond_mode: link.bond.and_then(|bond| bond.mode_name()).map(str::to_owned),
        bond_active: name(link.bond.and_then(|bond| bond.active)),
        vlan: link.vlan,
        stats: link.stats,
        kind: link.kind,
        name: link.name,
        address: link.address,
        permanent_address: link.permanent_address,
    };
    links.into_iter().map(interface).collect()
}

/// What may be a folder below [`NET`], and no way out of it.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(|c: char| c == '/' || c.is_control())
}

/// An address of six octets that one card can have.
pub(crate) fn unicast(address: &[u8]) -> Option<MacAddr> {
    let octets: [u8; 6] = address.try_into().ok()?;
    Some(MacAddr::new(octets)).filter(|mac| mac.is_unicast())
}

impl Interface {
    /// Its folder.
    pub(crate) fn at(&self) -> String {
        format!("{NET}/{}", self.name)
    }

    /// The address in use.
    pub(crate) fn mac(&self) -> Option<MacAddr> {
        unicast(&self.address)
    }

    /// The address that the maker gave it.
    pub(crate) fn permanent_mac(&self) -> Option<MacAddr> {
        unicast(&self.permanent_address)
    }

    pub(crate) fn is_ethernet(&self) -> bool {
        self.hardware == Some(ETHERNET)
    }

    pub(crate) fn is_infiniband(&self) -> bool {
        self.hardware == Some(INFINIBAND)
    }

    /// Down, or virtual, it is -1 or 4294967295, or can't be read at all.
    pub(crate) fn speed_mbps(&self, probe: &Probe) -> Option<u32> {
        let speed = probe.number::<i64>(&format!("{}/speed", self.at()))?;
        u32::try_from(speed).ok().filter(|speed| *speed > 0 && *speed < u32::MAX)
    }

    /// The device behind it, links followed; `None` for what is made of nothing but the kernel.
    pub(crate) fn device(&self, probe: &Probe) -> Option<String> {
        let link = probe.root().target(&self.at()).unwrap_or_default();
        // A host of containers has hundreds of these.
        if link.contains("/virtual/net/") {
            return None;
        }
        place::device(&link, "net", &self.name).or_else(|| probe.real(&format!("{}/device", self.at())))
    }
}

#[cfg(test)]
pub(crate) mod tests;
