//! The drives that RAID controllers hide, as far as `smartctl` can find a way to them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::smartctl;
use super::target::{Kind, Target};
use crate::probe::Probe;

/// How long all searching may take; one call is cut off before.
const DEADLINE: Duration = Duration::from_secs(15);
/// As many as a controller of HPE's numbers without a gap.
const NUMBERED_LIMIT: u32 = 128;

/// These, and the hidden ones. `purpose` as for [`super::each`].
pub(crate) fn with(probe: &Probe, purpose: &str, mut targets: Vec<Target>) -> Vec<Target> {
    let mut controllers: BTreeMap<String, (String, String)> = BTreeMap::new();
    for target in &targets {
        if let Kind::Volume(_, hidden) = &target.kind {
            let way = (hidden.drives.by.clone(), target.node());
            controllers.entry(hidden.host.clone()).or_insert(way);
        }
    }
    if !controllers.is_empty() {
        let own = probe.root().clone();
        let name = format!("{purpose}: what controllers hide");
        let piece = probe.root().guard().start(&name, DEADLINE, move || {
            let probe = Probe::new(own);
            (search(&probe, &controllers), probe.into_warnings())
        });
        match piece.finish() {
            Ok((found, warnings)) => {
                warnings.into_iter().for_each(|warning| probe.warn(&warning.path, warning.reason));
                targets.extend(found);
            }
            Err(lost) => probe.warn("smartctl", lost.to_string()),
        }
    }
    targets
}

/// By host: its driver, and the node of one of its volumes.
fn search(probe: &Probe, controllers: &BTreeMap<String, (String, String)>) -> Vec<Target> {
    let Some(found) = smartctl::scan(probe) else { return Vec::new() };
    let mut targets = Vec::new();
    for (host, (driver, volume)) in controllers {
        match driver.as_str() {
            // The one kind that is found by a scan.
            "megaraid_sas" => {
                let bus = format!("/dev/bus/{host}");
                let ways = found.iter().filter(|found| found.device == bus);
                targets.extend(ways.map(|found| Target::behind(driver, &found.device, &found.way)));
            }
            // Numbered from 0 on, up to the first that is not there.
            "hpsa" | "smartpqi" => {
                let numbers = (0..NUMBERED_LIMIT).map(|number| format!("cciss,{number}"));
                let ways = numbers.take_while(|way| smartctl::exists(probe, volume, way));
                targets.extend(ways.map(|way| Target::behind(driver, volume, &way)));
            }
            _ => {}
        }
    }
    targets
}
