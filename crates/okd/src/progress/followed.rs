//! What follows, written down: each change of an installation in one transaction with its events and the host's state.

use ::store::Tx;
use events::{Kind, NewEvent};
use gateway::wish::Label;
use hosts::{Event, HostError, State};
use inventory::{Id, Timestamp};

use super::consequence::{Consequence, consequences};
use super::course::{Course, Told};
use super::expect::LEAK_AFTER;
use super::record::{KEPT, Record, record};
use super::standing::standing;
use super::telling::{self, SERVER};
use super::{Saying, Step, Word};
use crate::arming::Outcome;
use crate::error::OkdError;
use crate::store::progress as rows;
use crate::store::{arming, assignment};

/// Takes a word, and what follows from it. `false` where it changed nothing.
pub(super) async fn take(
    tx: &mut Tx,
    host: &Id,
    generation: i64,
    said: &Saying,
    now: Timestamp,
    deaf: bool,
) -> Result<bool, OkdError> {
    let Some(course) = rows::course(tx, host, generation).await? else { return Ok(false) };
    match record(&course, said, now) {
        Record::Nothing => return Ok(false),
        Record::New => rows::add(tx, &word(&course, said, now), KEPT).await?,
        Record::Again(place) => {
            if let Some(word) = course.words.get(place) {
                rows::again(tx, word, said, now).await?;
            }
        }
    }
    review(tx, host, generation, now, deaf).await?;
    Ok(true)
}

fn word(course: &Course, said: &Saying, now: Timestamp) -> Word {
    Word {
        host: course.host.clone(),
        generation: course.generation,
        step: said.step,
        failed: said.failed,
        at: now,
        heard_at: now,
        percent: said.percent,
        words: said.words.clone(),
    }
}

/// Writes what follows now from where an installation stands. `false` where that is nothing. What is silent is not late for one
/// who did not listen until now.
pub(super) async fn review(
    tx: &mut Tx,
    host: &Id,
    generation: i64,
    now: Timestamp,
    deaf: bool,
) -> Result<bool, OkdError> {
    let Some(course) = rows::course(tx, host, generation).await? else { return Ok(false) };
    let mut follows = consequences(&course, now);
    follows.retain(|it| !(deaf && it.is_of_silence()));
    for consequence in &follows {
        write(tx, &course, *consequence, now).await?;
    }
    if !follows.is_empty() {
        rows::tell(tx, host, generation, told(course.told, &follows, now)).await?;
    }
    Ok(!follows.is_empty())
}

/// What is being told after all this.
fn told(before: Told, follows: &[Consequence], now: Timestamp) -> Told {
    follows.iter().fold(before, |told, consequence| match consequence {
        Consequence::CaughtUp => Told::default(),
        Consequence::Overdue(step) => Told { overdue: Some(*step), ..told },
        Consequence::Leaked => Told { leaked_at: Some(now), ..told },
        Consequence::Failed(_) | Consequence::Expired => Told { overdue: None, ..told },
        Consequence::InstallerEnded => told,
    })
}

async fn write(
    tx: &mut Tx,
    course: &Course,
    consequence: Consequence,
    now: Timestamp,
) -> Result<(), OkdError> {
    let standing = standing(course, now);
    let (kind, summary) = match consequence {
        Consequence::CaughtUp => (Kind::InstallCaughtUp, telling::caught_up(course, &standing)),
        Consequence::Overdue(_) => (Kind::InstallOverdue, telling::overdue(course, &standing, now)),
        Consequence::Leaked => (Kind::InstallLeaked, telling::leaked(course, now)),
        Consequence::InstallerEnded => {
            return goes(tx, course, Event::InstallEnded, "the installer says that it has ended", now).await;
        }
        Consequence::Failed(outcome) => {
            arming::end(tx, &course.host, course.generation, outcome, now).await?;
            let happens = match course.consumed_at {
                Some(_) => Event::InstallFailed,
                None => crate::arming::back(tx, &course.host, course.generation).await?,
            };
            goes(tx, course, happens, &standing.text, now).await?;
            (Kind::InstallFailed, telling::failed(course, &standing, now))
        }
        Consequence::Expired => {
            arming::end(tx, &course.host, course.generation, Outcome::Expired, now).await?;
            let back = crate::arming::back(tx, &course.host, course.generation).await?;
            goes(tx, course, back, "its arming ran out", now).await?;
            (Kind::InstallDisarmed, telling::expired(course))
        }
    };
    events::append(tx, &telling::event(kind, course, summary, &standing), now).await?;
    Ok(())
}

/// The host's state follows, where it can: an operator may have been faster.
async fn goes(
    tx: &mut Tx,
    course: &Course,
    event: Event,
    reason: &str,
    now: Timestamp,
) -> Result<(), OkdError> {
    let reason = format!("{reason} (generation {})", course.generation);
    hosts::news(tx, &course.host, event, &reason, SERVER, now).await?;
    Ok(())
}

/// Refuses that a host is deleted while it is not known yet whether its document is in the right hands: its machine's silence
/// would be told of nobody.
///
/// # Errors
/// [`OkdError::State`]; or the database's.
pub async fn refuse_delete(tx: &mut Tx, host: &Id, now: Timestamp) -> Result<(), OkdError> {
    let Some(last) = arming::last_used(&mut *tx, host).await? else { return Ok(()) };
    let Some(course) = rows::course(tx, host, last.generation).await? else { return Ok(()) };
    let is_fresh = course.consumed_at.is_some_and(|at| now.since(at) < LEAK_AFTER);
    if !is_fresh || course.spoke_at().is_some() || course.ended_as(Outcome::Installed) {
        return Ok(());
    }
    let todo = "its node's document was handed out just now, and its machine has not spoken since: delete it in five minutes, when it is \
                known whether the document is in the right hands"
        .to_owned();
    Err(OkdError::State { host: course.name, state: course.state, todo })
}

/// What may have leaked of a cluster opens nothing any more: `why`.
pub(crate) async fn leaks_are_moot(
    tx: &mut Tx,
    cluster: &Label,
    why: &str,
    actor: &str,
    now: Timestamp,
) -> Result<(), OkdError> {
    for (host, generation) in rows::leaked(tx, cluster).await? {
        let summary =
            format!("what may have leaked by generation {generation} opens nothing any more: {why}");
        let event =
            NewEvent::new(Kind::InstallCaughtUp, Some(host), actor, summary).key(generation.to_string());
        events::append(tx, &event, now).await?;
    }
    Ok(())
}

/// The agent that the node's document brought has enrolled: the installation is done, in the transaction of the enrolment.
/// An older generation's agent says nothing of a newer one that was used; `false` then. Of one that is armed over it and not
/// used yet it says what the host goes back to.
///
/// # Errors
/// The database's.
pub async fn joined(tx: &mut Tx, host: &Id, generation: i64, now: Timestamp) -> Result<bool, OkdError> {
    let Some(course) = rows::course(tx, host, generation).await? else { return Ok(false) };
    let lies_on_the_disk =
        arming::last_used(&mut *tx, host).await?.is_some_and(|last| last.generation == generation);
    let may = course.ended.is_none() || course.ended_as(Outcome::Failed);
    if !lies_on_the_disk || !may {
        return Ok(false);
    }
    let armed_anew = match course.state {
        State::Armed => arming::standing(&mut *tx, host).await?,
        _ => None,
    };
    match armed_anew {
        Some(anew) => arming::was_in_service(tx, host, anew.generation).await?,
        None => {
            let reason = "the installed system's agent spoke";
            match hosts::transition(tx, host, Event::Joined, reason, SERVER, now).await {
                // An operator has other plans with it meanwhile.
                Err(HostError::Illegal(_)) => return Ok(false),
                other => other?,
            };
        }
    }
    for step in [Step::Agent, Step::InService] {
        let said = Saying { step, failed: false, percent: None, words: String::new() };
        rows::add(tx, &word(&course, &said, now), KEPT).await?;
    }
    arming::end(tx, host, generation, Outcome::Installed, now).await?;
    // What was typed with the role was for what lay there before: what lies there now is a node.
    assignment::wipe_is_done(tx, host, now).await?;
    rows::tell(tx, host, generation, Told::default()).await?;
    events::append(tx, &telling::installed(&course, now), now).await?;
    Ok(true)
}
