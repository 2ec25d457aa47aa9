//! Watchdogs, as `/sys` shows them. Their device nodes are never opened: that would start them.

use inventory::sections::Watchdog;

use crate::collect::{bounded, place};
use crate::probe::Probe;

const WATCHDOGS: &str = "/sys/class/watchdog";

pub(super) fn all(probe: &Probe) -> Vec<Watchdog> {
    let names = probe.names(WATCHDOGS).into_iter().filter(|name| place::numbered(name, "watchdog"));
    bounded(probe, WATCHDOGS, names.map(|name| watchdog(probe, name)).collect())
}

fn watchdog(probe: &Probe, name: String) -> Watchdog {
    let at = |file: &str| format!("{WATCHDOGS}/{name}/{file}");
    Watchdog {
        identity: probe.text(&at("identity")),
        timeout_secs: probe.number(&at("timeout")),
        active: probe.text(&at("state")).map(|state| state == "active"),
        no_way_out: probe.flag(&at("nowayout")),
        name,
    }
}
