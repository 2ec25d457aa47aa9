//! Whether it happened: from what was seen of the machine before, and what is seen now. Pure.

use std::time::Duration;

use inventory::Timestamp;
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::machine::Signs;

/// Whether a machine is on, as far as anybody can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It is on.
    On,
    /// It is off.
    Off,
    /// Nobody can tell.
    Unknown,
}

/// That, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// In a word.
    pub level: Level,
    /// By what.
    pub words: String,
}

/// What is to be said of an act that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Nothing that tells.
    Nothing,
    /// It went down, and has not come back yet.
    Down(String),
    /// It happened.
    Happened(String),
}

/// When silence tells something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Silence {
    /// Once it has lasted so long.
    pub(crate) lasts: Duration,
    /// Since when is listened: what was said before, nobody heard.
    pub(crate) since: Timestamp,
}

/// What is known of the machine now. An agent that is silent for longer than `silence` is not heard any more. `went_off_at` is
/// when it was last seen going off because it was asked to: a goodbye alone may be an agent's that was stopped.
#[must_use]
pub fn standing(
    signs: &Signs,
    went_off_at: Option<Timestamp>,
    silence: Duration,
    now: Timestamp,
) -> Standing {
    let said = |level, words: String| Standing { level, words };
    let ago = |at: Timestamp| span(now.since(at));
    let newest_word = signs.goodbye_at.or(signs.heard_at);
    let boots = signs.booted_at.filter(|booted| newest_word.is_none_or(|word| *booted > word));
    let is_silent_since = |at: Timestamp| {
        boots.is_none_or(|booted| booted <= at)
            && (signs.goodbye_at.is_some() || signs.heard_at.is_none_or(|heard| heard <= at))
    };
    if let Some(at) = went_off_at.filter(|at| is_silent_since(*at)) {
        return said(
            Level::Off,
            format!("it was seen going off {} ago, and nothing was heard since", ago(at)),
        );
    }
    match (boots, signs.goodbye_at, signs.heard_at) {
        (Some(booted), _, _) if now.since(booted) <= silence => {
            said(Level::On, format!("it was seen booting {} ago", ago(booted)))
        }
        (Some(booted), _, _) => {
            let words =
                format!("it was seen booting {} ago, and nothing was heard of an agent since", ago(booted));
            said(Level::Unknown, words)
        }
        (None, Some(goodbye), _) => said(
            Level::Unknown,
            format!("its agent said goodbye {} ago, and nothing was heard since", ago(goodbye)),
        ),
        (None, None, Some(heard)) if now.since(heard) <= silence => {
            said(Level::On, format!("its agent was heard {} ago", ago(heard)))
        }
        (None, None, Some(heard)) => said(
            Level::Unknown,
            format!("nothing was heard of its agent for {}, and it did not say goodbye", ago(heard)),
        ),
        (None, None, None) => said(Level::Unknown, "nothing was ever heard of an agent there".to_owned()),
    }
}

/// What is to be said of `act`, which was tried at `tried_at`.
pub(crate) fn look(
    act: Act,
    tried_at: Timestamp,
    before: &Signs,
    signs: &Signs,
    silence: Silence,
    now: Timestamp,
) -> Sight {
    let later = |at: Timestamp| span(at.since(tried_at));
    let booted = signs.booted_at.filter(|at| *at > tried_at);
    let goodbye = signs.goodbye_at.filter(|at| *at > tried_at);
    let heard = signs.heard_at.filter(|at| *at > tried_at && signs.goodbye_at.is_none());
    let is_other_boot =
        signs.boot_id.is_some() && before.boot_id.is_some() && signs.boot_id != before.boot_id;
    // Silence tells something only of an agent that spoke before, and only once it has lasted.
    let spoke =
        before.heard_at.is_some_and(|at| tried_at.since(at) <= silence.lasts) && before.goodbye_at.is_none();
    let is_silent = |last: Timestamp| now.since(last.max(silence.since)) > silence.lasts;
    let fell_silent = signs.heard_at.filter(|last| spoke && goodbye.is_none() && is_silent(*last));
    match act {
        Act::On => match (booted, heard) {
            (Some(at), _) => Sight::Happened(format!("it was seen booting {} later", later(at))),
            (None, Some(_)) if spoke => Sight::Happened("its agent is heard, as it was before".to_owned()),
            (None, Some(at)) => Sight::Happened(format!("its agent was heard {} later", later(at))),
            (None, None) => Sight::Nothing,
        },
        Act::Off => match (booted.or(heard.filter(|_| is_other_boot)), goodbye, fell_silent) {
            (Some(_), _, _) => Sight::Nothing,
            (None, Some(at), _) => Sight::Happened(format!("its agent said goodbye {} later", later(at))),
            (None, None, Some(last)) => Sight::Happened(format!(
                "its agent fell silent: nothing was heard for {}",
                span(now.since(last))
            )),
            (None, None, None) => Sight::Nothing,
        },
        Act::Reset | Act::Cycle => {
            match (booted, heard.filter(|_| is_other_boot || !spoke), goodbye, fell_silent) {
                (Some(at), _, _, _) => Sight::Happened(format!("it was seen booting {} later", later(at))),
                (None, Some(at), _, _) => {
                    Sight::Happened(format!("its agent was heard {} later, in a new boot", later(at)))
                }
                (None, None, Some(at), _) => {
                    Sight::Down(format!("its agent said goodbye {} later", later(at)))
                }
                (None, None, None, Some(_)) => Sight::Down("its agent fell silent".to_owned()),
                (None, None, None, None) => Sight::Nothing,
            }
        }
    }
}

/// A span as people say it.
pub(crate) fn span(span: Duration) -> String {
    match span.as_secs() {
        secs @ 0..120 => format!("{secs} s"),
        secs @ 120..7_200 => format!("{} min", secs / 60),
        secs @ 7_200..172_800 => format!("{} h", secs / 3_600),
        secs => format!("{} days", secs / 86_400),
    }
}

#[cfg(test)]
mod tests;
