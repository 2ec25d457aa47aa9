//! `agent.missing`: an agent that does not speak and has not said goodbye.
//!
//! Its times are the silence itself, so it fires at the moment that a threshold is reached and waits for nothing more.

use std::time::Duration;

use inventory::Timestamp;

use crate::rules::hysteresis::{Level, Reading, Zone};
use crate::settings::MissingSettings;

/// What is remembered of an agent's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Words {
    /// When it was last heard.
    heard_at: Option<Timestamp>,
    /// When it said goodbye.
    goodbye_at: Option<Timestamp>,
    /// It was asked to go off.
    quiet: Option<Quiet>,
    /// Words in a row, none later after the other than the silence that would be missed.
    beats: u32,
}

/// Silence that somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quiet {
    /// Who is heard after this did not go off.
    pub(crate) until: Timestamp,
    /// It is to stay off; else it is to come back until then.
    pub(crate) stays_off: bool,
}

impl Words {
    pub(crate) fn new(heard_at: Option<Timestamp>, goodbye_at: Option<Timestamp>) -> Self {
        Self { heard_at, goodbye_at, quiet: None, beats: 0 }
    }

    /// It was asked to go off; or, without, is not expected to any more.
    pub(crate) fn expect_silence(&mut self, quiet: Option<Quiet>) {
        self.quiet = quiet;
    }

    /// Whether its silence is what somebody wants, at `now`.
    pub(crate) fn is_wanted_off(&self, now: Timestamp) -> bool {
        self.quiet.is_some_and(|quiet| quiet.stays_off || now < quiet.until)
    }

    /// It speaks.
    pub(crate) fn hear(&mut self, settings: &MissingSettings, now: Timestamp) {
        let in_a_row = self.heard_at.is_some_and(|last| now.since(last) < settings.warn_after.get());
        self.beats = if in_a_row { self.beats.saturating_add(1) } else { 1 };
        self.heard_at = Some(now);
        self.quiet = self.quiet.filter(|quiet| now < quiet.until);
        // A goodbye is a word, too, and is heard at its own moment.
        self.goodbye_at = self.goodbye_at.filter(|goodbye| *goodbye == now);
    }

    /// It said goodbye, and perhaps has spoken since.
    pub(crate) fn say_goodbye(&mut self, at: Timestamp) {
        if self.heard_at.is_none_or(|heard| heard <= at) {
            self.goodbye_at = Some(at);
        }
    }

    /// Its last word was a goodbye: its silence is no failure.
    pub(crate) fn is_gone(&self) -> bool {
        self.goodbye_at.is_some()
    }

    pub(crate) fn heard_at(&self) -> Option<Timestamp> {
        self.heard_at
    }

    /// What its silence amounts to; nothing for an agent that never spoke. Until `deaf_until` the server could not know.
    pub(crate) fn read(
        &self,
        settings: &MissingSettings,
        deaf_until: Timestamp,
        now: Timestamp,
    ) -> Option<Reading> {
        let heard_at = self.heard_at?;
        if self.is_gone() || self.is_wanted_off(now) {
            return Some(Reading::default());
        }
        let silence = now.since(heard_at);
        let is_back = self.beats >= settings.clear_beats;
        let zone = |limit: Duration| match silence >= limit {
            true if now >= deaf_until => Zone::Fires,
            false if is_back => Zone::Clear,
            _ => Zone::Between,
        };
        Some(Reading {
            low: zone(settings.warn_after.get()),
            high: zone(settings.crit_after.get()),
            at_once: false,
        })
    }

    /// When its silence has to be looked at again, if it stays silent. `firing` is where it stands.
    pub(crate) fn next_look(
        &self,
        settings: &MissingSettings,
        deaf_until: Timestamp,
        firing: Option<Level>,
    ) -> Option<Timestamp> {
        let heard_at = self.heard_at.filter(|_| !self.is_gone())?;
        let quiet_until = match self.quiet {
            Some(quiet) if quiet.stays_off => return None,
            quiet => quiet.map(|quiet| quiet.until),
        };
        let limit = match firing {
            None => settings.warn_after,
            Some(Level::Low) => settings.crit_after,
            Some(Level::High) => return None,
        };
        Some(heard_at.plus(limit.get()).max(deaf_until).max(quiet_until.unwrap_or(deaf_until)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::hysteresis::{State, Timing, Transition, step};

    const SECOND: Duration = Duration::from_secs(1);

    fn at(second: u64) -> Timestamp {
        Timestamp(0).plus(SECOND * u32::try_from(second).unwrap())
    }

    /// What happens when the agent is heard at some seconds, and is looked at in every one.
    fn run(heard: &[u64], until: u64, deaf_until: u64) -> Vec<(u64, Transition)> {
        let settings = MissingSettings::default();
        let mut words = Words::new(Some(at(0)), None);
        let mut state = State::default();
        let mut happened = Vec::new();
        for second in 0..=until {
            if heard.contains(&second) {
                words.hear(&settings, at(second));
            }
            let reading = words.read(&settings, at(deaf_until), at(second));
            let (next, transition) = step(state, reading, Timing::default(), at(second));
            happened.extend(transition.map(|transition| (second, transition)));
            state = next;
        }
        happened
    }

    #[test]
    fn silence_warns_then_is_critical_and_two_words_end_it() {
        use Transition::{Changed, Fired, Resolved};
        assert_eq!(run(&[], 179, 0), []);
        assert_eq!(run(&[], 180, 0), [(180, Fired(Level::Low))]);
        assert_eq!(run(&[], 900, 0), [(180, Fired(Level::Low)), (900, Changed(Level::High))]);
        assert_eq!(run(&[200], 300, 0), [(180, Fired(Level::Low))]);
        assert_eq!(run(&[200, 230], 300, 0), [(180, Fired(Level::Low)), (230, Resolved)]);
        // Two words that are too far apart are not two in a row.
        assert_eq!(run(&[200, 380, 410], 411, 0), [(180, Fired(Level::Low)), (410, Resolved)]);
    }

    #[test]
    fn nobody_is_missing_while_the_server_was_deaf() {
        assert_eq!(run(&[], 999, 1000), []);
        assert_eq!(run(&[], 1000, 1000), [(1000, Transition::Fired(Level::High))]);
        assert_eq!(run(&[950], 1129, 1000), []);
    }

    #[test]
    fn who_said_goodbye_or_never_spoke_is_not_missing() {
        let settings = MissingSettings::default();
        let mut words = Words::new(Some(at(0)), None);
        words.say_goodbye(at(0));
        assert!(words.is_gone());
        assert_eq!(words.read(&settings, at(0), at(9999)), Some(Reading::default()));
        assert_eq!(words.next_look(&settings, at(0), None), None);
        words.hear(&settings, at(1));
        assert!(!words.is_gone());
        // The news of the goodbye comes late: it has spoken since.
        words.say_goodbye(at(0));
        assert!(!words.is_gone());
        assert_eq!(Words::default().read(&settings, at(0), at(9999)), None);
    }

    #[test]
    fn silence_that_somebody_asked_for_is_not_missed() {
        let settings = MissingSettings::default();
        let fires = |words: &Words, now| {
            words.read(&settings, at(0), at(now)).is_some_and(|reading| reading.low == Zone::Fires)
        };
        for stays_off in [true, false] {
            let mut words = Words::new(Some(at(0)), None);
            words.expect_silence(Some(Quiet { until: at(600), stays_off }));
            // Its last words, before it goes.
            words.hear(&settings, at(30));
            assert!(!fires(&words, 599));
            assert_eq!(fires(&words, 601), !stays_off, "what is to come back is missed when it does not");
            let look = words.next_look(&settings, at(0), None);
            assert_eq!(look, (!stays_off).then(|| at(600)));
            // What speaks after that did not go off, and is missed as any other.
            words.hear(&settings, at(700));
            assert!(!fires(&words, 879) && fires(&words, 880));
        }
        let mut words = Words::new(Some(at(0)), None);
        words.expect_silence(Some(Quiet { until: at(600), stays_off: true }));
        words.expect_silence(None);
        assert!(fires(&words, 300), "nobody could switch it off");
    }

    #[test]
    fn it_is_looked_at_when_something_can_happen() {
        let settings = MissingSettings::default();
        let words = Words::new(Some(at(100)), None);
        let look = |deaf, firing| words.next_look(&settings, at(deaf), firing);
        assert_eq!(look(0, None), Some(at(280)));
        assert_eq!(look(500, None), Some(at(500)));
        assert_eq!(look(0, Some(Level::Low)), Some(at(1000)));
        assert_eq!(look(0, Some(Level::High)), None);
    }
}
