//! What two tellings of one machine differ in.

use serde_json::{Map, Value};

/// Each leaf that is not the same in both, with its way, and what could not be read. The names that the server gives to
/// devices are no difference.
pub(crate) fn differences(root: &Inventory, unit: &Inventory) -> Vec<String> {
    let mut found = Vec::new();
    compare("", &root.0, &unit.0, &mut found);
    found
}

/// What a machine is made of: each section by its name, and what could not be read in `warnings`.
#[derive(Debug)]
pub(crate) struct Inventory(pub(crate) Value);

impl Inventory {
    /// As a report tells it.
    pub(crate) fn told(report: &Value) -> Self {
        let sections = report["sections"].as_object().unwrap();
        let data = sections.iter().map(|(name, section)| (name.clone(), section["data"].clone()));
        let mut inventory: Map<String, Value> = data.collect();
        let warned = sections.iter().filter(|(_, section)| !section["warnings"].is_null());
        let warnings: Map<String, Value> =
            warned.map(|(name, section)| (name.clone(), section["warnings"].clone())).collect();
        if !warnings.is_empty() {
            inventory.insert("warnings".to_owned(), warnings.into());
        }
        Self(inventory.into())
    }

    /// Whether it has all these sections.
    pub(crate) fn has(&self, sections: &[&str]) -> bool {
        sections.iter().all(|section| !self.0[section].is_null())
    }
}

fn compare(way: &str, here: &Value, there: &Value, found: &mut Vec<String>) {
    match (here, there) {
        (Value::Object(here), Value::Object(there)) => {
            let mut keys: Vec<&String> = here.keys().chain(there.keys()).collect();
            keys.retain(|key| here.contains_key(*key) || !key.ends_with("_name"));
            keys.sort();
            keys.dedup();
            for key in keys {
                let of = |object: &Map<String, Value>| object.get(key).cloned().unwrap_or_default();
                compare(&format!("{way}/{key}"), &of(here), &of(there), found);
            }
        }
        (Value::Array(here), Value::Array(there)) if here.len() == there.len() => {
            for (number, (here, there)) in here.iter().zip(there).enumerate() {
                compare(&format!("{way}/{number}"), here, there, found);
            }
        }
        (here, there) if here == there => {}
        (here, there) => found.push(format!("{way}: root {here}, the unit {there}")),
    }
}
