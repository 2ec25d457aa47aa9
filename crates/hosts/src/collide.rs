//! What becomes of an identifier that a second host shows. Pure.
//!
//! An unapproved host never takes anything from an approved one: what it shows of it is worth nothing. Among equals, an
//! identifier that two living machines show at once is junk that no list knew, and identifies neither; and one whose
//! other holder is silent, or which a ticket proves, has moved: a card was put into another machine.

use std::time::Duration;

use inventory::Timestamp;

/// A host that was heard no longer ago than this is alive: six samples at the usual pace.
pub(crate) const ALIVE: Duration = Duration::from_secs(180);

/// One of the two hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) approved: bool,
    pub(crate) alive: bool,
}

/// What becomes of the identifier on each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collision {
    /// The newcomer's is worth nothing; the holder's stands.
    NewcomerDemoted,
    /// The holder's is worth nothing; the newcomer's stands.
    HolderDemoted,
    /// It identifies neither.
    BothDemoted,
    /// It is the newcomer's now.
    Moved,
}

/// Tells what becomes of an identifier that `holder` has and `newcomer`, who just spoke, shows too. `proven`: a ticket
/// says that it is in the newcomer now.
pub(crate) const fn collide(holder: Side, newcomer_approved: bool, proven: bool) -> Collision {
    match (holder.approved, newcomer_approved) {
        (true, false) => Collision::NewcomerDemoted,
        (false, true) => Collision::HolderDemoted,
        _ if holder.alive && !proven => Collision::BothDemoted,
        _ => Collision::Moved,
    }
}

/// Whether a host counts as alive.
pub(crate) fn is_alive(last_seen: Option<Timestamp>, goodbye: Option<Timestamp>, now: Timestamp) -> bool {
    goodbye.is_none() && last_seen.is_some_and(|seen| now.since(seen) <= ALIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approved_host_loses_nothing_to_one_that_is_not() {
        for (alive, proven) in [(true, false), (false, false), (true, true), (false, true)] {
            let side = |approved| Side { approved, alive };
            assert_eq!(collide(side(true), false, proven), Collision::NewcomerDemoted);
            assert_eq!(collide(side(false), true, proven), Collision::HolderDemoted);
        }
    }

    #[test]
    fn among_equals_a_living_holder_means_junk_and_a_silent_one_means_moved() {
        for approved in [true, false] {
            let side = |alive| Side { approved, alive };
            assert_eq!(collide(side(true), approved, false), Collision::BothDemoted);
            assert_eq!(collide(side(true), approved, true), Collision::Moved);
            assert_eq!(collide(side(false), approved, false), Collision::Moved);
        }
    }

    #[test]
    fn alive_is_who_was_heard_of_late_and_did_not_say_goodbye() {
        let now = Timestamp(1_000_000);
        assert!(is_alive(Some(now.minus(ALIVE)), None, now));
        assert!(!is_alive(Some(now.minus(ALIVE).minus(Duration::from_millis(1))), None, now));
        assert!(!is_alive(Some(now), Some(now), now));
        assert!(!is_alive(None, None, now));
    }
}
