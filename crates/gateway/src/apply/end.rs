//! How an apply ended.

use std::collections::BTreeSet;

use super::prove::Owned;
use crate::object::Service;
use crate::record::ApplyState;

/// How an apply ended.
#[derive(Debug, Clone)]
pub(crate) struct End {
    /// How.
    pub(crate) state: ApplyState,
    /// In words.
    pub(crate) words: String,
    /// Our objects that stand now, where that was read.
    pub(crate) owned: Option<Vec<Owned>>,
    /// Services that were left as they were, and have nothing to take up.
    pub(crate) settled: BTreeSet<Service>,
}

impl End {
    pub(crate) fn done(owned: Vec<Owned>) -> Self {
        Self { state: ApplyState::Done, words: String::new(), owned: Some(owned), settled: BTreeSet::new() }
    }

    pub(crate) fn undone(words: String, owned: Option<Vec<Owned>>, settled: BTreeSet<Service>) -> Self {
        Self { state: ApplyState::Undone, words, owned, settled }
    }

    pub(crate) fn half_done(words: String) -> Self {
        Self { state: ApplyState::HalfDone, words, owned: None, settled: BTreeSet::new() }
    }
}
