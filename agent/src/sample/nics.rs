//! How network cards do: one netlink dump tells of all, and of each only the speed is read.

use inventory::NicState;

use crate::collect::Nothing;
use crate::collect::interfaces::{self, Interface, NET};
use crate::probe::Probe;

/// More cards than any machine has.
const CARDS_LIMIT: usize = 512;

pub(super) fn read(probe: &Probe) -> Result<Vec<NicState>, Nothing> {
    let interfaces = interfaces::read(probe).ok_or(Nothing::NotThere(NET))?;
    let cards = interfaces.into_iter().filter(|interface| interface.device(probe).is_some());
    Ok(cards.take(CARDS_LIMIT).map(|card| state(probe, card)).collect())
}

fn state(probe: &Probe, card: Interface) -> NicState {
    let stats = interfaces::stats(probe, &card);
    NicState {
        speed_mbps: card.carrier.filter(|carrier| *carrier).and_then(|_| card.speed_mbps(probe)),
        carrier: card.carrier,
        carrier_changes: card.carrier_changes,
        rx_bytes: stats.map(|stats| stats.rx_bytes),
        tx_bytes: stats.map(|stats| stats.tx_bytes),
        rx_errors: stats.map(|stats| stats.rx_errors),
        tx_errors: stats.map(|stats| stats.tx_errors),
        rx_dropped: stats.map(|stats| stats.rx_dropped),
        tx_dropped: stats.map(|stats| stats.tx_dropped),
        rx_crc_errors: stats.map(|stats| stats.rx_crc_errors),
        rx_missed: stats.map(|stats| stats.rx_missed),
        operstate: card.operstate,
        name: card.name,
    }
}

#[cfg(test)]
mod tests;
