//! Which values of a report tell one machine from all others of its kind.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::json;

/// What the names of such fields hold.
const SIGNS: [&str; 14] = [
    "serial",
    "uuid",
    "guid",
    "wwn",
    "eui",
    "nqn",
    "mac",
    "asset",
    "hostname",
    "hash",
    "sha256",
    "label",
    "by_id",
    "service_tag",
];
/// Labels of sensors and of memory slots are of the model, and needed.
const LABELS_OF: [&str; 1] = ["contents"];
/// A shorter one would be found everywhere.
const SHORTEST: usize = 4;

/// The values of all such fields, at any depth.
pub(super) fn of(message: &impl Serialize) -> serde_json::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    gather(&serde_json::from_slice(&json::bytes(message)?)?, false, false, &mut found);
    Ok(found)
}

fn gather(value: &Value, is_secret: bool, labels: bool, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if is_secret && tells(text) => drop(found.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| gather(item, is_secret, labels, found)),
        Value::Object(fields) => {
            for (name, field) in fields {
                let labels = labels || LABELS_OF.contains(&name.as_str());
                let signed = SIGNS.iter().any(|sign| name.contains(sign));
                let signed = signed && (labels || !name.contains("label"));
                gather(field, signed, labels, found);
            }
        }
        _ => {}
    }
}

/// Junk that makers ship (`To be filled by O.E.M.`) tells nothing of a machine, and a bug report may be about it.
fn tells(text: &str) -> bool {
    text.len() >= SHORTEST && text.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_tells_a_machine_from_others_is_found_at_any_depth() {
        let report = json!({
            "system": { "serial": "ABC1234", "product": "R640", "uuid": "4c4c4544-0042", "asset_tag": "Not Specified" },
            "nics": [{ "name": "eth0", "permanent_mac": "52:54:00:aa:00:01", "mtu": 1500 }],
            "sensors": [{ "label": "Core 10" }],
            "contents": [{ "label": "backup2024" }],
            "disks": [{ "by_id": ["wwn-0x5000c500"] }],
        });
        let found: Vec<_> = of(&report).unwrap().into_iter().collect();
        assert_eq!(found, ["4c4c4544-0042", "52:54:00:aa:00:01", "ABC1234", "backup2024", "wwn-0x5000c500"]);
    }
}
