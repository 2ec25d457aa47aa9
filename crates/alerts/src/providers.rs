//! The services that carry a message to a phone: one file each. An answer is told in the same words by all of them.

pub(crate) mod ntfy;

use std::time::Duration;

use crate::message::{cut, plain};

/// Characters of a reason: it stands in a list.
const REASON_BYTES: usize = 300;

/// What a provider answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It has the message.
    Delivered {
        /// What it calls it.
        id: String,
    },
    /// It may have it later.
    Retry {
        /// What happened.
        reason: String,
        /// For how long it asked for patience.
        after: Option<Duration>,
        /// It may have the message all the same.
        maybe_told: bool,
    },
    /// It will not have it, as things are set up.
    Misconfigured {
        /// What is set up wrongly.
        part: Part,
        /// Why.
        reason: String,
        /// It may have the message all the same.
        maybe_told: bool,
    },
}

/// What is set up wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The provider: its address or its token. No message goes through.
    Provider,
    /// The subscription: its topic. Others may go through.
    Subscription,
}

/// A reason that is safe to keep and to show: one short line, without the token.
pub(crate) fn masked(reason: &str, token: Option<&str>) -> String {
    let reason = match token.filter(|token| !token.is_empty()) {
        Some(token) => reason.replace(token, "…"),
        None => reason.to_owned(),
    };
    cut(&plain(&reason, REASON_BYTES), REASON_BYTES)
}
