//! Whom a node's document, or the script that leads to it, was refused: an event each, at a bounded rate. Nobody on the wire fills the database.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::{Id, MacAddr, Timestamp};
use serde_json::json;

use crate::store::refusal as rows;

/// At most one event an address (and host) in this time, and at most [`EVENTS`] of all that concern a host, and of all others.
const QUIET: Duration = Duration::from_secs(60);
const EVENTS: usize = 30;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The script that installs a node, by a machine that is not the one that was armed.
    Script,
    /// The node's document.
    Document,
}

/// Who was told of lately. A restart of the server forgets it, and costs an event more.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<HashMap<(IpAddr, Option<Id>), Told>>);

#[derive(Debug, Clone, Copy)]
struct Told {
    at: Timestamp,
    silent: u64,
}

impl Refusals {
    /// Whether a refusal of this is to be told now, and then how many were not since the last time.
    pub fn may_tell(&self, address: IpAddr, host: Option<&Id>, now: Timestamp) -> Option<u64> {
        let key = (address.to_canonical(), host.cloned());
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A time to come was noted before the clock was set back.
        let is_late = |told: &Told| told.at <= now && now.since(told.at) < QUIET;
        if let Some(before) = told.get_mut(&key).filter(|before| is_late(before)) {
            before.silent = before.silent.saturating_add(1);
            return None;
        }
        let silent = told.get(&key).map_or(0, |before| before.silent);
        told.retain(|_, before| is_late(before));
        // Noise about nobody leaves room for what concerns a host.
        if told.keys().filter(|(_, whose)| whose.is_some() == host.is_some()).count() >= EVENTS {
            return None;
        }
        told.insert(key, Told { at: now, silent: 0 });
        Some(silent)
    }
}

/// Writes that it was refused.
///
/// # Errors
/// The database's.
pub(super) async fn write(
    tx: &mut Tx,
    address: IpAddr,
    host: Option<(Id, String)>,
    mac: Option<MacAddr>,
    (wanted, why): (Wanted, &str),
    more: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let name = host.as_ref().map(|(_, name)| name);
    let whose = match (wanted, name) {
        (Wanted::Script, Some(name)) => format!("the script that installs {name}"),
        (Wanted::Script, None) => "a script that installs a node".to_owned(),
        (Wanted::Document, Some(name)) => format!("the node's document of {name}"),
        (Wanted::Document, None) => "a node's document".to_owned(),
    };
    let again = if more > 0 { format!(" ({more} more since the last such event)") } else { String::new() };
    let summary = format!("{address} asked for {whose} and was refused: {why}{again}");
    let event = NewEvent::new(Kind::InstallRefused, host.map(|(id, _)| id), address.to_string(), summary)
        .key(address.to_string())
        .data(json!({ "address": address, "mac": mac, "why": why, "more": more }));
    events::append(tx, &event, now).await?;
    rows::refused(tx, address, event.host.as_ref(), now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_of_once_a_minute_and_a_flood_is_bounded() {
        let at = |secs: i64| Timestamp(1_795_257_600_000 + secs * 1000);
        let refusals = Refusals::default();
        let address = |last: u8| IpAddr::from([10, 0, 0, last]);
        let host: Id = "node1".parse().unwrap();
        assert_eq!(refusals.may_tell(address(1), None, at(0)), Some(0));
        assert_eq!(refusals.may_tell(address(1), None, at(1)), None);
        // What concerns a host is never hidden behind noise about none.
        assert_eq!(refusals.may_tell(address(1), Some(&host), at(1)), Some(0));
        assert_eq!(refusals.may_tell(address(1), None, at(59)), None);
        assert_eq!(refusals.may_tell(address(1), None, at(60)), Some(2));
        assert_eq!(refusals.may_tell(address(1), None, at(30)), Some(0), "the clock was set back");
        let told = (0..200).filter(|last| refusals.may_tell(address(*last), None, at(200)).is_some());
        assert_eq!(told.count(), EVENTS);
        assert!(refusals.may_tell(address(1), Some(&host), at(200)).is_some());
        assert!(refusals.may_tell(address(9), None, at(261)).is_some());
    }
}
