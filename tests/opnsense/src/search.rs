//! Searching a table.

use serde_json::Value;

use crate::config::Item;
use crate::item;
use crate::json::Json;
use crate::model::{Model, Table};
use crate::release::Release;
use crate::request::{Answer, Request};
use crate::rules;
use crate::state::State;

pub(crate) fn rows(state: &State, model: &Model, table: &Table, request: &Request) -> Answer {
    let key = model.key(table.path);
    let asked = request.parameters();
    let text = |name: &str| match asked.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let phrase = text("searchPhrase").to_lowercase();
    let tags: Vec<&str> = match asked.get("tags") {
        Some(Value::Array(tags)) => tags.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let mut found: Vec<Json> = state
        .config
        .rows(&key)
        .iter()
        .filter(|item| is_tagged(&key, item, &tags))
        .map(|item| shown(state, table, &key, item))
        .filter(|row| phrase.split_whitespace().all(|token| has(row, token)))
        .collect();
    if key == "Filter.rules.rule" {
        // Always there since 26.1, before only when asked for.
        if state.release >= Release(26, 1, 0) || !matches!(text("show_all").as_str(), "" | "0") {
            found.extend(
                rules::of_no_model()
                    .into_iter()
                    .filter(|row| phrase.split_whitespace().all(|token| has(row, token))),
            );
        }
        found.sort_by_key(|row| row.text("sort_order").to_owned());
    }
    if let Some((by, direction)) = sort_of(&asked) {
        found.sort_by_key(|row| natural(&row.text(&by).to_lowercase()));
        if direction == "desc" {
            found.reverse();
        }
    }
    let total = found.len();
    let count = text("rowCount").parse().ok().filter(|count| *count > 0_usize).unwrap_or(usize::MAX);
    let current = text("current").parse().ok().filter(|page| *page > 0_usize).unwrap_or(1);
    let page: Vec<Json> = found.into_iter().skip(count.saturating_mul(current - 1)).take(count).collect();
    Answer::ok(&Json::map([
        ("rows", Json::List(page.clone())),
        ("rowCount", page.len().into()),
        ("total", total.into()),
        ("current", current.into()),
    ]))
}

fn is_tagged(key: &str, item: &Item, tags: &[&str]) -> bool {
    if key == "dnsmasq.dhcp_tags" {
        return tags.is_empty() || tags.contains(&item.shown().to_string().as_str());
    }
    let names = ["tag", "set_tag", "interface"];
    tags.is_empty()
        || key == "dnsmasq.domainoverrides"
        || names.iter().flat_map(|name| item.list(name)).any(|value| tags.contains(&value))
}

fn shown(state: &State, table: &Table, key: &str, item: &Item) -> Json {
    let mut row = item::row(table, item, &state.config, state.release);
    if key == "Filter.rules.rule" && state.release >= Release(25, 7, 0) {
        for (name, value) in rules::order(item) {
            row.put(name, value.into());
        }
        row.put("category_colors", Json::List(Vec::new()));
    }
    if key == "unboundplus.hosts.host" && state.release >= Release(26, 1, 11) {
        let mine = |alias: &&Item| item.uuid.is_some_and(|uuid| alias.field("host") == uuid.to_string());
        let aliases = state.config.rows("unboundplus.aliases.alias").iter().filter(mine);
        let names =
            aliases.clone().map(|alias| format!("{}.{}", alias.field("hostname"), alias.field("domain")));
        row.put("aliases", names.collect::<Vec<_>>().join(",").into());
        row.put("isAlias", "0".into());
        row.put("_children", Json::List(aliases.map(|alias| alias.shown().to_string().into()).collect()));
    }
    row
}

/// Numbers inside of texts count as numbers.
fn natural(text: &str) -> Vec<(u64, String)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (word, tail) = tail.split_at(letters);
        parts.push((number.parse().unwrap_or_default(), word.to_owned()));
        rest = tail;
    }
    parts
}

fn has(row: &Json, token: &str) -> bool {
    let Json::Map(cells) = row else { return false };
    cells.iter().any(|(key, value)| match value {
        Json::Text(text) if key == "uuid" => text == token,
        Json::Text(text) => text.to_lowercase().contains(token),
        _ => false,
    })
}

fn sort_of(asked: &Value) -> Option<(String, String)> {
    let (field, direction) = asked.get("sort")?.as_object()?.iter().next()?;
    Some((field.clone(), direction.as_str().unwrap_or("asc").to_owned()))
}
