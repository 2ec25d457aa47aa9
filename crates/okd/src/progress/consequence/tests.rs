use hosts::State as HostState;

use super::Consequence::{CaughtUp, Expired, Failed, InstallerEnded, Leaked, Overdue};
use super::*;
use crate::progress::course::Told;
use crate::progress::course::example::{at, failing, saying};

fn used() -> Course {
    Course::example().with(&[
        (Step::Script, 10),
        (Step::Live, 60),
        (Step::DiskChecked, 70),
        (Step::Ignition, 80),
    ])
}

#[test]
fn what_is_late_is_told_once_and_taken_back_when_it_comes() {
    let mut course = Course::example().with(&[(Step::Script, 60)]);
    assert_eq!(consequences(&course, at(239)), []);
    assert_eq!(consequences(&course, at(240)), [Overdue(Step::Script)]);
    course.told = Told { overdue: Some(Step::Script), leaked_at: None };
    assert_eq!(consequences(&course, at(500)), []);
    course.take(saying(Step::Kernel), 600);
    assert_eq!(consequences(&course, at(600)), [CaughtUp]);
    // Late again, with the next step: the one is over, the other begins.
    assert_eq!(consequences(&course, at(2000)), [CaughtUp, Overdue(Step::Kernel)]);
}

#[test]
fn an_arming_that_runs_out_unused_ends_and_one_that_was_used_does_not() {
    let course = Course::example();
    assert_eq!(consequences(&course, at(7199)), [Overdue(Step::Armed)]);
    assert_eq!(consequences(&course, at(7200)), [Expired]);
    let mut writing = used();
    writing.take(saying(Step::Writing), 7100);
    assert_eq!(consequences(&writing, at(7300)), []);
}

#[test]
fn a_time_that_runs_out_fails_nothing() {
    let mut course = used();
    course.take(saying(Step::Writing), 100);
    for secs in [1_000, 10_000, 1_000_000] {
        assert_eq!(consequences(&course, at(secs)), [Overdue(Step::Writing)]);
    }
}

#[test]
fn what_failed_ends_as_what_it_was() {
    let mut swapped = Course::example().with(&[(Step::Script, 10), (Step::Live, 60)]);
    swapped.take(failing(Step::DiskChecked, "another serial number"), 70);
    assert_eq!(consequences(&swapped, at(70)), [Failed(Outcome::Mismatched)]);
    let mut turned_away = Course::example().with(&[(Step::Script, 10), (Step::DiskChecked, 60)]);
    turned_away.take(failing(Step::Ignition, "403"), 70);
    assert_eq!(consequences(&turned_away, at(70)), [Failed(Outcome::Failed)]);
    let mut broken = used();
    broken.take(failing(Step::Writing, "I/O error"), 100);
    assert_eq!(consequences(&broken, at(100)), [Failed(Outcome::Failed)]);
    assert_eq!(consequences(&broken.ended(Outcome::Failed, 100), at(10_000)), []);
}

#[test]
fn the_host_is_installed_when_its_disk_is_written_or_boots_though_nobody_said_so() {
    for step in [Step::Written, Step::FirstBoot] {
        let mut course = used();
        course.take(saying(step), 300);
        assert_eq!(consequences(&course, at(300)), [InstallerEnded]);
        course.state = HostState::Installed;
        assert_eq!(consequences(&course, at(300)), []);
    }
}

#[test]
fn a_document_whose_machine_says_nothing_counts_as_leaked_until_it_speaks() {
    let mut course = used();
    // That it was seen to fetch it is what is in doubt.
    course.take(saying(Step::Ignition), 81);
    assert_eq!(consequences(&course, at(379)), []);
    assert_eq!(consequences(&course, at(381)), [Overdue(Step::Ignition), Leaked]);
    course.told = Told { overdue: Some(Step::Ignition), leaked_at: Some(at(380)) };
    assert_eq!(consequences(&course, at(400)), []);
    course.take(saying(Step::Writing), 500);
    assert_eq!(consequences(&course, at(500)), [CaughtUp]);
}

#[test]
fn a_machine_that_begins_anew_without_a_word_has_failed_and_its_document_may_be_elsewhere() {
    let mut course = used();
    course.take(saying(Step::Script), 120);
    assert_eq!(consequences(&course, at(150)), [Failed(Outcome::Failed)]);
    let course = course.ended(Outcome::Failed, 150);
    assert_eq!(consequences(&course, at(379)), []);
    assert_eq!(consequences(&course, at(380)), [Leaked]);
    let known = Course { told: Told { overdue: None, leaked_at: Some(at(380)) }, ..course };
    assert_eq!(consequences(&known, at(9999)), []);
}

#[test]
fn a_word_before_the_document_was_given_does_not_vouch_for_it() {
    let mut course = Course::example().with(&[(Step::Script, 10), (Step::Live, 60)]);
    course.take(saying(Step::DiskChecked), 70);
    assert!(consequences(&course.used(80), at(380)).contains(&Leaked));
}
