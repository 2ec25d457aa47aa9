//! What two tellings of one machine differ in.

use serde_json::Value;

/// Each leaf that the server does not hold as root was told it, with its way, and what could not be read. The names that the
/// server gives to devices are no difference.
pub(crate) fn differences(report: &Value, inventory: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let sections = report["sections"].as_object().unwrap();
    for (name, section) in sections {
        compare(&format!("/{name}"), &section["data"], &inventory[name], &mut found);
        let none = Value::Array(vec![]);
        let warnings = |value: &Value| if value.is_null() { none.clone() } else { value.clone() };
        let (here, there) = (warnings(&section["warnings"]), warnings(&inventory["warnings"][name]));
        compare(&format!("/{name}/warnings"), &here, &there, &mut found);
    }
    found
}

fn compare(way: &str, here: &Value, there: &Value, found: &mut Vec<String>) {
    match (here, there) {
        (Value::Object(here), Value::Object(there)) => {
            let mut keys: Vec<&String> = here.keys().chain(there.keys()).collect();
            keys.retain(|key| here.contains_key(*key) || !key.ends_with("_name"));
            keys.sort();
            keys.dedup();
            for key in keys {
                let of =
                    |object: &serde_json::Map<String, Value>| object.get(key).cloned().unwrap_or_default();
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
