//! Which values of a report tell one machine from all others of its kind.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::json;

/// What the names of such fields hold.
const SIGNS: [&str; 12] =
    ["serial", "uuid", "guid", "wwn", "eui", "nqn", "mac", "asset", "hash", "sha256", "by_id", "service_tag"];
/// Fields whose names tell nothing by a part of them.
const FIELDS: [&str; 4] = ["chassis_id", "port_id", "unique_id", "port_description"];
/// Fields that hold a name which somebody gave to a machine: it may be a word.
const NAMES: [&str; 4] = ["hostname", "system_name", "node_description", "redfish_name"];
/// Words that machines are called by until somebody gives them a name; they stand in many other places.
const NO_NAMES: [&str; 12] = [
    "localhost",
    "localhost.localdomain",
    "linux",
    "debian",
    "ubuntu",
    "fedora",
    "switch",
    "muster",
    "none",
    "empty",
    "unknown",
    "invalid",
];
/// In this section also the fields that elsewhere are of the model, and needed: labels of sensors and of memory slots.
const GIVEN_IN: &str = "contents";
const GIVEN: [&str; 4] = ["id", "name", "label", "group"];
/// Holds public keys, which begin alike: with a name of their kind, and lengths.
const KEYS: &str = "ssh_host_keys";
const ALIKE: usize = 25;
/// A shorter one would be found everywhere.
const SHORTEST: usize = 4;

/// The values of all such fields, at any depth.
pub(super) fn of(message: &impl Serialize) -> serde_json::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    gather(&serde_json::from_slice(&json::bytes(message)?)?, Kind::Plain, false, &mut found);
    Ok(found)
}

/// What a field holds.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Nothing that tells one machine from another.
    Plain,
    /// A number of this machine, or a word that may be anybody's.
    Number,
    /// A machine's name.
    Name,
    /// A public key of this machine.
    Key,
}

impl Kind {
    fn of(field: &str, given: bool) -> Self {
        let is_number = SIGNS.iter().any(|sign| field.contains(sign)) || FIELDS.contains(&field);
        if field == KEYS {
            Self::Key
        } else if NAMES.contains(&field) {
            Self::Name
        } else if is_number || (given && GIVEN.contains(&field)) {
            Self::Number
        } else {
            Self::Plain
        }
    }

    /// Junk that makers ship (`To be filled by O.E.M.`) tells nothing of a machine, and a bug report may be about it.
    fn tells(self, text: &str) -> bool {
        let long_enough = text.len() >= SHORTEST;
        match self {
            Self::Plain => false,
            // A number without a digit is written in capitals and without blanks, as no sentence is.
            Self::Number => {
                let is_code =
                    !text.bytes().any(|byte| byte.is_ascii_lowercase() || byte.is_ascii_whitespace());
                let is_named = is_code && !NO_NAMES.contains(&text.to_lowercase().as_str());
                long_enough && (is_named || text.bytes().any(|byte| byte.is_ascii_digit()))
            }
            Self::Key => long_enough,
            Self::Name => long_enough && !NO_NAMES.contains(&text.to_lowercase().as_str()),
        }
    }
}

fn gather(value: &Value, kind: Kind, given: bool, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if kind == Kind::Key => {
            let own = text.split(' ').nth(1).and_then(|base64| base64.get(ALIKE..));
            found.extend(own.filter(|own| kind.tells(own)).map(str::to_owned));
        }
        Value::String(text) if kind.tells(text) => drop(found.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| gather(item, kind, given, found)),
        Value::Object(fields) => {
            for (name, field) in fields {
                let given = given || name == GIVEN_IN;
                gather(field, Kind::of(name, given), given, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
