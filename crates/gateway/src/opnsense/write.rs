//! Making one change, and reading it back. OPNsense takes unknown fields without a word, and older releases lose updates:
//! `saved` is believed only once it reads back so.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::client::Session;
use super::rows::{self, Field};
use super::table::Table;
use super::text::shown;
use crate::change::{Action, Change};
use crate::error::GatewayError;
use crate::object::{Fields, Kind};

/// An object as it reads back.
type Item = BTreeMap<String, Field>;

impl Session<'_> {
    /// Makes it. Whoever calls holds the writer's lock.
    pub(super) async fn write(&self, change: &Change) -> Result<(), GatewayError> {
        let outcome = match (change.action, change.id, &change.after) {
            (Action::Update, None, Some(after)) if change.kind.is_settings() => {
                self.ensure(change, None, after).await
            }
            (Action::Create | Action::Update, Some(id), Some(after)) if !change.kind.is_settings() => {
                self.ensure(change, Some(id), after).await
            }
            (Action::Delete, Some(id), _) => self.ensure_absent(change, id).await,
            (Action::Move, Some(id), Some(after)) => match self.ensure_absent(change, id).await {
                Ok(()) => self.ensure(change, Some(id), after).await,
                Err(error) => Err(error),
            },
            _ => Err(GatewayError::Refused {
                object: String::new(),
                reason: "such a change can't be made here: it lacks its id or its fields".into(),
            }),
        };
        outcome.map_err(|error| named(error, change))
    }

    /// Writes until it reads back so, twice at the most.
    async fn ensure(&self, change: &Change, id: Option<Uuid>, after: &Fields) -> Result<(), GatewayError> {
        let table = Table::of(change.kind);
        let path = table.action("set", id);
        let body = rows::posted(table.root, &self.complete(change, id, after).await?);
        let mut differing = String::new();
        for _ in 0..2 {
            let sent = self.post(&path, &body).await;
            let lost = match sent {
                Ok(_) => None,
                // It may have been done: what reads back decides. Done twice it is the same.
                Err(error @ (GatewayError::Timeout { .. } | GatewayError::Unreachable { .. })) => Some(error),
                Err(error) => return Err(error),
            };
            match (self.item(change.kind, id).await, lost) {
                (Ok(item), lost) => match (differences(item.as_ref(), after), lost) {
                    (None, _) => return Ok(()),
                    (Some(reasons), _) => differing = reasons,
                },
                // Not even that is answered: the first reason is the better one.
                (Err(_), Some(lost)) => return Err(lost),
                (Err(error), None) => return Err(error),
            }
        }
        Err(GatewayError::NotAsWritten { object: String::new(), reason: differing })
    }

    /// Deletes until it is gone, twice at the most.
    async fn ensure_absent(&self, change: &Change, id: Uuid) -> Result<(), GatewayError> {
        let path = Table::of(change.kind).action("del", Some(id));
        for _ in 0..2 {
            let lost = match self.post(&path, &json!({})).await {
                // `deleted`, or `not found`, which is as good.
                Ok(_) => None,
                Err(error @ (GatewayError::Timeout { .. } | GatewayError::Unreachable { .. })) => Some(error),
                Err(error) => return Err(error),
            };
            match (self.item(change.kind, Some(id)).await, lost) {
                (Ok(None), _) => return Ok(()),
                (Ok(Some(_)), _) => {}
                (Err(_), Some(lost)) => return Err(lost),
                (Err(error), None) => return Err(error),
            }
        }
        Err(GatewayError::NotAsWritten { object: String::new(), reason: "it is still there".into() })
    }

    /// What must be posted beside what changes: OPNsense refuses an option without its type.
    async fn complete(
        &self,
        change: &Change,
        id: Option<Uuid>,
        after: &Fields,
    ) -> Result<Fields, GatewayError> {
        let mut fields = after.clone();
        if change.kind == Kind::DhcpOption && !fields.contains_key("type") {
            let item = self.item(change.kind, id).await?;
            let kind = item.and_then(|item| item.get("type").map(|field| field.text.clone()));
            fields.insert("type".to_owned(), kind.unwrap_or_else(|| "set".to_owned()));
        }
        Ok(fields)
    }

    /// An object, or the settings, as they are now; nothing where there is none.
    async fn item(&self, kind: Kind, id: Option<Uuid>) -> Result<Option<Item>, GatewayError> {
        let table = Table::of(kind);
        let path = table.action("get", id);
        let answer = self.get(&path).await?;
        match rows::item(&answer, table.root) {
            Some(item) => Ok(Some(item)),
            // An id that is not known is answered with an empty list.
            None if answer.as_array().is_some_and(Vec::is_empty) => Ok(None),
            None if answer.get(table.root).and_then(Value::as_array).is_some_and(Vec::is_empty) => Ok(None),
            None => Err(GatewayError::Answer {
                url: self.client.address.to_string(),
                what: format!("GET {path}"),
                answer: "what is no object".into(),
            }),
        }
    }
}

/// What reads back otherwise than it was written, field by field.
fn differences(item: Option<&Item>, wanted: &Fields) -> Option<String> {
    let Some(item) = item else { return Some("it is not there".into()) };
    let reasons: Vec<String> = wanted
        .iter()
        .filter_map(|(name, wanted)| match item.get(name) {
            Some(field) if field.is(wanted) => None,
            None if wanted.is_empty() => None,
            Some(field) => Some(format!("{name} is \"{}\" and not \"{wanted}\"", field.text)),
            None => Some(format!("{name} is no field that is known there")),
        })
        .collect();
    (!reasons.is_empty()).then(|| shown(&reasons.join("; ")))
}

/// With the object's name in place of the request.
fn named(error: GatewayError, change: &Change) -> GatewayError {
    let object = format!("{} \"{}\"", change.kind, change.name);
    match error {
        GatewayError::Refused { reason, .. } => GatewayError::Refused { object, reason },
        GatewayError::NotAsWritten { reason, .. } => GatewayError::NotAsWritten { object, reason },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_back_otherwise_is_said_field_by_field() {
        let field = |text: &str, unordered| Field { text: text.into(), unordered };
        let item = Item::from([
            ("ip".to_owned(), field("192.168.1.5", true)),
            ("tags".to_owned(), field("b,a", true)),
            ("descr".to_owned(), field("x\ny", false)),
        ]);
        let wanted = |pairs: &[(&str, &str)]| -> Fields {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(
            differences(Some(&item), &wanted(&[("ip", "192.168.1.5"), ("tags", "a,b"), ("gone", "")])),
            None
        );
        assert_eq!(
            differences(Some(&item), &wanted(&[("descr", "z"), ("ip", ""), ("misspelt", "1")])).unwrap(),
            "descr is \"x y\" and not \"z\"; ip is \"192.168.1.5\" and not \"\"; misspelt is no field that is known there"
        );
        assert_eq!(differences(None, &wanted(&[])).unwrap(), "it is not there");
    }
}
