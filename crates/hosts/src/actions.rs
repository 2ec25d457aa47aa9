//! What operators ask of agents: delivered with the answer to a sample, done once, receipted.

use std::time::Duration;

use ::store::Tx;
use events::{Kind, NewEvent};
use inventory::{Action, ActionRequest, Id, Outcome, Receipt, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::HostError;
use crate::overview::shorten;
use crate::store::{actions as rows, hosts};

/// Actions of one host that wait for their agent.
const MAX_OPEN: i64 = 16;
/// How long an answer to a sample may take: after this the agent is told again.
const REDELIVERY: Duration = Duration::from_secs(60);
/// The logs of a machine as they are stored; zstd packs text to a tenth.
const PACK_LEVEL: i32 = 3;

/// Something that was asked of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentAction {
    /// Its id, used once.
    pub id: Id,
    /// Whose agent.
    pub host: Id,
    /// What.
    pub action: Action,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// Not done after this.
    pub expires_at: Timestamp,
    /// When the agent was last told.
    pub delivered_at: Option<Timestamp>,
    /// How it went, as far as it is known.
    pub outcome: Option<Outcome>,
    /// More of it.
    pub words: Option<String>,
    /// When that was told.
    pub receipt_at: Option<Timestamp>,
    /// It brought logs.
    pub has_logs: bool,
}

impl AgentAction {
    /// In a word, for people: an agent that never came has let it expire.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> &'static str {
        match self.outcome {
            Some(outcome) => outcome.as_str(),
            None if self.expires_at < now => "expired",
            None if self.delivered_at.is_some() => "delivered",
            None => "waiting",
        }
    }
}

/// What an agent is to be told now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The actions.
    pub requests: Vec<ActionRequest>,
    /// More may have to be told later.
    pub is_more: bool,
}

/// Asks for something. It waits until the agent comes for it.
///
/// # Errors
/// [`HostError::NoHost`], [`HostError::TooManyActions`], or the database's.
pub async fn ask(
    tx: &mut Tx,
    host: &Id,
    action: &Action,
    patience: Duration,
    actor: &str,
    now: Timestamp,
) -> Result<AgentAction, HostError> {
    hosts::standing(tx, host).await?;
    if rows::count_open(tx, host, now).await? >= MAX_OPEN {
        return Err(HostError::TooManyActions { host: host.clone(), limit: MAX_OPEN });
    }
    let asked = AgentAction {
        id: Id::generate(now),
        host: host.clone(),
        action: action.clone(),
        asked_by: actor.to_owned(),
        asked_at: now,
        expires_at: now.plus(patience),
        delivered_at: None,
        outcome: None,
        words: None,
        receipt_at: None,
        has_logs: false,
    };
    rows::insert(tx, &asked).await?;
    let name = hosts::name(tx, host).await?;
    let what = action.kind();
    let summary = format!("{actor} asked the agent of {name} for {what}");
    let event = NewEvent::new(Kind::ActionAsked, Some(host.clone()), actor, summary)
        .key(asked.id.as_str())
        .data(json!({ "action": action, "expires_at": asked.expires_at }));
    events::append(tx, &event, now).await?;
    Ok(asked)
}

/// What the agent of this host is to be told with the answer to its sample.
///
/// # Errors
/// The database's.
pub async fn deliver(tx: &mut Tx, host: &Id, now: Timestamp) -> Result<Delivery, HostError> {
    let mut delivery = Delivery::default();
    for open in rows::open(tx, host, now).await? {
        delivery.is_more = true;
        let is_due = open.delivered_at.is_none_or(|told| now.since(told) >= REDELIVERY);
        if is_due {
            rows::set_delivered(tx, &open.id, now).await?;
            let AgentAction { id, expires_at, action, .. } = open;
            delivery.requests.push(ActionRequest { id, expires_at, action });
        }
    }
    Ok(delivery)
}

/// Takes a receipt. The first that says how it ended stands; one for another host's action is no error and nothing.
///
/// # Errors
/// The database's.
pub async fn take_receipt(
    tx: &mut Tx,
    host: &Id,
    receipt: &Receipt,
    now: Timestamp,
) -> Result<(), HostError> {
    let Some(action) = rows::get(&mut *tx, host, &receipt.action).await? else { return Ok(()) };
    if action.outcome.is_some_and(Outcome::is_final) || action.outcome == Some(receipt.outcome) {
        return Ok(());
    }
    let words: String = receipt.words.chars().take(500).collect();
    note(tx, &action, receipt.outcome, &words, "agent", now).await
}

/// The host's machine has booted since it was last heard: what was to take it down has. An agent that remembers nothing over
/// a boot can't tell.
pub(crate) async fn booted(tx: &mut Tx, host: &Id, now: Timestamp) -> Result<(), HostError> {
    for begun in rows::begun(tx, host).await? {
        if matches!(begun.action, Action::Reboot | Action::PowerOff) {
            note(tx, &begun, Outcome::Done, "the machine was heard again, in a new boot", "server", now)
                .await?;
        }
    }
    Ok(())
}

async fn note(
    tx: &mut Tx,
    action: &AgentAction,
    outcome: Outcome,
    words: &str,
    actor: &str,
    now: Timestamp,
) -> Result<(), HostError> {
    let host = &action.host;
    rows::set_receipt(tx, &action.id, outcome, words, now).await?;
    let name = hosts::name(tx, host).await?;
    let (what, how) = (action.action.kind(), outcome.as_str());
    let summary = format!("{what} on {name}: {how}: {}", shorten(words));
    let event = NewEvent::new(Kind::ActionReceipted, Some(host.clone()), actor, summary)
        .key(action.id.as_str())
        .data(json!({ "outcome": outcome, "words": words }));
    events::append(tx, &event, now).await?;
    Ok(())
}

/// Keeps the logs that an action of this host asked for.
///
/// # Errors
/// [`HostError::NoAction`] where none asked for them, or the database's.
pub async fn put_logs(tx: &mut Tx, host: &Id, action: &Id, text: &str) -> Result<(), HostError> {
    let missing = || HostError::NoAction(action.clone());
    let asked = rows::get(&mut *tx, host, action).await?.ok_or_else(missing)?;
    if asked.action != Action::Logs {
        return Err(missing());
    }
    let packed = zstd::bulk::compress(text.as_bytes(), PACK_LEVEL);
    let packed =
        packed.map_err(|source| HostError::Document { host: host.clone(), what: "packed", source })?;
    rows::set_logs(tx, host, action, &packed).await?;
    Ok(())
}
