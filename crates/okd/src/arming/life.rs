//! What happens to an arming, each in the transaction of the host's state and of the event.

use std::net::IpAddr;

use ::store::Tx;
use events::{Kind, NewEvent};
use hosts::{Event, HostFacts, State};
use inventory::{Id, Timestamp};
use serde_json::json;

use super::{Arming, Occasion, Outcome};
use crate::error::OkdError;
use crate::store::arming as rows;

/// Writes an arming; its generation is the next of the host's. A host that was installed before goes on from there.
pub(super) async fn arm(
    tx: &mut Tx,
    mut arming: Arming,
    occasion: Occasion,
    made_of: i64,
    now: Timestamp,
) -> Result<Arming, OkdError> {
    let host = facts(tx, &arming.host).await?;
    // What the plan was made of stands still: the writer is one, and nothing comes between.
    if rows::assignment_version(tx, &arming.host).await? != Some(made_of) {
        return Err(OkdError::Changed(host.name));
    }
    if let Some(todo) = hindrance(host.state, occasion) {
        return Err(OkdError::State { host: host.name, state: host.state, todo: todo.to_owned() });
    }
    let actor = arming.armed_by.clone();
    if host.state == State::Installing {
        let why = "it is installed anew before it said how its installation ended";
        fail(tx, &arming.host, why, &actor, now).await?;
    } else if let Some(before) = rows::standing(&mut *tx, &arming.host).await? {
        // The installer ended, and nothing was heard since.
        rows::end(tx, &arming.host, before.generation, Outcome::Failed, now).await?;
    }
    arming.generation = rows::latest_generation(tx, &arming.host).await?.saturating_add(1);
    let reason = format!("{}, on {}", arming.words(), arming.target);
    hosts::transition(tx, &arming.host, Event::Arm, &reason, &actor, now).await?;
    rows::insert(tx, &arming, host.state).await?;
    let summary = format!(
        "{actor} armed the installation of {} as {}, on {}",
        host.name,
        arming.words(),
        arming.target
    );
    let event = event(Kind::InstallArmed, &arming.host, arming.generation, &actor, summary).data(json!({
        "generation": arming.generation, "cluster": arming.cluster, "role": arming.role,
        "hostname": arming.hostname, "target": arming.target, "expires_at": arming.expires_at,
    }));
    events::append(tx, &event, now).await?;
    Ok(arming)
}

/// Why a host in this state is not armed on this occasion, as what is to be done first.
pub(super) const fn hindrance(state: State, occasion: Occasion) -> Option<&'static str> {
    match (state, occasion) {
        (State::Assigned | State::Failed, _)
        | (State::Installing | State::Installed | State::InService, Occasion::Again) => None,
        (State::Installing | State::Installed | State::InService, Occasion::First) => {
            Some("to install it anew say muster host reprovision")
        }
        (State::Discovered, _) => Some("take it in first, with muster host approve"),
        (State::Ready, _) => Some("give it a role first, with muster host set-role"),
        (State::Armed, _) => Some("to arm it anew, disarm it first with muster host disarm"),
        (State::Maintenance, _) => Some("end the maintenance first"),
        (State::Retired, _) => Some("it is no longer one of ours: approve it first"),
    }
}

/// Uses an arming: the node's document goes out to `address`, and to nobody else, ever. To be called in the transaction
/// whose end is waited for before a byte of the document is sent.
///
/// # Errors
/// [`OkdError::NotArmed`] where this generation does not stand any more, was used or ran out.
pub async fn consume(
    tx: &mut Tx,
    host: &Id,
    generation: i64,
    address: IpAddr,
    now: Timestamp,
) -> Result<(), OkdError> {
    let host = facts(tx, host).await?;
    if !rows::consume(tx, &host.id, generation, address, now).await? {
        return Err(OkdError::NotArmed(host.name));
    }
    let reason =
        format!("its installer at {address} was given the node's document of generation {generation}");
    hosts::transition(tx, &host.id, Event::InstallStarted, &reason, &address.to_string(), now).await?;
    let summary =
        format!("the node's document of {}, generation {generation}, was handed out to {address}", host.name);
    let event = event(Kind::InstallStarted, &host.id, generation, &address.to_string(), summary)
        .data(json!({ "generation": generation, "address": address }));
    events::append(tx, &event, now).await?;
    Ok(())
}

/// Takes back what stands and was not used.
pub(super) async fn disarm(tx: &mut Tx, id: &Id, actor: &str, now: Timestamp) -> Result<Arming, OkdError> {
    let host = facts(tx, id).await?;
    let Some(arming) = rows::standing(&mut *tx, id).await? else {
        return settle(tx, host, actor, now).await;
    };
    if arming.consumed_at.is_some() {
        let todo = "its document was handed out, and what its installer does now can't be taken back: wait for its end, or release it";
        return Err(OkdError::State { host: host.name, state: host.state, todo: todo.to_owned() });
    }
    let generation = arming.generation;
    rows::end(tx, id, generation, Outcome::Disarmed, now).await?;
    let reason = format!("{actor} took back generation {generation}");
    let goes = back(tx, id, generation).await?;
    hosts::transition(tx, id, goes, &reason, actor, now).await?;
    let summary = format!("{actor} disarmed {}: generation {generation} was not used", host.name);
    let event = event(Kind::InstallDisarmed, id, generation, actor, summary)
        .data(json!({ "generation": generation, "outcome": Outcome::Disarmed }));
    events::append(tx, &event, now).await?;
    Ok(arming)
}

/// An operator has seen that nothing came of the last generation, and leaves the host as it is: nothing is wrong with that any more.
async fn settle(tx: &mut Tx, host: HostFacts, actor: &str, now: Timestamp) -> Result<Arming, OkdError> {
    let came_to_nothing = |arming: &Arming| {
        let ended = arming.ended.as_ref().map(|ended| ended.outcome);
        arming.consumed_at.is_none() && matches!(ended, Some(Outcome::Failed | Outcome::Mismatched))
    };
    let latest = rows::latest(&mut *tx, &host.id).await?.filter(came_to_nothing);
    let arming = latest.ok_or_else(|| OkdError::NotArmed(host.name.clone()))?;
    let summary = format!(
        "{actor} leaves {} as it is: generation {} came to nothing, and nothing was written",
        host.name, arming.generation
    );
    let event = event(Kind::InstallDisarmed, &host.id, arming.generation, actor, summary).data(
        json!({ "generation": arming.generation, "outcome": arming.ended.as_ref().map(|it| it.outcome) }),
    );
    events::append(tx, &event, now).await?;
    Ok(arming)
}

/// What becomes of an armed host whose generation ends unused: it goes back to where it was. One that was in service when it was
/// to be installed anew still is; one whose installation before was given up for this one may still come to a good end, when
/// the system speaks that lies on its disk.
pub(crate) async fn back(tx: &mut Tx, id: &Id, generation: i64) -> Result<Event, OkdError> {
    Ok(match rows::was(tx, id, generation).await? {
        Some(State::InService) => Event::StayInService,
        Some(State::Failed | State::Installing | State::Installed) => Event::StayFailed,
        _ => Event::Disarm,
    })
}

/// An operator gives up an installation that is on its way.
async fn fail(tx: &mut Tx, id: &Id, why: &str, actor: &str, now: Timestamp) -> Result<(), OkdError> {
    let Some(arming) = rows::standing(&mut *tx, id).await? else {
        hosts::transition(tx, id, Event::InstallFailed, why, actor, now).await?;
        return Ok(());
    };
    rows::end(tx, id, arming.generation, Outcome::Failed, now).await?;
    hosts::transition(tx, id, Event::InstallFailed, why, actor, now).await?;
    let summary = format!("{actor} gave up generation {}: {why}", arming.generation);
    let event = event(Kind::InstallDisarmed, id, arming.generation, actor, summary)
        .data(json!({ "generation": arming.generation, "outcome": Outcome::Failed }));
    events::append(tx, &event, now).await?;
    Ok(())
}

/// Takes a host's role back: it is ready for another one. What was armed is taken back with it; answers whether anything was
/// ever written to one of its disks by us, and where.
pub(super) async fn release(
    tx: &mut Tx,
    id: &Id,
    actor: &str,
    now: Timestamp,
) -> Result<Option<Arming>, OkdError> {
    let host = facts(tx, id).await?;
    match host.state {
        State::Armed => {
            disarm(tx, id, actor, now).await?;
        }
        State::Installing => fail(tx, id, "it was released", actor, now).await?,
        State::Assigned | State::Installed | State::InService | State::Failed => {
            if let Some(arming) = rows::standing(&mut *tx, id).await? {
                rows::end(tx, id, arming.generation, Outcome::Failed, now).await?;
            }
        }
        state @ (State::Discovered | State::Ready | State::Maintenance | State::Retired) => {
            let todo = "it has no role to give up".to_owned();
            return Err(OkdError::State { host: host.name, state, todo });
        }
    }
    let role = crate::assignment::release(tx, id).await?;
    let was = role
        .map_or_else(|| "its role".to_owned(), |it| format!("{} {} of {}", it.role, it.hostname, it.cluster));
    hosts::transition(tx, id, Event::Release, &format!("it is no longer {was}"), actor, now).await?;
    Ok(rows::last_used(tx, id).await?)
}

async fn facts(tx: &mut Tx, id: &Id) -> Result<HostFacts, OkdError> {
    hosts::facts(&mut *tx, id).await?.ok_or_else(|| OkdError::NoHost(id.clone()))
}

fn event(kind: Kind, host: &Id, generation: i64, actor: &str, summary: String) -> NewEvent {
    NewEvent::new(kind, Some(host.clone()), actor, summary).key(generation.to_string())
}
