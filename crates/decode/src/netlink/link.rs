//! Interfaces: `RTM_NEWLINK` (linux/if_link.h).

use super::{Message, attributes, messages, name, u16_at, u32_at, u64_at};

/// `struct ifinfomsg`.
const HEADER_BYTES: usize = 16;

/// One interface.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// By which others refer to it, in this boot.
    pub index: u32,
    /// `IFLA_IFNAME`.
    pub name: String,
    /// `ifi_type`: 1 Ethernet, 32 InfiniBand, 772 loopback (linux/if_arp.h).
    pub hardware: u16,
    /// `ifi_flags` (linux/if.h).
    pub flags: u32,
    /// `IFLA_ADDRESS`: 6 bytes of Ethernet, 20 of InfiniBand, none of a tunnel.
    pub address: Vec<u8>,
    /// `IFLA_PERM_ADDRESS`, since Linux 5.6; a bond's member tells it in its bond's words before.
    pub permanent_address: Vec<u8>,
    /// `IFLA_MTU`.
    pub mtu: Option<u32>,
    /// `IFLA_OPERSTATE`: RFC 2863's, see [`Link::operational_state`].
    pub operstate: Option<u8>,
    /// `IFLA_CARRIER`.
    pub carrier: Option<bool>,
    /// `IFLA_CARRIER_CHANGES`: how often the carrier came and went.
    pub carrier_changes: Option<u32>,
    /// `IFLA_MASTER`: the bond or bridge that it belongs to.
    pub master: Option<u32>,
    /// `IFLA_LINK`: what it is built upon, in the same namespace.
    pub parent: Option<u32>,
    /// `IFLA_INFO_KIND`: `bond`, `bridge`, `vlan`; none of a real card.
    pub kind: Option<String>,
    /// What a bond says of itself.
    pub bond: Option<Bond>,
    /// `IFLA_VLAN_ID`.
    pub vlan: Option<u16>,
    /// `IFLA_STATS64`.
    pub stats: Option<Stats>,
}

/// A bond (`IFLA_BOND_*`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bond {
    /// `IFLA_BOND_MODE`, 0 to 6.
    pub mode: u8,
    /// `IFLA_BOND_ACTIVE_SLAVE`: the index of the member that carries the traffic, where only one does.
    pub active: Option<u32>,
}

/// Counters since the driver was loaded (`struct rtnl_link_stats64`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// `rx_bytes`.
    pub rx_bytes: u64,
    /// `tx_bytes`.
    pub tx_bytes: u64,
    /// `rx_errors`.
    pub rx_errors: u64,
    /// `tx_errors`.
    pub tx_errors: u64,
    /// `rx_dropped`: the machine had no room, or no use, for them.
    pub rx_dropped: u64,
    /// `tx_dropped`.
    pub tx_dropped: u64,
    /// `rx_crc_errors`: garbled on the way.
    pub rx_crc_errors: u64,
    /// `rx_missed_errors`: the card had no room for them.
    pub rx_missed: u64,
}

/// The interfaces of a dump.
pub fn links(dump: &[u8]) -> impl Iterator<Item = Link> {
    messages(dump).filter(|message| message.kind == Message::LINK).filter_map(|message| link(message.body))
}

fn link(body: &[u8]) -> Option<Link> {
    let mut link = Link {
        hardware: u16_at(body, 2)?,
        index: u32_at(body, 4)?,
        flags: u32_at(body, 8)?,
        ..Link::default()
    };
    let mut parent_is_elsewhere = false;
    for (kind, value) in attributes(body.get(HEADER_BYTES..)?) {
        match kind {
            1 => link.address = value.to_vec(),
            3 => link.name = name(value),
            4 => link.mtu = u32_at(value, 0),
            5 => link.parent = u32_at(value, 0).filter(|parent| *parent != 0 && *parent != link.index),
            10 => link.master = u32_at(value, 0).filter(|master| *master != 0),
            16 => link.operstate = value.first().copied(),
            18 => info(&mut link, value),
            23 => link.stats = stats(value),
            33 => link.carrier = value.first().map(|carrier| *carrier != 0),
            35 => link.carrier_changes = u32_at(value, 0),
            // `IFLA_LINK_NETNSID`: that index counts in another namespace.
            37 => parent_is_elsewhere = true,
            54 => link.permanent_address = value.to_vec(),
            _ => {}
        }
    }
    if parent_is_elsewhere {
        link.parent = None;
    }
    if link.name.is_empty() { None } else { Some(link) }
}

/// `IFLA_LINKINFO`.
fn info(link: &mut Link, value: &[u8]) {
    let of_kind = |wanted: u16| attributes(value).find(|(kind, _)| *kind == wanted).map(|(_, value)| value);
    link.kind = of_kind(1).map(name).filter(|kind| !kind.is_empty());
    let data = of_kind(2).unwrap_or_default();
    match link.kind.as_deref() {
        Some("bond") => link.bond = bond(data),
        Some("vlan") => {
            link.vlan = attributes(data).find(|(kind, _)| *kind == 1).and_then(|(_, id)| u16_at(id, 0));
        }
        _ => {}
    }
    // `IFLA_INFO_SLAVE_KIND` and `IFLA_INFO_SLAVE_DATA`.
    if of_kind(4).map(name).as_deref() == Some("bond") && link.permanent_address.is_empty() {
        let address = attributes(of_kind(5).unwrap_or_default()).find(|(kind, _)| *kind == 4);
        link.permanent_address = address.map(|(_, address)| address.to_vec()).unwrap_or_default();
    }
}

fn bond(data: &[u8]) -> Option<Bond> {
    let mut bond = None::<Bond>;
    for (kind, value) in attributes(data) {
        match kind {
            1 => bond.get_or_insert_default().mode = *value.first()?,
            2 => bond.get_or_insert_default().active = u32_at(value, 0).filter(|active| *active != 0),
            _ => {}
        }
    }
    bond
}

fn stats(value: &[u8]) -> Option<Stats> {
    let word = |index: usize| u64_at(value, index * 8);
    Some(Stats {
        rx_bytes: word(2)?,
        tx_bytes: word(3)?,
        rx_errors: word(4)?,
        tx_errors: word(5)?,
        rx_dropped: word(6)?,
        tx_dropped: word(7)?,
        rx_crc_errors: word(12)?,
        rx_missed: word(15)?,
    })
}

impl Link {
    /// `IFF_UP`: somebody wants it to work.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        self.flags & 1 != 0
    }

    /// What `/sys/class/net/*/operstate` calls the state.
    #[must_use]
    pub fn operational_state(&self) -> Option<&'static str> {
        const NAMES: [&str; 7] =
            ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"];
        NAMES.get(usize::from(self.operstate?)).copied()
    }
}

impl Bond {
    /// What `/sys/class/net/*/bonding/mode` calls the mode.
    #[must_use]
    pub fn mode_name(&self) -> Option<&'static str> {
        const NAMES: [&str; 7] = [
            "balance-rr",
            "active-backup",
            "balance-xor",
            "broadcast",
            "802.3ad",
            "balance-tlb",
            "balance-alb",
        ];
        NAMES.get(usize::from(self.mode)).copied()
    }
}
