//! Interfaces by `/sys/class/net` alone.

use decode::netlink::Stats;

use super::{Interface, NET};
use crate::probe::Probe;
use crate::root::FILE_LIMIT_BYTES;

/// linux/netdevice.h, `NET_ADDR_PERM`: the address is the maker's, and nobody has changed it.
const ADDRESS_IS_PERMANENT: u32 = 0;
/// What an interface may say of its own kind; others say what bus they come from.
const KINDS: [&str; 5] = ["bond", "bridge", "vlan", "vxlan", "geneve"];

pub(super) fn read(probe: &Probe) -> Vec<Interface> {
    // `bonding_masters` is a file among the interfaces.
    let names = probe.names(NET).into_iter().filter(|name| name != "bonding_masters");
    names.map(|name| interface(probe, name)).collect()
}

fn interface(probe: &Probe, name: String) -> Interface {
    let at = format!("{NET}/{name}");
    let uevent = probe.lines(&format!("{at}/uevent"), FILE_LIMIT_BYTES).unwrap_or_default();
    let told = |key: &str| uevent.lines().find_map(|line| line.strip_prefix(key));
    let kind = told("DEVTYPE=").filter(|kind| KINDS.contains(kind)).map(str::to_owned);
    let address = octets(probe, &format!("{at}/address"));
    let of_member = octets(probe, &format!("{at}/bonding_slave/perm_hwaddr"));
    let unchanged = probe.number(&format!("{at}/addr_assign_type")) == Some(ADDRESS_IS_PERMANENT);
    let mut interface = Interface {
        index: told("IFINDEX=").and_then(|index| index.parse().ok()),
        hardware: probe.number(&format!("{at}/type")),
        // A bond gives its own address to its members, and remembers theirs.
        permanent_address: if of_member.is_empty() && unchanged { address.clone() } else { of_member },
        address,
        mtu: probe.number(&format!("{at}/mtu")),
        operstate: probe.text(&format!("{at}/operstate")).filter(|state| state != "unknown"),
        carrier: probe.flag(&format!("{at}/carrier")),
        carrier_changes: probe.number(&format!("{at}/carrier_changes")),
        master: probe.link_name(&format!("{at}/master")),
        ..Interface::default()
    };
    match kind.as_deref() {
        Some("bond") => {
            // `active-backup 1`
            let mode = probe.text(&format!("{at}/bonding/mode"));
            interface.bond_mode = mode.and_then(|mode| Some(mode.split_whitespace().next()?.to_owned()));
            interface.bond_active = probe.text(&format!("{at}/bonding/active_slave"));
        }
        Some("vlan") => vlan(probe, &mut interface, &name),
        _ => {}
    }
    Interface { kind, name, ..interface }
}

/// `/proc/net/vlan/NAME` begins with `bond0.42  VID: 42`, and has a line `Device: bond0`.
fn vlan(probe: &Probe, interface: &mut Interface, name: &str) {
    let Some(text) = probe.lines(&format!("/proc/net/vlan/{name}"), FILE_LIMIT_BYTES) else { return };
    let word_after = |key: &str| text.split_whitespace().skip_while(|word| *word != key).nth(1);
    interface.vlan = word_after("VID:").and_then(|id| id.parse().ok());
    interface.parent = word_after("Device:").map(str::to_owned);
}

/// `3c:ec:ef:00:00:01`; of InfiniBand twenty octets.
fn octets(probe: &Probe, path: &str) -> Vec<u8> {
    let text = probe.text(path).unwrap_or_default();
    let octets: Option<Vec<u8>> = text.split(':').map(|octet| u8::from_str_radix(octet, 16).ok()).collect();
    octets.unwrap_or_default()
}

pub(super) fn stats(probe: &Probe, name: &str) -> Option<Stats> {
    let count = |file: &str| probe.number::<u64>(&format!("{NET}/{name}/statistics/{file}"));
    Some(Stats {
        rx_bytes: count("rx_bytes")?,
        tx_bytes: count("tx_bytes")?,
        rx_errors: count("rx_errors")?,
        tx_errors: count("tx_errors")?,
        rx_dropped: count("rx_dropped")?,
        tx_dropped: count("tx_dropped")?,
        rx_crc_errors: count("rx_crc_errors")?,
        rx_missed: count("rx_missed_errors")?,
    })
}
