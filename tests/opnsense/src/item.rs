//! Items of tables: new ones, as a search shows them, as `getX` shows them, and how posted values get into them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::config::{Config, Item};
use crate::json::Json;
use crate::model::{self, Field, Kind, NONE, Table};
use crate::protocols::PROTOCOLS;
use crate::release::Release;
use crate::{dhcp_option, site::Interface};

/// A posted value has a shape that PHP stumbles over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stumbled;

/// A new item, with defaults.
pub(crate) fn blank(key: &str, release: Release, rows: &[Item]) -> Item {
    let Some((_, table)) = model::table(key) else { return Item { uuid: None, fields: BTreeMap::new() } };
    let fields = table.fields(release).filter(|field| !field.volatile).map(|field| {
        let value = match field.kind {
            Kind::Sequence(step) => {
                let used: Vec<i64> =
                    rows.iter().filter_map(|row| row.field(field.name).parse().ok()).collect();
                match step {
                    0 => (1..).find(|number| !used.contains(number)).unwrap_or(1),
                    step => used.into_iter().max().unwrap_or(1).max(1) + step,
                }
                .to_string()
            }
            Kind::UniqueId => unique_id(),
            _ => field.default.to_owned(),
        };
        (field.name.to_owned(), value)
    });
    Item { uuid: None, fields: fields.collect() }
}

fn unique_id() -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    let (head, tail) = random.split_at(13);
    format!("{head}.{}", tail.chars().filter(char::is_ascii_digit).take(8).collect::<String>())
}

/// Takes over what was posted. Fields that the model does not have are dropped without a word.
pub(crate) fn take(
    fields: impl Iterator<Item = &'static Field>,
    posted: &Value,
    mut put: impl FnMut(&'static Field, String),
) -> Result<(), Stumbled> {
    for field in fields.filter(|field| !field.volatile && !matches!(field.kind, Kind::UniqueId)) {
        let mut value = posted;
        let mut below = field.name.split('.').peekable();
        while let Some(part) = below.next() {
            value = value.get(part).unwrap_or(&Value::Null);
            // A branch that is no map is a mistake; one that is missing is not.
            if below.peek().is_some() && !value.is_object() && !value.is_null() && !is_empty_list(value) {
                return Err(Stumbled);
            }
        }
        if let Some(text) = text_of(field, value)? {
            put(field, text);
        }
    }
    Ok(())
}

fn is_empty_list(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

fn text_of(field: &Field, value: &Value) -> Result<Option<String>, Stumbled> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::Bool(value) => if *value { "1" } else { "" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => return Err(Stumbled),
    };
    Ok(Some(match field.kind {
        Kind::Bool if matches!(text.as_str(), "" | "0") => "0".to_owned(),
        Kind::Bool => "1".to_owned(),
        _ => text,
    }))
}

/// A row of a search.
pub(crate) fn row(table: &Table, item: &Item, config: &Config, release: Release) -> Json {
    let mut row = vec![("uuid".to_owned(), Json::from(item.shown().to_string()))];
    for field in table.fields(release) {
        let raw = raw(field, item.field(field.name));
        let shown = shown(field, &raw, config);
        if release < Release(25, 7, 0) {
            row.push((field.name.to_owned(), shown.into()));
        } else {
            row.push((field.name.to_owned(), raw.clone().into()));
            if !raw.is_empty() && shown != raw {
                row.push((format!("%{}", field.name), shown.into()));
            }
        }
    }
    Json::Map(row)
}

/// An item as `getX` shows it.
pub(crate) fn full(table: &Table, item: &Item, config: &Config, release: Release) -> Json {
    let fields = table.fields(release);
    Json::Map(
        fields.map(|field| (field.name.to_owned(), node(field, item.field(field.name), config))).collect(),
    )
}

/// A field as `getX` and `get` show it: one that is chosen from a list with all that can be chosen.
pub(crate) fn node(field: &Field, value: &str, config: &Config) -> Json {
    let raw = raw(field, value);
    let own_list = match field.kind {
        Kind::Macs => true,
        Kind::Address { list, .. } | Kind::Labels { list, .. } => list,
        _ => false,
    };
    if own_list {
        return Json::Map(raw.split(',').map(|part| (part.to_owned(), option(part, true))).collect());
    }
    let Some(Choices { of, multiple, blank }) = choices(field.kind, config) else { return raw.into() };
    let chosen: Vec<&str> = raw.split(',').collect();
    let mut nodes = Vec::new();
    if !field.required && !multiple {
        nodes.push((String::new(), option(blank, raw.is_empty())));
    }
    nodes.extend(of.into_iter().map(|(value, label)| {
        let node = option(&label, chosen.contains(&value.as_str()));
        (value, node)
    }));
    Json::Map(nodes)
}

fn option(label: &str, selected: bool) -> Json {
    Json::map([("value", label.into()), ("selected", Json::Int(selected.into()))])
}

fn raw(field: &Field, value: &str) -> String {
    match field.kind {
        Kind::Bool if value.is_empty() => "0".to_owned(),
        _ => value.to_owned(),
    }
}

fn shown(field: &Field, raw: &str, config: &Config) -> String {
    let Some(Choices { of, multiple, blank }) = choices(field.kind, config) else { return raw.to_owned() };
    if raw.is_empty() {
        return if multiple { String::new() } else { blank.to_owned() };
    }
    let label = |value: &str| {
        of.iter().find(|(one, _)| one == value).map_or_else(|| value.to_owned(), |(_, label)| label.clone())
    };
    raw.split(',').map(label).collect::<Vec<_>>().join(",")
}

/// What can be chosen.
pub(crate) struct Choices {
    pub(crate) of: Vec<(String, String)>,
    pub(crate) multiple: bool,
    pub(crate) blank: &'static str,
}

/// What can be chosen for a field of that kind; absent where it takes any text.
pub(crate) fn choices(kind: Kind, config: &Config) -> Option<Choices> {
    let pair = |value: &str, label: &str| (value.to_owned(), label.to_owned());
    let (of, multiple, blank) = match kind {
        Kind::Choice { of, multiple, blank } => {
            (of.iter().map(|(value, label)| pair(value, label)).collect(), multiple, blank)
        }
        Kind::Interface { multiple, blank } => {
            let of = config.site.interfaces.iter();
            (
                of.map(|interface| pair(&interface.key, &Interface::shown(interface))).collect(),
                multiple,
                blank,
            )
        }
        Kind::Relation { table, shown, multiple } => {
            let label = |item: &Item| shown.iter().map(|name| item.field(name)).collect::<Vec<_>>().join(".");
            let rows = config.rows(table).iter();
            let of = rows.filter_map(|item| Some((item.uuid?.to_string(), label(item)))).collect();
            (of, multiple, NONE)
        }
        Kind::DhcpOption { v6 } => (dhcp_option::choices(v6), false, NONE),
        Kind::Protocol => (PROTOCOLS.iter().map(|name| pair(name, name)).collect(), false, NONE),
        _ => return None,
    };
    Some(Choices { of, multiple, blank })
}
