//! Which run of which agent speaks, and whether its word is news. The judgement is pure.
//!
//! An agent numbers its words from 1 and takes a random `start_id` at each start. A number that is not above the last one
//! of its start is late. A start that was never heard before is a new start, and the agent is told to have started. A
//! start that was heard before another one is late too, as long as the newer one speaks: then it is the one that lives.

use std::time::Duration;

use ::store::Tx;
use events::{Kind, NewEvent};
use inventory::{Id, Timestamp};
use serde_json::json;

use crate::actions;
use crate::error::HostError;
use crate::overview::{column, shorten};
use crate::store::{hosts, words};

/// A newer start that was heard no longer ago than this is the one that lives.
const NEWER_LIVES: Duration = Duration::from_secs(300);

/// Whether a word was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It is the agent's latest.
    Applied,
    /// Something newer was heard before it: nothing is left to apply.
    Late,
}

/// What a word says of its speaker.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Speaker<'a> {
    pub(crate) boot_id: Option<&'a str>,
    pub(crate) start_id: &'a str,
    /// A report has no number: it is what is, whenever it comes.
    pub(crate) seq: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judgement {
    Follows,
    Starts,
    Late,
}

fn judge(last: &words::LastWord, speaker: Speaker<'_>, knows_start: bool, now: Timestamp) -> Judgement {
    let is_same = last.start_id.as_deref() == Some(speaker.start_id);
    match speaker.seq {
        Some(seq) if is_same && column(seq) <= last.seq => Judgement::Late,
        _ if is_same => Judgement::Follows,
        _ if !knows_start => Judgement::Starts,
        _ if last.last_seen_at.is_some_and(|seen| now.since(Timestamp(seen)) <= NEWER_LIVES) => {
            Judgement::Late
        }
        _ => Judgement::Follows,
    }
}

/// Whether the machine has booted between its last word and this one, of another start. Where either does not say which boot
/// it is, the last word tells: a goodbye.
fn is_other_boot(last: &words::LastWord, speaker: Speaker<'_>) -> bool {
    match (last.boot_id.as_deref(), speaker.boot_id) {
        (Some(before), Some(now)) => before != now,
        (None, _) | (_, None) => last.goodbye_at.is_some(),
    }
}

/// Hears a word: notes the speaker, and tells of a new start.
pub(crate) async fn hear(
    tx: &mut Tx,
    host: &Id,
    speaker: Speaker<'_>,
    now: Timestamp,
) -> Result<Heard, HostError> {
    let last = words::last_word(tx, host).await?;
    let knows = words::knows_start(tx, host, speaker.start_id).await?;
    let judgement = judge(&last, speaker, knows, now);
    if judgement == Judgement::Late {
        return Ok(Heard::Late);
    }
    let is_same = last.start_id.as_deref() == Some(speaker.start_id);
    let seq = speaker.seq.map_or(if is_same { last.seq } else { 0 }, column);
    words::set_heard(tx, host, speaker.boot_id, speaker.start_id, seq, now).await?;
    if judgement == Judgement::Starts {
        words::remember_start(tx, host, speaker.start_id, now).await?;
        if is_other_boot(&last, speaker) {
            actions::booted(tx, host, now).await?;
        }
        let rebooted = last.boot_id.is_some() && last.boot_id.as_deref() != speaker.boot_id;
        let name = hosts::name(tx, host).await?;
        let how = if rebooted { " after a reboot" } else { "" };
        let event = NewEvent::new(
            Kind::AgentStarted,
            Some(host.clone()),
            "agent",
            format!("the agent of {name} started{how}"),
        )
        .key(shorten(speaker.start_id))
        .data(json!({ "boot_id": speaker.boot_id, "rebooted": rebooted }));
        events::append(tx, &event, now).await?;
    }
    Ok(Heard::Applied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_news_and_what_is_late() {
        let seen = Timestamp(10_000_000);
        let last = words::LastWord {
            start_id: Some("new".into()),
            boot_id: None,
            seq: 5,
            last_seen_at: Some(seen.millis()),
            goodbye_at: None,
        };
        let nothing =
            words::LastWord { start_id: None, boot_id: None, seq: 0, last_seen_at: None, goodbye_at: None };
        let soon = seen.plus(NEWER_LIVES);
        let later = soon.plus(Duration::from_millis(1));
        let said = |start_id: &'static str, seq| Speaker { boot_id: None, start_id, seq };
        for (last, speaker, knows, now, expected) in [
            (&nothing, said("new", Some(1)), false, seen, Judgement::Starts),
            (&last, said("new", Some(6)), true, soon, Judgement::Follows),
            (&last, said("new", Some(5)), true, soon, Judgement::Late),
            (&last, said("new", Some(4)), true, later, Judgement::Late),
            (&last, said("new", None), true, soon, Judgement::Follows),
            (&last, said("newer", Some(1)), false, soon, Judgement::Starts),
            (&last, said("newer", None), false, soon, Judgement::Starts),
            (&last, said("old", Some(99)), true, soon, Judgement::Late),
            (&last, said("old", None), true, soon, Judgement::Late),
            (&last, said("old", Some(99)), true, later, Judgement::Follows),
        ] {
            assert_eq!(judge(last, speaker, knows, now), expected, "{speaker:?} at {now:?}");
        }
    }
}
