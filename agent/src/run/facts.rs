//! Which samples tell of a change of state: those are kept when there is no room for all.
//!
//! A fact is what does not move by itself: that a filesystem is read-only, that an alarm is on. Each part of a sample that
//! has any names them here.

use std::collections::BTreeMap;

use inventory::Sample;

/// What was last told, by the thing's name.
#[derive(Debug, Default)]
pub(super) struct Facts(BTreeMap<String, String>);

impl Facts {
    /// Enters a sample's facts. Whether one of them differs from what was told before; the first sample is no change.
    pub(super) fn changed_by(&mut self, sample: &Sample) -> bool {
        let mut changed = false;
        for (thing, state) in facts(sample) {
            let before = self.0.insert(thing, state.clone());
            changed |= before.is_some_and(|before| before != state);
        }
        changed
    }
}

/// Each with its thing. What counts, or moves with the load, is none; nor is what is not known just now.
fn facts(sample: &Sample) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut fact = |kind: &str, thing: &str, state: String| facts.push((format!("{kind} {thing}"), state));
    for it in &sample.filesystems {
        fact("filesystem", &it.mount, format!("{} {}", it.read_only, it.read_only_by_error));
    }
    for it in &sample.temperatures {
        it.alarm.into_iter().for_each(|on| fact("alarm", &it.sensor, on.to_string()));
    }
    for it in &sample.readings {
        fact("reading", &it.sensor, format!("{:?} {:?} {:?}", it.alarm, it.fault, it.states));
    }
    for it in &sample.arrays {
        // `clean` and `active` take turns with every write.
        let state = it.state.as_deref().filter(|state| !matches!(*state, "clean" | "active" | "active-idle"));
        fact("array", &it.name, format!("{state:?} {:?} {:?}", it.degraded, it.disks_active));
    }
    for it in sample.drives.iter().filter(|it| !it.asleep) {
        fact("drive", &it.device, format!("{:?} {:?}", it.verdict, it.warnings));
    }
    for it in &sample.nics {
        fact("card", &it.name, format!("{:?} {:?}", it.carrier, it.speed_mbps));
    }
    for it in &sample.memory_errors {
        fact("memory", &it.label, format!("{:?}", it.uncorrected));
    }
    facts
}

#[cfg(test)]
mod tests {
    use inventory::sample::DriveVerdict;
    use inventory::{AgentStamp, ArrayState, DriveHealth, FilesystemUse, NicState, Timestamp};

    use super::*;

    fn sample(read_only: bool, used_bytes: u64) -> Sample {
        let agent = AgentStamp { boot_id: None, start_id: "s".into(), seq: 1 };
        let root = FilesystemUse { mount: "/".into(), read_only, used_bytes, ..FilesystemUse::default() };
        Sample { filesystems: vec![root], ..Sample::new(agent, Timestamp(1)) }
    }

    #[test]
    fn what_rings_is_a_change_and_what_counts_is_none() {
        let agent = AgentStamp { boot_id: None, start_id: "s".into(), seq: 1 };
        let with = |degraded, state: &str, verdict, asleep, carrier, rx_bytes| Sample {
            arrays: vec![ArrayState {
                name: "md0".into(),
                degraded: Some(degraded),
                state: Some(state.into()),
                ..ArrayState::default()
            }],
            drives: vec![DriveHealth { device: "sda".into(), verdict, asleep, ..DriveHealth::default() }],
            nics: vec![NicState {
                name: "eth0".into(),
                carrier: Some(carrier),
                rx_bytes: Some(rx_bytes),
                ..NicState::default()
            }],
            ..Sample::new(agent.clone(), Timestamp(1))
        };
        let (passed, failing, unknown) = (DriveVerdict::Passed, DriveVerdict::Failing, DriveVerdict::Unknown);
        let mut facts = Facts::default();
        for (sample, is_change) in [
            (with(0, "clean", passed, false, true, 1), false),
            (with(0, "active", passed, false, true, 2), false),
            (with(1, "active", passed, false, true, 3), true),
            (with(1, "inactive", passed, false, true, 3), true),
            (with(1, "inactive", unknown, true, true, 3), false),
            (with(1, "inactive", failing, false, true, 3), true),
            (with(1, "inactive", failing, false, false, 3), true),
            (Sample::new(agent.clone(), Timestamp(2)), false),
        ] {
            assert_eq!(facts.changed_by(&sample), is_change, "{sample:?}");
        }
    }

    #[test]
    fn a_filesystem_that_turns_read_only_is_a_change_and_one_that_fills_is_none() {
        let mut facts = Facts::default();
        assert!(!facts.changed_by(&sample(false, 1)));
        assert!(!facts.changed_by(&sample(false, 2)));
        assert!(facts.changed_by(&sample(true, 2)));
        assert!(!facts.changed_by(&sample(true, 3)));
        assert!(facts.changed_by(&sample(false, 3)));
    }
}
