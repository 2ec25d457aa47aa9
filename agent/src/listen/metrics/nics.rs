//! Network cards: their links and counters.

use inventory::{NicState, Sample};

use super::text::{Text, Type, float};

type Read = fn(&NicState) -> Option<f64>;

const FAMILIES: [(&str, Type, &str, Read); 12] = [
    ("node_network_carrier", Type::Gauge, "Whether a cable with a peer is plugged in.", |it| {
        it.carrier.map(|on| f64::from(u8::from(on)))
    }),
    ("node_network_up", Type::Gauge, "Whether its state is up.", |it| {
        it.operstate.as_deref().map(|state| f64::from(u8::from(state == "up")))
    }),
    ("node_network_speed_bytes", Type::Gauge, "Link speed.", |it| {
        it.speed_mbps.map(|mbps| f64::from(mbps) * 125_000.0)
    }),
    ("node_network_carrier_changes_total", Type::Counter, "How often the carrier came and went.", |it| {
        it.carrier_changes.map(f64::from)
    }),
    ("node_network_receive_bytes_total", Type::Counter, "Received.", |it| it.rx_bytes.map(float)),
    ("node_network_transmit_bytes_total", Type::Counter, "Sent.", |it| it.tx_bytes.map(float)),
    ("node_network_receive_errs_total", Type::Counter, "Frames that came broken.", |it| {
        it.rx_errors.map(float)
    }),
    ("node_network_transmit_errs_total", Type::Counter, "Frames that could not be sent.", |it| {
        it.tx_errors.map(float)
    }),
    ("node_network_receive_drop_total", Type::Counter, "Frames that found no room.", |it| {
        it.rx_dropped.map(float)
    }),
    ("node_network_transmit_drop_total", Type::Counter, "Frames given up before they were sent.", |it| {
        it.tx_dropped.map(float)
    }),
    ("muster_network_receive_crc_total", Type::Counter, "Frames garbled on the way.", |it| {
        it.rx_crc_errors.map(float)
    }),
    ("muster_network_receive_missed_total", Type::Counter, "Frames that the card had no room for.", |it| {
        it.rx_missed.map(float)
    }),
];

pub(super) fn write(text: &mut Text, sample: &Sample) {
    for (name, kind, help, read) in FAMILIES {
        let values = sample.nics.iter().filter_map(|it| Some(([("device", it.name.as_str())], read(it)?)));
        text.family((name, kind, help), values);
    }
}
