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
            (Some(Value::Object(before)), Some(Value::Object(after))) => walk(path, before, after, changes),
            (Some(before), Some(after)) if before == after => {}
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

#[cfg(test)]
mod tests {
    use inventory::sections::{Cpu, Disk, Memory, MemorySlot};
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
