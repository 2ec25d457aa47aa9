use proptest::prelude::*;

use super::*;

const TIMING: Timing = Timing {
    low_for: Duration::from_secs(600),
    high_for: Duration::from_secs(120),
    clear_for: Duration::from_secs(300),
};

/// Fires at 80 and 90, is clear below 75 and 85; above 100 it fires at once.
fn read(value: f64) -> Option<Reading> {
    Some(Reading {
        low: Zone::of(value, 80.0, 75.0),
        high: Zone::of(value, 90.0, 85.0),
        at_once: value >= 100.0,
    })
}

/// Feeds (second, value); answers what happened, and when.
fn run(readings: &[(i64, Option<f64>)]) -> Vec<(i64, Transition)> {
    let mut state = State::default();
    let mut happened = Vec::new();
    for (second, value) in readings {
        let (next, transition) = step(state, value.and_then(read), TIMING, Timestamp(second * 1000));
        happened.extend(transition.map(|transition| (*second, transition)));
        state = next;
    }
    happened
}

#[test]
fn it_fires_when_its_time_is_full_and_not_a_moment_sooner() {
    assert_eq!(run(&[(0, Some(80.0)), (599, Some(80.0))]), []);
    assert_eq!(run(&[(0, Some(80.0)), (600, Some(80.0))]), [(600, Transition::Fired(Level::Low))]);
    assert_eq!(run(&[(0, Some(79.9)), (600, Some(79.9))]), []);
    assert_eq!(run(&[(0, Some(90.0)), (119, Some(90.0))]), []);
    assert_eq!(run(&[(0, Some(90.0)), (120, Some(90.0))]), [(120, Transition::Fired(Level::High))]);
    assert_eq!(run(&[(0, Some(100.0))]), [(0, Transition::Fired(Level::High))]);
}

#[test]
fn what_dips_below_the_threshold_waits_anew() {
    assert_eq!(run(&[(0, Some(81.0)), (590, Some(79.0)), (600, Some(81.0)), (1199, Some(81.0))]), []);
}

#[test]
fn the_level_rises_and_falls_while_it_fires() {
    let happened = run(&[
        (0, Some(81.0)),
        (600, Some(81.0)),
        (700, Some(91.0)),
        (820, Some(91.0)),
        (900, Some(82.0)),
        (1199, Some(82.0)),
        (1200, Some(82.0)),
        (1300, Some(70.0)),
        (1600, Some(70.0)),
    ]);
    use Transition::{Changed, Fired, Resolved};
    assert_eq!(
        happened,
        [
            (600, Fired(Level::Low)),
            (820, Changed(Level::High)),
            (1200, Changed(Level::Low)),
            (1600, Resolved)
        ]
    );
}

#[test]
fn what_falls_all_the_way_is_over_without_a_stop() {
    let happened = run(&[(0, Some(100.0)), (10, Some(50.0)), (310, Some(50.0))]);
    assert_eq!(happened, [(0, Transition::Fired(Level::High)), (310, Transition::Resolved)]);
}

#[test]
fn at_the_clear_threshold_it_is_not_over_yet() {
    let fired = [(0, Some(80.0)), (600, Some(80.0))];
    let still = [fired.as_slice(), &[(700, Some(75.0)), (9000, Some(75.0))]].concat();
    assert_eq!(run(&still).len(), 1);
    let relapse =
        [fired.as_slice(), &[(700, Some(70.0)), (999, Some(75.0)), (1000, Some(70.0)), (1299, Some(70.0))]];
    assert_eq!(run(&relapse.concat()).len(), 1);
}

#[test]
fn a_missing_reading_keeps_what_was() {
    assert_eq!(run(&[(0, Some(80.0)), (300, None), (600, Some(80.0))]).len(), 1);
    assert_eq!(run(&[(0, Some(100.0)), (10, None), (99_999, None)]).len(), 1);
}

#[test]
fn a_clock_that_is_set_back_fires_nothing() {
    assert_eq!(run(&[(1000, Some(81.0)), (0, Some(81.0)), (500, Some(81.0))]), []);
}

#[test]
fn well_is_forgotten_and_a_pending_state_survives_json() {
    let (state, _) = step(State::default(), read(81.0), TIMING, Timestamp(5));
    assert_eq!(state.pending_since(), Some(Timestamp(5)));
    let json = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state);
    let (state, _) = step(state, read(60.0), TIMING, Timestamp(6));
    assert_eq!(state, State::default());
    assert!(state.is_ok());
}

proptest! {
    /// Whatever is read: it never resolves what did not fire, nor fires twice, nor changes to what it is.
    #[test]
    fn transitions_alternate(readings in prop::collection::vec((0_i64..400, prop::option::of(60.0_f64..110.0)), 1..200)) {
        let mut second = 0;
        let readings: Vec<_> = readings.into_iter().map(|(gap, value)| { second += gap; (second, value) }).collect();
        let mut level = None;
        for (_, transition) in run(&readings) {
            level = match transition {
                Transition::Fired(to) => { prop_assert_eq!(level, None); Some(to) }
                Transition::Changed(to) => { prop_assert!(level.is_some() && level != Some(to)); Some(to) }
                Transition::Resolved => { prop_assert!(level.is_some()); None }
            };
        }
    }

    /// A value that swings around a threshold for hours, as far as the clear threshold is away, makes one message and no more.
    #[test]
    fn a_value_that_swings_rings_once(swings in prop::collection::vec((1_i64..60, -4.9_f64..4.9), 1..300)) {
        let mut second = 600;
        let mut readings = vec![(0, Some(80.0)), (600, Some(80.0))];
        for (gap, swing) in swings {
            second += gap;
            readings.push((second, Some(80.0 + swing)));
        }
        prop_assert_eq!(run(&readings).len(), 1);
    }

    /// The same with swings that go below the clear threshold, but never stay there for the clear time.
    #[test]
    fn the_clear_time_holds_a_flapping_value(times in 1_i64..100) {
        let mut readings = vec![(0, Some(100.0))];
        for at in 0..times {
            readings.push((at * 200 + 10, Some(60.0)));
            readings.push((at * 200 + 200, Some(100.0)));
        }
        prop_assert!(run(&readings).len() <= 2);
    }
}
