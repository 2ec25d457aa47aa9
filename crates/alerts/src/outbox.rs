//! What becomes of a message that waits: pure decisions.
//!
//! The outbox has one row a *lane*: one topic, one incident. The row says up to which transition the topic should be told,
//! and up to which it was. A transition that comes while an older one waits takes its place, so that nothing overtakes and
//! nothing stale is sent; what is sent is always the incident as it stands.
//!
//! Delivery is at least once. Every message of a lane has the same [`sequence_id`], so that on the phone a message that
//! arrives twice, or a later one, takes the place of the first.

use std::time::Duration;

use data_encoding::BASE32_NOPAD;
use inventory::Id;
use sha2::{Digest, Sha256};

use crate::incident::IncidentState;
use crate::mute::Hearing;
use crate::severity::Severity;

/// After this time a message is given up: it would be news of yesterday.
pub(crate) const EXPIRES_AFTER: Duration = Duration::from_secs(24 * 3600);
/// How often something that is set up wrongly is tried again. Thirty failures lock an address out of ntfy.
pub(crate) const PROBE_EVERY: Duration = Duration::from_secs(600);
/// How often a message that is held back is looked at again.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_secs(30);
const FIRST_RETRY: Duration = Duration::from_secs(2);
const LONGEST_RETRY: Duration = Duration::from_secs(300);
/// A server may ask for patience, within reason.
const LONGEST_PATIENCE: Duration = Duration::from_secs(3600);

/// What is known when a lane's turn comes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// The topic was told of the incident, or may have been.
    pub(crate) knows: bool,
    /// How long the message waits.
    pub(crate) waited: Duration,
    /// Whether the incident lasts.
    pub(crate) state: IncidentState,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// From where on the subscriber wants to hear.
    pub(crate) min_severity: Severity,
    /// How the host is heard now; `Off` when it is gone.
    pub(crate) hearing: Hearing,
}

/// What is done with a message whose turn has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is sent.
    Send,
    /// It waits: the host is worked on.
    Hold,
    /// Nobody needs to know.
    Drop,
    /// It is too old.
    GiveUp,
}

/// Decides over a message whose turn has come.
///
/// Who was told that something is wrong is always told that it is over, whatever has become of the host. Who was told
/// nothing is told of what is over only where it would have rung: "was missing, is back".
pub(crate) fn decide(turn: Turn) -> Verdict {
    match whether_wanted(turn) {
        Verdict::Send if turn.waited >= EXPIRES_AFTER => Verdict::GiveUp,
        verdict => verdict,
    }
}

fn whether_wanted(turn: Turn) -> Verdict {
    let is_wanted = turn.severity >= turn.min_severity;
    match (turn.state, turn.hearing) {
        (IncidentState::Resolved, _) if turn.knows => Verdict::Send,
        (IncidentState::Resolved, Hearing::Told) if is_wanted => Verdict::Send,
        (IncidentState::Resolved, _) => Verdict::Drop,
        (IncidentState::Open, Hearing::Off) => Verdict::Drop,
        (IncidentState::Open, _) if !is_wanted && !turn.knows => Verdict::Drop,
        (IncidentState::Open, Hearing::Held) => Verdict::Hold,
        (IncidentState::Open, Hearing::Told) => Verdict::Send,
    }
}

/// How long to wait after so many failures: doubled each time, and then any part of it, so that many do not knock together.
/// `chance` lies between 0 and 1.
pub(crate) fn backoff(failures: u32, chance: f64) -> Duration {
    let doubled = FIRST_RETRY.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1).min(16)));
    doubled.min(LONGEST_RETRY).mul_f64(chance.clamp(0.0, 1.0))
}

/// How long to wait when the server says how long.
pub(crate) fn patience(asked: Duration) -> Duration {
    asked.min(LONGEST_PATIENCE)
}

/// A number between 0 and 1.
pub(crate) fn chance() -> f64 {
    let mut random = [0_u8; 4];
    // Without the kernel's generator the wait is the longest, which is safe.
    if getrandom::fill(&mut random).is_err() {
        return 1.0;
    }
    f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX)
}

/// What all messages of a lane are known by: 32 characters that say nothing of what they are made from.
pub(crate) fn sequence_id(subscription: &Id, about: &str) -> String {
    let digest =
        Sha256::new().chain_update(subscription.as_str()).chain_update([0]).chain_update(about).finalize();
    BASE32_NOPAD.encode(&digest).to_ascii_lowercase().chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TURN: Turn = Turn {
        knows: false,
        waited: Duration::ZERO,
        state: IncidentState::Open,
        severity: Severity::Warn,
        min_severity: Severity::Info,
        hearing: Hearing::Told,
    };
    const OVER: Turn = Turn { state: IncidentState::Resolved, ..TURN };

    #[test]
    fn what_lasts_is_told_to_those_who_want_to_hear() {
        assert_eq!(decide(TURN), Verdict::Send);
        let quiet = Turn { min_severity: Severity::Crit, ..TURN };
        assert_eq!(decide(quiet), Verdict::Drop);
        // Who heard that it was critical hears that it is not any more.
        assert_eq!(decide(Turn { knows: true, ..quiet }), Verdict::Send);
        assert_eq!(decide(Turn { hearing: Hearing::Held, ..TURN }), Verdict::Hold);
        assert_eq!(decide(Turn { hearing: Hearing::Off, ..TURN }), Verdict::Drop);
    }

    #[test]
    fn an_end_is_told_to_those_who_know_and_never_to_those_who_would_not() {
        for hearing in [Hearing::Told, Hearing::Held, Hearing::Off] {
            for min_severity in [Severity::Info, Severity::Crit] {
                let knows = Turn { knows: true, hearing, min_severity, ..OVER };
                assert_eq!(decide(knows), Verdict::Send, "{knows:?}");
                let would_have_rung = hearing == Hearing::Told && min_severity == Severity::Info;
                let expected = if would_have_rung { Verdict::Send } else { Verdict::Drop };
                assert_eq!(decide(Turn { knows: false, ..knows }), expected);
            }
        }
    }

    #[test]
    fn what_is_a_day_old_is_given_up() {
        let old = Turn { waited: EXPIRES_AFTER, ..TURN };
        assert_eq!(decide(old), Verdict::GiveUp);
        assert_eq!(decide(Turn { knows: true, ..old }), Verdict::GiveUp);
        // A host may be worked on for a week, and what nobody wants is not given up but dropped.
        assert_eq!(decide(Turn { hearing: Hearing::Held, ..old }), Verdict::Hold);
        assert_eq!(decide(Turn { hearing: Hearing::Off, ..old }), Verdict::Drop);
        assert_eq!(decide(Turn { waited: EXPIRES_AFTER - Duration::from_millis(1), ..TURN }), Verdict::Send);
    }

    #[test]
    fn waits_double_up_to_five_minutes() {
        let longest: Vec<u64> = (1..=9).map(|failures| backoff(failures, 1.0).as_secs()).collect();
        assert_eq!(longest, [2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(backoff(u32::MAX, 1.0), LONGEST_RETRY);
        assert_eq!(patience(Duration::MAX), LONGEST_PATIENCE);
    }

    #[test]
    fn a_lane_has_one_sequence_id() {
        let id = |subscription: &str, about| sequence_id(&subscription.parse().unwrap(), about);
        let one = id("me", "1795257600_aaaaaaa");
        assert_eq!(one, id("me", "1795257600_aaaaaaa"));
        assert!(one != id("you", "1795257600_aaaaaaa") && one != id("me", "1795257600_aaaaaab"));
        assert_eq!(one.len(), 32);
        assert!(one.chars().all(|c| c.is_ascii_alphanumeric()));
        assert_ne!(id("ab", "c"), id("a", "bc"));
    }

    proptest! {
        #[test]
        fn a_wait_is_any_part_of_its_longest(failures in 1_u32..100, chance in 0.0_f64..=1.0) {
            prop_assert!(backoff(failures, chance) <= backoff(failures, 1.0));
            prop_assert!(backoff(failures, 1.0) <= LONGEST_RETRY);
        }
    }
}
