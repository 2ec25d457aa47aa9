//! How two inventories differ. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::canonical::canonical;
use crate::document::Inventory;

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Where: the section, in a list the thing's own key (a disk's WWN, a card's MAC, a slot's name), the field.
    pub path: Vec<String>,
    /// What happened there.
    pub kind: ChangeKind,
    /// What stood there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What stands there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// What happened in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It has another value.
    Changed,
}

impl Change {
    /// The path as a pattern.
    pub(crate) fn path(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// A section that was never told before: the agent speaks of it for the first time, and the machine is the same.
    pub(crate) fn is_first_word(&self) -> bool {
        self.kind == ChangeKind::Added && self.path.len() == 1
    }

    /// What an agent of another version may tell that the one before did not know of: a section, a field, a sensor. A thing
    /// that anybody would have seen is no such.
    pub(crate) fn is_new_knowledge(&self) -> bool {
        const OF_ONE_THING: [&str; 7] = ["system", "firmware", "cpu", "memory", "bmc", "tpm", "os"];
        let is_thing = match self.path()[..] {
            ["sensors", _] | ["memory", "slots"] => false,
            ["memory", "slots", _] | ["disks", _, "partitions", _] => true,
            [section, _] => !OF_ONE_THING.contains(&section),
            _ => false,
        };
        self.kind == ChangeKind::Added && !is_thing
    }
}

/// Tells how `new` differs from `old`, in the order of sections and keys. What changes with every boot is left out.
#[must_use]
pub fn diff(old: &Inventory, new: &Inventory) -> Vec<Change> {
    let mut changes = Vec::new();
    walk(&mut Vec::new(), &canonical(old), &canonical(new), &mut changes);
    changes
}

fn walk(
    path: &mut Vec<String>,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    changes: &mut Vec<Change>,
) {
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        path.push(key.clone());
        let (before, after) = (old.get(key), new.get(key));
        match (before, after) {
            (Some(before), Some(after)) if before == after => {}
            (Some(Value::Object(before)), Some(Value::Object(after))) if !is_whole(path) => {
                walk(path, before, after, changes);
            }
            _ => changes.push(Change {
                path: path.clone(),
                kind: match (before, after) {
                    (None, _) => ChangeKind::Added,
                    (_, None) => ChangeKind::Removed,
                    _ => ChangeKind::Changed,
                },
                before: before.cloned(),
                after: after.cloned(),
            }),
        }
        path.pop();
    }
}

/// A switch port is one thing: another name of it is another port, and never the same with a changed name.
fn is_whole(path: &[String]) -> bool {
    matches!(path, [section, _] if section == "neighbours")
}

#[cfg(test)]
mod tests {
    use inventory::sections::{Cpu, Disk, Memory, MemorySlot, Neighbour};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn disk(serial: &str, size_bytes: u64) -> Disk {
        Disk { serial: Some(serial.to_owned()), size_bytes: Some(size_bytes), ..Disk::default() }
    }

    #[test]
    fn a_change_says_where_what_and_from_what_to_what() {
        let old = Inventory {
            disks: Some(vec![disk("A", 1), disk("B", 2)]),
            cpu: Some(Cpu { threads: Some(8), ..Cpu::default() }),
            ..Inventory::default()
        };
        let new = Inventory {
            disks: Some(vec![disk("C", 3), disk("B", 4)]),
            cpu: Some(Cpu { threads: Some(8), model: Some("M".into()), ..Cpu::default() }),
            ..Inventory::default()
        };
        let changes = diff(&old, &new);
        let shown: Vec<_> = changes.iter().map(|c| (c.path.join("/"), c.kind)).collect();
        assert_eq!(
            shown,
            [
                ("cpu/model".to_owned(), ChangeKind::Added),
                ("disks/A".to_owned(), ChangeKind::Removed),
                ("disks/B/size_bytes".to_owned(), ChangeKind::Changed),
                ("disks/C".to_owned(), ChangeKind::Added),
            ]
        );
        assert_eq!((&changes[2].before, &changes[2].after), (&Some(json!(2)), &Some(json!(4))));
    }

    #[test]
    fn a_switch_port_changes_as_a_whole() {
        let heard = |port: &str| Inventory {
            neighbours: Some(vec![Neighbour {
                nic: "eth0".into(),
                port_id: port.into(),
                ..Neighbour::default()
            }]),
            ..Inventory::default()
        };
        let changes = diff(&heard("Eth1/7"), &heard("Eth1/3"));
        assert_eq!(changes.len(), 1);
        assert_eq!(
            (changes[0].kind, changes[0].path.join("/")),
            (ChangeKind::Changed, "neighbours/eth0".into())
        );
        assert_eq!(changes[0].after.as_ref().unwrap()["port_id"], "Eth1/3");
    }

    #[test]
    fn what_a_newer_agent_may_know_and_what_was_done_to_the_machine() {
        let change = |path: &str, kind| Change {
            path: path.split('/').map(str::to_owned).collect(),
            kind,
            before: None,
            after: None,
        };
        for (path, first_word, new_knowledge) in [
            ("pci", true, true),
            ("cpu/caches", false, true),
            ("disks/A/rotation_rpm", false, true),
            ("disks/A/partitions", false, true),
            ("sensors/x", false, true),
            ("memory/slots/A1/asset_tag", false, true),
            ("disks/A", false, false),
            ("nics/3c:ec:ef:00:00:01", false, false),
            ("disks/A/partitions/1", false, false),
            ("memory/slots/A1", false, false),
        ] {
            let added = change(path, ChangeKind::Added);
            assert_eq!(
                (added.is_first_word(), added.is_new_knowledge()),
                (first_word, new_knowledge),
                "{path}"
            );
            for kind in [ChangeKind::Removed, ChangeKind::Changed] {
                let other = change(path, kind);
                assert!(!other.is_first_word() && !other.is_new_knowledge(), "{path}");
            }
        }
    }

    fn inventories() -> impl Strategy<Value = Inventory> {
        let disks = prop::collection::vec(("[A-C]?", 0_u64..3, "[x-z]"), 0..4);
        let slots = prop::collection::vec(("[A-B]?", prop::option::of(1_u64..3)), 0..3);
        (prop::option::of(disks), prop::option::of(slots), prop::option::of(0_u32..3)).prop_map(
            |(disks, slots, threads)| Inventory {
                disks: disks.map(|all| {
                    let made =
                        |(serial, size, name): (String, u64, String)| Disk { name, ..disk(&serial, size) };
                    all.into_iter().map(made).collect()
                }),
                memory: slots.map(|all| {
                    let made = |(locator, size_bytes): (String, _)| MemorySlot {
                        locator: Some(locator),
                        size_bytes,
                        ..MemorySlot::default()
                    };
                    Memory { slots: all.into_iter().map(made).collect(), ..Memory::default() }
                }),
                cpu: threads.map(|threads| Cpu { threads: Some(threads), ..Cpu::default() }),
                ..Inventory::default()
            },
        )
    }

    /// Does what the changes say.
    fn apply(form: &mut Value, changes: &[Change]) {
        for change in changes {
            let (last, parents) = change.path.split_last().unwrap();
            let place = parents.iter().fold(&mut *form, |value, key| value.get_mut(key).unwrap());
            match &change.after {
                Some(after) => place.as_object_mut().unwrap().insert(last.clone(), after.clone()),
                None => place.as_object_mut().unwrap().remove(last),
            };
        }
    }

    proptest! {
        #[test]
        fn nothing_differs_from_itself(one in inventories()) {
            prop_assert!(diff(&one, &one).is_empty());
        }

        #[test]
        fn nothing_differs_exactly_when_it_is_the_same_revision(one in inventories(), other in inventories()) {
            let same = crate::canonical::hash(&canonical(&one)) == crate::canonical::hash(&canonical(&other));
            prop_assert_eq!(diff(&one, &other).is_empty(), same);
        }

        #[test]
        fn the_changes_lead_from_the_old_to_the_new(old in inventories(), new in inventories()) {
            let mut form = Value::Object(canonical(&old));
            apply(&mut form, &diff(&old, &new));
            prop_assert_eq!(form, Value::Object(canonical(&new)));
        }

        #[test]
        fn the_way_back_is_the_way_turned_round(old in inventories(), new in inventories()) {
            let there: Vec<_> = diff(&old, &new).into_iter().map(|c| (c.path, c.before, c.after)).collect();
            let back: Vec<_> = diff(&new, &old).into_iter().map(|c| (c.path, c.after, c.before)).collect();
            prop_assert_eq!(there, back);
        }
    }
}
