//! All that is known of one installation, and what can be read from it without looking at the time.

use hosts::State as HostState;
use inventory::{Id, Timestamp};

use super::{Step, Word};
use crate::arming::{Ended, Outcome};
use crate::role::Role;

/// One generation's way so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Course {
    /// The host.
    pub(crate) host: Id,
    /// What it is called here.
    pub(crate) name: String,
    /// Where it stands in its life.
    pub(crate) state: HostState,
    /// Which of its installations.
    pub(crate) generation: i64,
    /// What it becomes.
    pub(crate) role: Role,
    /// What it becomes, in words: `control-plane node cp1 of okd1.example.lan`.
    pub(crate) node: String,
    /// When it was armed.
    pub(crate) armed_at: Timestamp,
    /// From when on the arming counts no more.
    pub(crate) expires_at: Timestamp,
    /// When the node's document was handed out.
    pub(crate) consumed_at: Option<Timestamp>,
    /// To which address.
    pub(crate) consumed_by: Option<String>,
    /// When it ended, and how.
    pub(crate) ended: Option<Ended>,
    /// What happened, in the order in which it came.
    pub(crate) words: Vec<Word>,
    /// What of it is being told.
    pub(crate) told: Told,
}

/// What was told of a course and is not over yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// That nothing came in time after this step.
    pub(crate) overdue: Option<Step>,
    /// That its document counts as leaked, since when.
    pub(crate) leaked_at: Option<Timestamp>,
}

impl Course {
    /// The words of the boot that leads to the installation: a machine may begin anew as long as the arming is not used.
    pub(super) fn attempt(&self) -> &[Word] {
        let is_before = |word: &Word| self.consumed_at.is_none_or(|consumed| word.at <= consumed);
        let begins = self.words.iter().rposition(|word| word.step == Step::Script && is_before(word));
        self.words.get(begins.unwrap_or_default()..).unwrap_or_default()
    }

    /// How often it was given the installer.
    pub(super) fn attempts(&self) -> usize {
        let is_before = |word: &&Word| self.consumed_at.is_none_or(|consumed| word.at <= consumed);
        self.words.iter().filter(|word| word.step == Step::Script).filter(is_before).count()
    }

    /// The furthest step that was reached, when it came and when it was last heard of.
    pub(super) fn last(&self) -> (Step, Timestamp, Timestamp) {
        let good = self.attempt().iter().filter(|word| !word.failed && !self.is_again(word));
        let said = good.map(|word| (word.step, word.at, word.heard_at));
        let armed = (Step::Armed, self.armed_at, self.armed_at);
        let used = self.consumed_at.map(|consumed| (Step::Ignition, consumed, consumed));
        said.chain([armed]).chain(used).max_by_key(|(step, ..)| *step).unwrap_or(armed)
    }

    /// The newest of the current attempt that says that something failed.
    pub(super) fn failure(&self) -> Option<&Word> {
        self.attempt().iter().rev().find(|word| word.failed)
    }

    /// It asked for its script once more, after the node's document was handed out: the newest such word.
    pub(super) fn asked_again(&self) -> Option<&Word> {
        self.words.iter().rev().find(|word| self.is_again(word))
    }

    fn is_again(&self, word: &Word) -> bool {
        word.step == Step::Script && self.consumed_at.is_some_and(|consumed| word.at > consumed)
    }

    /// When the machine itself was heard last, after the node's document was handed out. What it only fetched vouches for nothing.
    pub(super) fn spoke_at(&self) -> Option<Timestamp> {
        let consumed = self.consumed_at?;
        let is_said =
            |word: &&Word| word.failed || word.step == Step::DiskChecked || word.step >= Step::Writing;
        let said = self.words.iter().filter(is_said).filter(|word| word.heard_at > consumed);
        said.map(|word| word.heard_at).max()
    }

    /// Whether this step was reached in the current attempt.
    pub(super) fn has(&self, step: Step) -> bool {
        self.attempt().iter().any(|word| word.step == step && !word.failed)
    }

    /// How much of the disk is written.
    pub(super) fn percent(&self) -> Option<u8> {
        let (last, ..) = self.last();
        self.attempt().iter().rev().find(|word| word.step == last && last == Step::Writing)?.percent
    }

    pub(super) fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    pub(super) fn ended_as(&self, outcome: Outcome) -> bool {
        self.ended.as_ref().is_some_and(|ended| ended.outcome == outcome)
    }
}

#[cfg(test)]
pub(crate) mod example;
