//! Switch ports, heard by LLDP: on every card whose link is up, at the same time. A bond's members are listened on, not the
//! bond, for each has a neighbour of its own.
//!
//! A switch speaks every 30 seconds. Some cards' firmware keeps what it says to itself (Intel's X7xx): nothing is heard then.

use std::thread;

use decode::lldp::{self, Announcement, IdKind};
use inventory::MacAddr;
use inventory::sections::{Neighbour, NeighbourIdKind, NeighbourVlan};

use super::interfaces::{self, Interface, NET};
use super::{Nothing, bounded};
use crate::probe::{Probe, clean};
use crate::root::{Miss, Question};

/// Two rounds of a switch, and some.
const LISTEN_SECS: u16 = 65;
/// A thread for each card.
const CARDS_LIMIT: usize = 64;
/// Of what a port may have as many as it likes.
const ITEMS_LIMIT: usize = 256;

pub(super) fn collect(probe: &Probe) -> Result<Vec<Neighbour>, Nothing> {
    let mut cards: Vec<Interface> = interfaces::read(probe)
        .ok_or(Nothing::NotThere(NET))?
        .into_iter()
        .filter(|interface| is_worth_listening(probe, interface))
        .collect();
    if cards.len() > CARDS_LIMIT {
        probe.warn(NET, format!("listened on {CARDS_LIMIT} of {} cards", cards.len()));
        cards.truncate(CARDS_LIMIT);
    }
    let mut neighbours = Vec::new();
    for (card, heard) in listen(probe, &cards) {
        match heard {
            Ok(answer) => neighbours.extend(heard_by(probe, card, &answer)),
            Err(Miss::NoValue) => {}
            Err(miss) => probe.warn(&format!("frames {}", card.name), miss.to_string()),
        }
    }
    neighbours.sort();
    neighbours.dedup();
    Ok(bounded(probe, "frames", neighbours))
}

/// A real card with a live cable. A virtual function hears what its card hears.
fn is_worth_listening(probe: &Probe, interface: &Interface) -> bool {
    interface.is_ethernet()
        && interface.carrier == Some(true)
        && interface.device(probe).is_some()
        && !probe.exists(&format!("{}/device/physfn", interface.at()))
}

/// What each hears, all at the same time.
fn listen<'a>(probe: &Probe, cards: &'a [Interface]) -> Vec<(&'a Interface, Result<Vec<u8>, Miss>)> {
    let no_thread = || Err(Miss::Unreadable("no thread could be started".to_owned()));
    thread::scope(|scope| {
        let started: Vec<_> = cards
            .iter()
            .map(|card| {
                let root = probe.root().clone();
                let question = Question::Frames {
                    interface: card.name.clone(),
                    ethernet_type: lldp::ETHERNET_TYPE,
                    seconds: LISTEN_SECS,
                };
                let thread = thread::Builder::new().name(format!("lldp {}", card.name));
                (card, thread.spawn_scoped(scope, move || root.ask(&question)))
            })
            .collect();
        let heard = |thread: thread::ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|_| no_thread());
        started.into_iter().map(|(card, thread)| (card, thread.map_or_else(|_| no_thread(), heard))).collect()
    })
}

/// The frames of an answer, each headed by its length.
fn heard_by(probe: &Probe, card: &Interface, answer: &[u8]) -> Vec<Neighbour> {
    let (mut neighbours, mut rest) = (Vec::new(), answer);
    while let Some((length, behind)) = rest.split_first_chunk() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let Some((frame, behind)) = behind.split_at_checked(length) else { break };
        rest = behind;
        match Announcement::decode(frame) {
            // Who says farewell is no neighbour any more.
            Ok(said) if said.ttl_secs == 0 => {}
            Ok(said) => neighbours.push(neighbour(card, said)),
            Err(malformed) => probe.warn(&format!("frames {}", card.name), malformed.to_string()),
        }
    }
    neighbours
}

fn neighbour(card: &Interface, said: Announcement) -> Neighbour {
    let text = |text: Option<String>| clean(text?.as_bytes());
    let mut vlans: Vec<NeighbourVlan> =
        said.vlans.into_iter().map(|(id, name)| NeighbourVlan { id, name: clean(name.as_bytes()) }).collect();
    let mut management_addresses = said.management;
    vlans.sort();
    vlans.dedup();
    vlans.truncate(ITEMS_LIMIT);
    management_addresses.sort();
    management_addresses.dedup();
    management_addresses.truncate(ITEMS_LIMIT);
    Neighbour {
        nic: card.name.clone(),
        nic_mac: card.permanent_mac().or_else(|| card.mac()),
        chassis_id: said.chassis.value,
        chassis_id_kind: kind(said.chassis.kind),
        port_id: said.port.value,
        port_id_kind: kind(said.port.kind),
        port_description: text(said.port_description),
        system_name: text(said.system_name),
        system_description: text(said.system_description),
        capabilities: said.capabilities.into_iter().map(str::to_owned).collect(),
        management_addresses,
        mac: Some(MacAddr::new(said.source)).filter(|mac| mac.is_unicast()),
        ttl_secs: said.ttl_secs,
        port_vlan: said.port_vlan,
        vlans,
        aggregated: said.aggregation.map(|aggregation| aggregation.enabled),
        aggregation_port: said.aggregation.map(|aggregation| aggregation.port).filter(|port| *port > 0),
        autonegotiation: said.mac_phy.map(|phy| phy.autonegotiation_enabled),
        mau_type: said.mac_phy.map(|phy| phy.mau).filter(|mau| *mau > 0),
        max_frame_bytes: said.max_frame_bytes,
        gives_power: said.power.map(|power| power.source && power.enabled),
        power_class: said.power.and_then(|power| power.class),
    }
}

const fn kind(kind: IdKind) -> NeighbourIdKind {
    match kind {
        IdKind::Component => NeighbourIdKind::Component,
        IdKind::PortComponent => NeighbourIdKind::PortComponent,
        IdKind::InterfaceAlias => NeighbourIdKind::InterfaceAlias,
        IdKind::InterfaceName => NeighbourIdKind::InterfaceName,
        IdKind::Mac => NeighbourIdKind::Mac,
        IdKind::Network => NeighbourIdKind::Network,
        IdKind::AgentCircuit => NeighbourIdKind::AgentCircuit,
        IdKind::Local => NeighbourIdKind::Local,
        IdKind::Other => NeighbourIdKind::Other,
    }
}

#[cfg(test)]
mod tests;
