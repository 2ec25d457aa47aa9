//! When a condition fires, changes and is over: two thresholds, each with a place where it fires and one where it is
//! clear again, each with a time for which that has to hold. Pure.
//!
//! ```text
//!            fires for its time                 clear for the clear time
//!   ok ──▶ pending ──▶ firing (low ⇄ high) ──▶ resolving ──▶ ok
//!     ◀── no longer ──┘                   ◀── not clear ──┘
//! ```
//!
//! Between the two places nothing moves: neither is a pending condition kept waiting there, nor is a firing one over. A
//! reading that is missing moves nothing either: silence is not health.

use std::time::Duration;

use inventory::Timestamp;
use serde::{Deserialize, Serialize};

/// Which of the two thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Level {
    /// The lower one; a rule with one threshold has only this.
    Low,
    /// The upper one.
    High,
}

/// Where a reading lies of one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Zone {
    /// Below the place where it is clear again.
    #[default]
    Clear,
    /// Between the two places.
    Between,
    /// At the place where it fires, or above.
    Fires,
}

impl Zone {
    /// Where `value` lies of a threshold that fires at one value and is clear below another.
    pub(crate) fn of(value: f64, fires_at: f64, clear_below: f64) -> Self {
        if value >= fires_at {
            Self::Fires
        } else if value < clear_below {
            Self::Clear
        } else {
            Self::Between
        }
    }
}

/// One reading, seen from both thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Reading {
    /// Of the lower threshold.
    pub(crate) low: Zone,
    /// Of the upper one.
    pub(crate) high: Zone,
    /// So high that its time is not waited for.
    pub(crate) at_once: bool,
}

/// For how long something has to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Timing {
    /// At the lower threshold before it fires.
    pub(crate) low_for: Duration,
    /// At the upper one.
    pub(crate) high_for: Duration,
    /// Clear, before it is over.
    pub(crate) clear_for: Duration,
}

/// What is remembered of one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Track {
    /// Since when every reading was at or above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    over_since: Option<Timestamp>,
    /// Since when every reading was clear of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    clear_since: Option<Timestamp>,
}

/// What is remembered of one condition. The default is: all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    #[serde(skip_serializing_if = "Option::is_none")]
    firing: Option<Level>,
    low: Track,
    high: Track,
}

/// What has just happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transition {
    /// It fires.
    Fired(Level),
    /// It fires at another level.
    Changed(Level),
    /// It is over.
    Resolved,
}

impl Track {
    fn step(self, zone: Zone, now: Timestamp) -> Self {
        Self {
            over_since: (zone == Zone::Fires).then(|| self.over_since.unwrap_or(now)),
            clear_since: (zone == Zone::Clear).then(|| self.clear_since.unwrap_or(now)),
        }
    }
}

/// Whether something has held since `since` for `span`. A clock that was set back makes it wait, never fire.
fn held(since: Option<Timestamp>, span: Duration, now: Timestamp) -> bool {
    since.is_some_and(|since| now >= since && now.since(since) >= span)
}

impl State {
    /// At which level it fires, if it does.
    pub(crate) fn firing(self) -> Option<Level> {
        self.firing
    }

    /// Whether there is nothing to remember.
    pub(crate) fn is_ok(self) -> bool {
        self.firing.is_none() && self.low.over_since.is_none() && self.high.over_since.is_none()
    }

    /// Since when it waits to fire, if it does.
    pub(crate) fn pending_since(self) -> Option<Timestamp> {
        let since = self.low.over_since.into_iter().chain(self.high.over_since).min();
        since.filter(|_| self.firing.is_none())
    }
}

/// Takes a reading; answers the new state, and what has just happened, if anything has.
pub(crate) fn step(
    state: State,
    reading: Option<Reading>,
    timing: Timing,
    now: Timestamp,
) -> (State, Option<Transition>) {
    let Some(reading) = reading else { return (state, None) };
    let low = state.low.step(reading.low, now);
    let high = state.high.step(reading.high, now);
    let high_for = if reading.at_once { Duration::ZERO } else { timing.high_for };
    let is_high = held(high.over_since, high_for, now);
    let is_low = held(low.over_since, timing.low_for, now);
    let low_is_over = held(low.clear_since, timing.clear_for, now);
    let high_is_over = held(high.clear_since, timing.clear_for, now);
    let firing = match state.firing {
        None if is_high => Some(Level::High),
        None if is_low => Some(Level::Low),
        None => None,
        Some(Level::Low) if is_high => Some(Level::High),
        Some(_) if low_is_over && high_is_over => None,
        Some(Level::High) if high_is_over => Some(Level::Low),
        Some(level) => Some(level),
    };
    let transition = match (state.firing, firing) {
        (None, Some(level)) => Some(Transition::Fired(level)),
        (Some(_), None) => Some(Transition::Resolved),
        (Some(was), Some(is)) if was != is => Some(Transition::Changed(is)),
        _ => None,
    };
    let state = State { firing, low, high };
    // Well is well: since when does not matter, and is not kept.
    (if state.is_ok() { State::default() } else { state }, transition)
}

#[cfg(test)]
mod tests;
