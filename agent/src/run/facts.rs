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

fn facts(sample: &Sample) -> impl Iterator<Item = (String, String)> {
    let filesystems = sample
        .filesystems
        .iter()
        .map(|it| (format!("filesystem {}", it.mount), format!("read-only: {}", it.read_only)));
    let alarms = sample
        .temperatures
        .iter()
        .filter_map(|it| Some((format!("temperature {}", it.sensor), format!("alarm: {}", it.alarm?))));
    filesystems.chain(alarms)
}

#[cfg(test)]
mod tests {
    use inventory::{AgentStamp, FilesystemUse, Timestamp};

    use super::*;

    fn sample(read_only: bool, used_bytes: u64) -> Sample {
        let agent = AgentStamp { boot_id: None, start_id: "s".into(), seq: 1 };
        let root = FilesystemUse { mount: "/".into(), read_only, used_bytes, ..FilesystemUse::default() };
        Sample { filesystems: vec![root], ..Sample::new(agent, Timestamp(1)) }
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
