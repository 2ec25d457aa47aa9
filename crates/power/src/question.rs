//! What somebody in the room is asked to do.

use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::machine::Machine;

/// A request to press a button, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its id.
    pub id: Id,
    /// At which host.
    pub host: Id,
    /// What is to happen.
    pub act: Act,
    /// What to do, in a sentence.
    pub words: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// Not after this.
    pub expires_at: Timestamp,
    /// What was answered: `done`, `cannot`, `expired`, `withdrawn`.
    pub answer: Option<String>,
    /// By whom.
    pub answered_by: Option<String>,
    /// When.
    pub answered_at: Option<Timestamp>,
}

/// The sentence for the one who walks there. Name and place are of narrow alphabets.
pub(crate) fn words(act: Act, machine: &Machine) -> String {
    let name = &machine.name;
    let at = match &machine.place {
        Some(place) => format!("{name} at {place}"),
        None => format!("{name} (nobody said where it stands)"),
    };
    match act {
        Act::On => format!("Please switch {at} on: press its power button"),
        Act::Off => format!("Please switch {at} off: hold its power button until it is off"),
        Act::Reset => {
            format!(
                "Please reset {at}: press its reset button, or hold its power button until it is off and press it again"
            )
        }
        Act::Cycle => {
            format!(
                "Please switch {at} off and on: hold its power button until it is off, wait ten seconds, press it again"
            )
        }
    }
}
