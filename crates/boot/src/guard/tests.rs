use super::*;
use proptest::prelude::*;

fn at(secs: i64) -> Timestamp {
    Timestamp(1_795_257_600_000 + secs * 1000)
}

/// A boot at each of these times; at which of them it was held.
fn boots(given: Given, times: &[i64]) -> Vec<i64> {
    let mut guard = Guard::default();
    let mut held = Vec::new();
    for secs in times {
        if guard.asks(None, at(*secs)).is_some() {
            held.push(*secs);
        } else {
            guard.answered(given, at(*secs));
        }
    }
    held
}

#[test]
fn five_boots_in_the_window_are_the_last_that_are_not_held() {
    assert_eq!(boots(Given::Discovery, &[0, 300, 600, 900, 1200, 1500]), [1500]);
    assert_eq!(boots(Given::Discovery, &[0, 300, 600, 900, 1200, 1201, 1260]), [1260]);
    // The first of them is too long ago.
    assert_eq!(boots(Given::Discovery, &[0, 600, 1200, 1500, 1790, 1810, 2401]), [] as [i64; 0]);
    assert_eq!(boots(Given::LocalDisk, &[0, 180, 360, 540, 720, 900]), [900]);
    assert_eq!(boots(Given::LocalDisk, &[0, 300, 600, 900, 1200, 1500]), [] as [i64; 0]);
    // An armed machine that comes again and again and never as far as its document.
    assert_eq!(boots(Given::Install, &[0, 600, 1200, 1800, 2400, 3000]), [3000]);
    assert_eq!(boots(Given::Install, &[0, 900, 1800, 2700, 3600, 4500]), [] as [i64; 0]);
}

#[test]
fn what_is_asked_again_within_seconds_is_one_boot() {
    let hammering: Vec<i64> = (0..110).collect();
    assert_eq!(boots(Given::Discovery, &hammering), [] as [i64; 0]);
    // But nobody hammers for ten minutes in one boot.
    let hammering: Vec<i64> = (0..660).collect();
    assert!(!boots(Given::Discovery, &hammering).is_empty());
}

#[test]
fn the_agents_word_begins_anew() {
    let mut guard = Guard::default();
    for boot in 0..5 {
        assert_eq!(guard.asks(None, at(boot * 60)), None);
        guard.answered(Given::Discovery, at(boot * 60));
    }
    let mut heard = guard.clone();
    assert_eq!(heard.asks(Some(at(290)), at(300)), None);
    let hold = guard.asks(Some(at(-5)), at(300)).unwrap();
    assert_eq!((hold.since, hold.given), (at(300), Given::Discovery));
    // A hold lasts, for hours, until somebody speaks.
    assert_eq!(guard.asks(Some(at(-5)), at(90_000)), Some(hold));
    assert!(!guard.is_over(at(90_000)));
    assert_eq!(guard.asks(Some(at(90_001)), at(90_002)), None);
    assert!(guard.is_over(at(90_002)));
}

#[test]
fn a_clock_that_is_set_back_holds_nobody() {
    assert_eq!(boots(Given::Discovery, &[5000, 4000, 3000, 2000, 1000, 0]), [] as [i64; 0]);
}

#[test]
fn another_ipxe_is_tried_once_in_two_minutes() {
    let mut guard = Guard::default();
    assert!(guard.may_switch(at(0)));
    guard.switches(at(0));
    assert!(!guard.may_switch(at(119)) && guard.may_switch(at(120)));
    assert!(!guard.is_over(at(60)) && guard.is_over(at(120)));
}

#[test]
fn it_is_stored_and_read_back() {
    let mut guard = Guard::default();
    for boot in 0..5 {
        guard.answered(Given::LocalDisk, at(boot * 60));
    }
    guard.asks(None, at(301));
    let read: Guard = serde_json::from_str(&serde_json::to_string(&guard).unwrap()).unwrap();
    assert_eq!(read, guard);
    assert!(read.hold().is_some());
}

proptest! {
    /// Whatever comes, what is remembered stays small, and nobody is held who booted less than the limit.
    #[test]
    fn it_stays_small_and_holds_no_one_early(times in proptest::collection::vec(0_i64..100_000, 0..60)) {
        let mut guard = Guard::default();
        for (count, secs) in times.iter().enumerate() {
            let held = guard.asks(None, at(*secs)).is_some();
            prop_assert!(!held || count >= BOOTS);
            if !held {
                guard.answered(Given::Discovery, at(*secs));
            }
            prop_assert!(guard.boots.len() <= REMEMBERED);
        }
    }
}
