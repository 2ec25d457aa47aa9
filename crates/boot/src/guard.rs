//! The loop guard: tells a machine that boots again and again from one that boots. Pure.
//!
//! What is counted are boots, not requests: iPXE asks twice where an answer was lost, and a machine in trouble hammers. A boot
//! counts until its agent speaks: then it led where it should. Only what follows from a host's state is counted, never what an
//! operator asked for, and never a boot for which the site had no answer.

use std::time::Duration;

use inventory::Timestamp;
use serde::{Deserialize, Serialize};

/// A request this soon after the one before is of the same boot. No machine comes through its firmware faster.
const RETRY: Duration = Duration::from_secs(20);
/// But no boot asks for longer.
const ONE_BOOT: Duration = Duration::from_secs(120);
/// This many boots of one kind in its window, and no word of an agent: the next one is held.
pub const BOOTS: usize = 5;
/// Boots that are remembered; of each kind no more than [`BOOTS`] matter.
const REMEMBERED: usize = Given::ALL.len() * BOOTS;
/// At most one other iPXE in this time.
const SWITCH_PAUSE: Duration = Duration::from_secs(120);

/// What a boot was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Given {
    /// A discovery system.
    Discovery,
    /// The local disk, because its state says so.
    LocalDisk,
    /// The installer: it stands for another try until its document is handed out.
    Install,
}

/// The boots of one machine since its agent was last heard.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Guard {
    /// When each began, and what it was given; oldest first.
    boots: Vec<(Timestamp, Given)>,
    /// The last request of the last boot.
    last_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<Hold>,
    /// When it was last sent to another iPXE. Not stored: a restart in this very minute costs one more try.
    #[serde(skip)]
    switched_at: Option<Timestamp>,
}

/// A machine is held at its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Since when.
    pub since: Timestamp,
    /// What it was given, again and again.
    pub given: Given,
}

impl Given {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Discovery, Self::LocalDisk, Self::Install];

    /// In which time the boots have to come.
    #[must_use]
    pub const fn window(self) -> Duration {
        match self {
            // A live system is a gigabyte: five of them take their time.
            Self::Install => Duration::from_secs(60 * 60),
            Self::Discovery => Duration::from_secs(30 * 60),
            // A disk that starts nothing sends its machine back at once.
            Self::LocalDisk => Duration::from_secs(15 * 60),
        }
    }
}

impl Hold {
    /// What happened, as a sentence goes on.
    #[must_use]
    pub fn in_words(&self) -> String {
        let minutes = self.given.window().as_secs() / 60;
        match self.given {
            Given::Discovery => {
                format!(
                    "it booted {BOOTS} times in {minutes} minutes for discovery, and its agent was not heard"
                )
            }
            Given::Install => format!(
                "it was given its installer {BOOTS} times in {minutes} minutes, and did not come as far as to ask for its node's document"
            ),
            Given::LocalDisk => format!(
                "it came back {BOOTS} times in {minutes} minutes from its local disk: nothing on it starts, or the firmware does not try it"
            ),
        }
    }
}

impl Guard {
    /// A request comes at `now`; the agent of this machine's host was last heard at `heard_at`. Answers whether it is held.
    pub fn asks(&mut self, heard_at: Option<Timestamp>, now: Timestamp) -> Option<Hold> {
        if let Some(heard_at) = heard_at {
            self.boots.retain(|(at, _)| *at > heard_at);
            self.hold = self.hold.filter(|hold| hold.since > heard_at);
        }
        if self.hold.is_none() && self.is_new_boot(now) {
            let given = Given::ALL.into_iter().find(|given| self.loops(*given, now));
            self.hold = given.map(|given| Hold { since: now, given });
        }
        self.hold
    }

    /// That request was answered with this.
    pub fn answered(&mut self, given: Given, now: Timestamp) {
        if self.is_new_boot(now) {
            self.boots.push((now, given));
            let too_many = self.boots.len().saturating_sub(REMEMBERED);
            self.boots.drain(..too_many);
        }
        self.last_at = now;
    }

    /// It is sent to another iPXE now.
    pub fn switches(&mut self, now: Timestamp) {
        self.switched_at = Some(now);
    }

    /// Whether it may be sent to another iPXE.
    #[must_use]
    pub fn may_switch(&self, now: Timestamp) -> bool {
        self.switched_at.is_none_or(|at| now.since(at) >= SWITCH_PAUSE)
    }

    /// What is held, if it is.
    #[must_use]
    pub const fn hold(&self) -> Option<Hold> {
        self.hold
    }

    /// When it was last asked.
    #[must_use]
    pub const fn last_at(&self) -> Timestamp {
        self.last_at
    }

    /// It says nothing any more at `now`.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.hold.is_none()
            && self.may_switch(now)
            && self.boots.iter().all(|(at, _)| Given::ALL.iter().all(|given| now.since(*at) > given.window()))
    }

    fn is_new_boot(&self, now: Timestamp) -> bool {
        let began = self.boots.last().map(|(at, _)| *at);
        began.is_none_or(|began| now.since(self.last_at) >= RETRY || now.since(began) >= ONE_BOOT)
    }

    fn loops(&self, given: Given, now: Timestamp) -> bool {
        let recent = |(at, was): &&(Timestamp, Given)| *was == given && now.since(*at) <= given.window();
        self.boots.iter().filter(recent).count() >= BOOTS
    }
}

#[cfg(test)]
mod tests;
