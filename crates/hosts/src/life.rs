//! What operators and plans do to a host.

use ::store::Tx;
use events::{Kind, NewEvent};
use inventory::{Id, Timestamp};
use serde_json::json;

use crate::error::HostError;
use crate::name::HostName;
use crate::state::{Event, IllegalTransition, State};
use crate::store::hosts;

/// Takes a host in.
///
/// # Errors
/// [`HostError::NoHost`]; [`HostError::Illegal`] when it is approved already.
pub async fn approve(tx: &mut Tx, id: &Id, actor: &str, now: Timestamp) -> Result<State, HostError> {
    let (name, from, to) = step(tx, id, Event::Approve).await?;
    let event =
        NewEvent::new(Kind::HostApproved, Some(id.clone()), actor, format!("{actor} approved {name}"))
            .data(json!({ "from": from, "to": to }));
    events::append(tx, &event, now).await?;
    Ok(to)
}

/// Lets something happen to a host: who, when and why is written down.
///
/// # Errors
/// [`HostError::NoHost`]; [`HostError::Illegal`] when it can't happen in the host's state.
pub async fn transition(
    tx: &mut Tx,
    id: &Id,
    event: Event,
    reason: &str,
    actor: &str,
    now: Timestamp,
) -> Result<State, HostError> {
    if event == Event::Approve {
        return approve(tx, id, actor, now).await;
    }
    let (name, from, to) = step(tx, id, event).await?;
    let summary = format!("{name} went from {from} to {to}: {reason}");
    let news = NewEvent::new(Kind::HostStateChanged, Some(id.clone()), actor, summary)
        .data(json!({ "from": from, "to": to, "event": event, "reason": reason }));
    events::append(tx, &news, now).await?;
    Ok(to)
}

/// News from a machine: applied when it fits the host's state; else kept, marked unexpected, and not applied. Answers the
/// new state, if there is one.
///
/// # Errors
/// [`HostError::NoHost`], or the database's.
pub async fn news(
    tx: &mut Tx,
    id: &Id,
    event: Event,
    reason: &str,
    actor: &str,
    now: Timestamp,
) -> Result<Option<State>, HostError> {
    match transition(tx, id, event, reason, actor, now).await {
        Err(HostError::Illegal(IllegalTransition { state, event })) => {
            let name = hosts::name(tx, id).await?;
            let summary = format!("news that does not fit: {name} is {state} and can't {event} ({reason})");
            let unexpected = NewEvent::new(Kind::HostUnexpected, Some(id.clone()), actor, summary)
                .data(json!({ "state": state, "event": event, "reason": reason }));
            events::append(tx, &unexpected, now).await?;
            Ok(None)
        }
        other => other.map(Some),
    }
}

/// Gives a host another name.
///
/// # Errors
/// [`HostError::NoHost`], [`HostError::BadName`], [`HostError::NameTaken`].
pub async fn rename(tx: &mut Tx, id: &Id, name: &str, actor: &str, now: Timestamp) -> Result<(), HostError> {
    let name: HostName = name.parse()?;
    let before = hosts::standing(tx, id).await?.name;
    if before == name.as_str() {
        return Ok(());
    }
    hosts::rename(tx, id, &name).await?;
    let event =
        NewEvent::new(Kind::HostRenamed, Some(id.clone()), actor, format!("{before} is now called {name}"))
            .data(json!({ "from": before, "to": name.as_str() }));
    events::append(tx, &event, now).await?;
    Ok(())
}

/// Deletes a host and all that is known of it but its events. Its agent has no key any more and enrols anew.
///
/// # Errors
/// [`HostError::NoHost`]; [`HostError::UnderWay`] where its installation is: nobody would know any more whose keys were handed
/// out; or the database's.
pub async fn delete(tx: &mut Tx, id: &Id, actor: &str, now: Timestamp) -> Result<(), HostError> {
    let standing = hosts::standing(tx, id).await?;
    let first = match standing.state {
        State::Armed => Some("muster host disarm"),
        State::Installing => Some("muster host release"),
        State::Discovered
        | State::Ready
        | State::Assigned
        | State::Installed
        | State::InService
        | State::Failed
        | State::Maintenance
        | State::Retired => None,
    };
    if let Some(first) = first {
        return Err(HostError::UnderWay { host: standing.name, state: standing.state, first });
    }
    hosts::delete(tx, id).await?;
    let summary = format!("{actor} deleted {}", standing.name);
    let event = NewEvent::new(Kind::HostDeleted, Some(id.clone()), actor, summary)
        .data(json!({ "name": standing.name, "state": standing.state }));
    events::append(tx, &event, now).await?;
    Ok(())
}

async fn step(tx: &mut Tx, id: &Id, event: Event) -> Result<(String, State, State), HostError> {
    let standing = hosts::standing(tx, id).await?;
    let to = standing.state.after(event)?;
    // A host that is no longer ours is approved no longer; one that comes back is approved anew.
    let approved = !matches!(to, State::Discovered | State::Retired);
    if !hosts::set_state(tx, id, standing.version, to, approved).await? {
        return Err(HostError::Changed(id.clone()));
    }
    Ok((standing.name, standing.state, to))
}
