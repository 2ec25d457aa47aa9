//! Thermal zones: what a small board has instead of sensor chips.
//!
//! The kernel shows most zones as chips too, named for their type. Only the others are read here.

use std::collections::BTreeSet;

use inventory::SensorClass;
use inventory::sample::SensorKind;

use super::input::{Files, Input, Limits};
use super::{class, kind, place};
use crate::probe::Probe;

const THERMAL: &str = "/sys/class/thermal";
/// A zone has rarely more than three.
const TRIP_POINTS_LIMIT: usize = 16;

pub(super) fn inputs(probe: &Probe, known: &[Input]) -> Vec<Input> {
    let chips: BTreeSet<&str> = known.iter().map(|input| input.chip.as_str()).collect();
    let zones = probe.names(THERMAL).into_iter().filter(|name| place::numbered(name, "thermal_zone"));
    zones.filter_map(|name| input(probe, &format!("{THERMAL}/{name}"), &chips)).collect()
}

fn input(probe: &Probe, at: &str, chips: &BTreeSet<&str>) -> Option<Input> {
    let zone = probe.text(&format!("{at}/type"))?;
    // A chip's name has no dashes.
    let covered = chips.contains(zone.replace('-', "_").as_str())
        || zone == "x86_pkg_temp" && chips.contains("coretemp")
        // The thermal framework's own: a policy without a thermometer.
        || zone.starts_with("INT3400");
    let value = format!("{at}/temp");
    if covered || !probe.exists(&value) {
        return None;
    }
    let class = match class::of(probe, at, &zone, Some(&zone)) {
        SensorClass::Other if zone.contains("cpu") || zone == "x86_pkg_temp" => SensorClass::Cpu,
        class => class,
    };
    Some(Input {
        key: format!("thermal/{zone}/temp"),
        label: Some(zone.clone()),
        kind: SensorKind::Temperature,
        class,
        limits: Limits { crit: critical(probe, at), ..Limits::default() },
        files: Files { value, ..Files::default() },
        chip: zone,
        disk: None,
    })
}

fn critical(probe: &Probe, at: &str) -> Option<f64> {
    let kinds = (0..TRIP_POINTS_LIMIT).map_while(|trip| {
        let point = format!("{at}/trip_point_{trip}");
        Some((probe.text(&format!("{point}_type"))?, point))
    });
    let mut critical = kinds.filter(|(kind, _)| kind == "critical");
    let (_, point) = critical.next()?;
    kind::of_kind(SensorKind::Temperature)?.limit(probe.number::<i32>(&format!("{point}_temp"))?.into())
}
