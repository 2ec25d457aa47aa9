//! Objects and settings as OPNsense prints them, as plain fields.
//!
//! A search prints values; a `get` prints choices as maps of all that could be chosen, with what is. An empty PHP array is `[]`,
//! whatever it would be otherwise.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::object::{Fields, Found, Kind};

/// The rows of a search, or nothing where that is no such answer, or not all of it.
pub(super) fn rows(answer: &Value) -> Option<&Vec<Value>> {
    let rows = answer.get("rows")?.as_array()?;
    let total = answer.get("total").and_then(Value::as_u64);
    total.is_none_or(|total| total <= rows.len() as u64).then_some(rows)
}

/// The objects of a search's rows, in their order. The ids of `again`, a second search, tell which ones last: an item that was
/// written by hand without one is given another each time.
pub(super) fn found(kind: Kind, rows: &[Value], again: Option<&BTreeSet<Uuid>>) -> Vec<Found> {
    let lasts = |id: &Uuid| id.get_version_num() == 5 || again.is_none_or(|again| again.contains(id));
    rows.iter()
        .filter_map(Value::as_object)
        // Unbound lists the aliases of a name beside it.
        .filter(|row| !row.get("isAlias").is_some_and(is_true))
        .map(|row| Found { kind, id: id(row).filter(lasts), fields: fields_of(row) })
        .collect()
}

/// The ids of a search's rows.
pub(super) fn ids(rows: &[Value]) -> BTreeSet<Uuid> {
    rows.iter().filter_map(Value::as_object).filter_map(id).collect()
}

/// Rules that other pages made have a label in its place.
fn id(row: &Map<String, Value>) -> Option<Uuid> {
    row.get("uuid")?.as_str()?.parse().ok()
}

/// What a row of the packet filter's rules has beside a rule's fields: computed at each reading, and never to be written.
const COMPUTED: [&str; 14] = [
    "uuid",
    "isAlias",
    "sort_order",
    "prio_group",
    "category_colors",
    "is_automatic",
    "legacy",
    "pf_rules",
    "evaluations",
    "states",
    "packets",
    "bytes",
    "ref",
    "seq",
];

/// Without what is there for people (`%interface`) and for the page (`_children`).
fn fields_of(row: &Map<String, Value>) -> Fields {
    row.iter()
        .filter(|(name, _)| !name.starts_with(['%', '_']) && !COMPUTED.contains(&name.as_str()))
        .filter_map(|(name, value)| Some((name.clone(), plain(value)?)))
        .collect()
}

/// One object as `get` prints it; nothing where there is none.
pub(super) fn item(answer: &Value, root: &str) -> Option<BTreeMap<String, Field>> {
    let mut fields = BTreeMap::new();
    flatten("", answer.get(root)?.as_object()?, &mut fields);
    Some(fields)
}

/// A field as `get` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// What it holds.
    pub(super) text: String,
    /// It was printed as choices, whose order is not that in which they were given.
    pub(super) unordered: bool,
}

impl Field {
    /// Whether it holds what was written.
    pub(super) fn is(&self, wanted: &str) -> bool {
        if !self.unordered {
            return self.text == wanted;
        }
        let sorted = |text: &str| {
            let mut items: Vec<String> =
                text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect();
            items.sort();
            items
        };
        sorted(&self.text) == sorted(wanted)
    }
}

/// Settings within settings are named `dhcp.domain`.
fn flatten(within: &str, map: &Map<String, Value>, fields: &mut BTreeMap<String, Field>) {
    for (name, value) in map {
        let name = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
        match value {
            Value::Object(choices) if is_choice(choices) => {
                fields.insert(name, Field { text: chosen(choices), unordered: true });
            }
            Value::Object(inner) => flatten(&name, inner, fields),
            value => {
                if let Some(text) = plain(value) {
                    fields.insert(name, Field { text, unordered: false });
                }
            }
        }
    }
}

/// `{"lan": {"value": "LAN", "selected": 1}}`. A map that is empty would be printed as `[]`.
fn is_choice(map: &Map<String, Value>) -> bool {
    map.values().all(|choice| choice.get("selected").is_some() && choice.get("value").is_some())
}

fn chosen(choices: &Map<String, Value>) -> String {
    let chosen = |choice: &Value| choice.get("selected").is_some_and(is_true);
    let names: Vec<&str> = choices
        .iter()
        .filter(|(name, choice)| !name.is_empty() && chosen(choice))
        .map(|(name, _)| name.as_str())
        .collect();
    names.join(",")
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_i64() == Some(1),
        Value::String(text) => text == "1" || text == "true",
        _ => false,
    }
}

/// A value as text; nothing for what is none.
fn plain(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.clone(),
        Value::Bool(yes) => u8::from(*yes).to_string(),
        Value::Number(number) => number.to_string(),
        Value::Null => String::new(),
        Value::Array(items) if items.is_empty() => String::new(),
        Value::Array(_) | Value::Object(_) => return None,
    })
}

/// Fields as they are posted: `dhcp.domain` goes into `dhcp`.
pub(super) fn posted(root: &str, fields: &Fields) -> Value {
    let mut object = Map::new();
    for (name, value) in fields {
        put(&mut object, name, value);
    }
    Value::Object(Map::from_iter([(root.to_owned(), Value::Object(object))]))
}

fn put(object: &mut Map<String, Value>, name: &str, value: &str) {
    match name.split_once('.') {
        None => {
            object.insert(name.to_owned(), Value::String(value.to_owned()));
        }
        Some((within, rest)) => {
            let inner = object.entry(within).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests;
