//! The parts of every canonical form: maps keyed by what stays, JSON in one order, its hash.

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// What can't be written as JSON (no type of an inventory is such) counts as absent.
pub(super) fn plain<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// A map by key. Things that share a key are numbered in the order of what they are, not in the kernel's.
pub(super) fn keyed<T>(items: &[T], key: impl Fn(&T) -> String, form: impl Fn(&T) -> Value) -> Value {
    let mut forms: Vec<(String, String, Value)> = items
        .iter()
        .map(|item| {
            let form = form(item);
            (key(item), form.to_string(), form)
        })
        .collect();
    forms.sort_by(|(a, x, _), (b, y, _)| (a, x).cmp(&(b, y)));
    let mut map = Map::new();
    for (key, _, form) in forms {
        let mut name = key.clone();
        let mut nth = 2;
        while map.contains_key(&name) {
            name = format!("{key} #{nth}");
            nth += 1;
        }
        map.insert(name, form);
    }
    Value::Object(map)
}

/// SHA-256 of a canonical form, in hex.
#[must_use]
pub(crate) fn hash(canonical: &Map<String, Value>) -> String {
    let mut text = String::new();
    write_fields(&mut text, canonical);
    hex::encode(Sha256::digest(text))
}

/// JSON with its keys in order, whatever order the map keeps: a dependency may switch that.
fn write_sorted(out: &mut String, value: &Value) {
    match value {
        Value::Object(fields) => write_fields(out, fields),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_sorted(out, item);
                out.push(',');
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

fn write_fields(out: &mut String, fields: &Map<String, Value>) {
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|(name, _)| *name);
    out.push('{');
    for (name, field) in fields {
        out.push_str(&Value::from(name.as_str()).to_string());
        out.push(':');
        write_sorted(out, field);
        out.push(',');
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_does_not_depend_on_the_order_of_keys() {
        let mut text = String::new();
        write_sorted(&mut text, &serde_json::json!({ "b": [1, { "d": null, "c": "\"" }], "a": 1.5 }));
        assert_eq!(text, r#"{"a":1.5,"b":[1,{"c":"\"","d":null,},],}"#);
    }

    #[test]
    fn many_things_of_one_key_are_numbered_without_end() {
        let many = keyed(&[3, 1, 2, 1], |_| "k".to_owned(), plain);
        assert_eq!(many, serde_json::json!({ "k": 1, "k #2": 1, "k #3": 2, "k #4": 3 }));
    }
}
