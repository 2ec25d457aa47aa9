//! What an agent says between its reports: samples, failures, goodbye.

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::{AgentStamp, Failure, Goodbye, GoodbyeReason, Id, Sample, Timestamp};
use serde_json::json;

use crate::document::SECTIONS;
use crate::error::HostError;
use crate::overview::shorten;
use crate::speak::{Heard, Speaker, hear};
use crate::store::words::Follows;
use crate::store::{drives, hosts, problems, words};

/// What failed when the whole inventory did: it is over with the next report.
pub(crate) const INVENTORY: &str = "inventory";
/// Things that one agent may fail at, at once: there are not that many in one.
const MAX_PROBLEMS: usize = 32;

impl<'a> From<&'a AgentStamp> for Speaker<'a> {
    fn from(stamp: &'a AgentStamp) -> Self {
        Self { boot_id: stamp.boot_id.as_deref(), start_id: &stamp.start_id, seq: Some(stamp.seq) }
    }
}

/// Takes a sample. One that comes after a newer one is answered well and changes nothing.
///
/// # Errors
/// [`HostError::NoHost`], or the database's.
pub async fn take_sample(
    tx: &mut Tx,
    host: &Id,
    sample: &Sample,
    now: Timestamp,
) -> Result<Heard, HostError> {
    let problems = match words::put_sample(tx, host, sample, Follows::SameStart, now).await? {
        Some(problems) => problems,
        None => {
            if hear(tx, host, Speaker::from(&sample.agent), now).await? == Heard::Late {
                return Ok(Heard::Late);
            }
            words::put_sample(tx, host, sample, Follows::Any, now).await?.unwrap_or_default()
        }
    };
    drives::put(tx, host, sample, now).await?;
    if problems > 0 {
        // What an agent failed at and is no part of its report, it does again: it samples.
        for part in problems::parts(tx, host).await? {
            if part != INVENTORY && !SECTIONS.contains(&part.as_str()) {
                recover(tx, host, &part, now).await?;
            }
        }
    }
    Ok(Heard::Applied)
}

/// Takes what an agent says that it could not do.
///
/// # Errors
/// [`HostError::NoHost`], or the database's.
pub async fn take_failure(
    tx: &mut Tx,
    host: &Id,
    failure: &Failure,
    now: Timestamp,
) -> Result<Heard, HostError> {
    if hear(tx, host, Speaker::from(&failure.agent), now).await? == Heard::Late {
        return Ok(Heard::Late);
    }
    fail(tx, host, &shorten(&failure.what), &failure.reason, now).await?;
    Ok(Heard::Applied)
}

/// Takes an agent's goodbye: its silence from now on is no failure.
///
/// # Errors
/// [`HostError::NoHost`], or the database's.
pub async fn take_goodbye(
    tx: &mut Tx,
    host: &Id,
    goodbye: &Goodbye,
    now: Timestamp,
) -> Result<Heard, HostError> {
    if hear(tx, host, Speaker::from(&goodbye.agent), now).await? == Heard::Late {
        return Ok(Heard::Late);
    }
    words::set_goodbye(tx, host, now).await?;
    let name = hosts::name(tx, host).await?;
    let why = match goodbye.reason {
        GoodbyeReason::Stopped => "was stopped",
        GoodbyeReason::Done => "has done what it was asked for",
        GoodbyeReason::Rebooting => "goes down, and the machine boots anew",
        GoodbyeReason::PoweringOff => "goes down, and the machine is switched off",
        GoodbyeReason::Other => "said goodbye",
    };
    let event =
        NewEvent::new(Kind::AgentStopped, Some(host.clone()), "agent", format!("the agent of {name} {why}"))
            .key(shorten(&goodbye.agent.start_id))
            .data(json!({ "reason": goodbye.reason }));
    events::append(tx, &event, now).await?;
    Ok(Heard::Applied)
}

/// A part of the agent's work does not go. Told once, however often it is said.
pub(crate) async fn fail(
    tx: &mut Tx,
    host: &Id,
    part: &str,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let failing = problems::parts(tx, host).await?;
    if failing.len() >= MAX_PROBLEMS && !failing.iter().any(|one| one == part) {
        return Ok(());
    }
    let reason: String = reason.chars().take(1000).collect();
    if problems::put(tx, host, part, &reason, now).await? {
        let name = hosts::name(tx, host).await?;
        let summary = format!("the agent of {name} can't do {part}: {}", shorten(&reason));
        let event = NewEvent::new(Kind::AgentFailed, Some(host.clone()), "agent", summary)
            .key(part)
            .data(json!({ "reason": reason }));
        events::append(tx, &event, now).await?;
    }
    Ok(())
}

/// A part of the agent's work goes again.
pub(crate) async fn recover(tx: &mut Tx, host: &Id, part: &str, now: Timestamp) -> Result<(), StoreError> {
    if problems::take(tx, host, part).await? {
        let name = hosts::name(tx, host).await?;
        let summary = format!("the agent of {name} can do {part} again");
        let event = NewEvent::new(Kind::AgentRecovered, Some(host.clone()), "agent", summary).key(part);
        events::append(tx, &event, now).await?;
    }
    Ok(())
}
