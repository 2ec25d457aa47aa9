use super::*;
use crate::progress::course::example::{at, failing, saying};

/// Steps in their order, a few seconds apart.
fn up_to(step: Step) -> Course {
    let way: Vec<(Step, u64)> = Step::ALL
        .into_iter()
        .filter(|it| *it > Step::Armed && *it <= step)
        .enumerate()
        .map(|(index, step)| (step, 10 * (index as u64 + 1)))
        .collect();
    Course::example().with(&way)
}

#[test]
fn every_step_has_its_time_after_which_it_is_late_and_its_likely_cause() {
    for (last, next, mins, cause) in [
        (Step::Armed, Step::Script, 30, "boots from its disk before the network"),
        (Step::Script, Step::Kernel, 3, "lacks a command"),
        (Step::Kernel, Step::Rootfs, 6, "no carrier yet, a bond or VLAN"),
        (Step::Rootfs, Step::Live, 10, "Less than 2 GiB of memory"),
        (Step::Live, Step::DiskChecked, 10, "driver of the disk's controller"),
        (Step::DiskChecked, Step::Ignition, 5, "503"),
        (Step::Ignition, Step::Writing, 5, "not our machine"),
        (Step::Writing, Step::Written, 15, "slow or dying"),
        (Step::Written, Step::FirstBoot, 45, "api-int does not resolve"),
        (Step::FirstBoot, Step::Agent, 45, "muster-agent"),
    ] {
        let course = up_to(last);
        let (reached, came_at, _) = course.last();
        assert_eq!(reached, last);
        let due_at = came_at.plus(Duration::from_secs(mins * 60));
        let before = standing(&course, due_at.minus(Duration::from_millis(1)));
        assert_eq!(
            (before.state, before.next, before.due_at),
            (State::Going, Some(next), Some(due_at)),
            "{last}"
        );
        assert_eq!(before.cause, None, "nothing is wrong yet");
        let late = standing(&course, due_at);
        assert_eq!((late.state, late.last), (State::Overdue, last));
        assert!(late.cause.as_deref().unwrap_or_default().contains(cause), "{last}: {:?}", late.cause);
        assert_eq!(late.may_retry, course.consumed_at.is_some(), "{last}");
    }
    assert_eq!(standing(&up_to(Step::InService), at(999_999)).state, State::Done);
}

#[test]
fn a_bootstrap_waits_for_nobody_and_is_late_sooner() {
    let course = Course { role: crate::Role::Bootstrap, ..up_to(Step::Written) };
    let late = standing(&course, course.last().1.plus(Duration::from_secs(20 * 60)));
    assert_eq!(late.state, State::Overdue);
    assert!(!late.cause.unwrap().contains("api-int"));
}

#[test]
fn a_percentage_that_moves_is_a_sign_of_life() {
    let mut course = up_to(Step::Writing);
    for secs in [600, 1200, 1800, 2400] {
        course.take(crate::progress::Saying { percent: Some(40), ..saying(Step::Writing) }, secs);
    }
    let slow = standing(&course, at(3000));
    assert_eq!((slow.state, slow.percent), (State::Going, Some(40)));
    assert_eq!(standing(&course, at(3300)).state, State::Overdue);
}

#[test]
fn a_document_without_its_root_file_system_says_so() {
    let course = Course::example().with(&[(Step::Script, 10), (Step::Kernel, 12), (Step::Live, 30)]);
    let late = standing(&course, at(1000));
    assert_eq!((late.state, late.next), (State::Overdue, Some(Step::Rootfs)));
}

#[test]
fn a_machine_that_asks_again_and_again_is_told_so() {
    let course = Course::example().with(&[(Step::Script, 10), (Step::Script, 100), (Step::Script, 200)]);
    let late = standing(&course, at(400));
    assert!(late.cause.unwrap().starts_with("It has asked 3 times and never got further."));
}

#[test]
fn what_failed_says_what_and_why_and_whether_anything_was_written() {
    for (last, step, text, cause) in [
        (Step::Live, Step::DiskChecked, "Its disk is not the one that was armed", "swapped"),
        (
            Step::DiskChecked,
            Step::Ignition,
            "before it had its document. Nothing was written",
            "refused the document",
        ),
        (Step::Ignition, Step::Writing, "failed while it wrote the disk", "fails to write"),
        (Step::Written, Step::FirstBoot, "first boot", "Ignition"),
    ] {
        let mut course = up_to(last);
        course.take(failing(step, "line 1\nline 2"), 500);
        let failed = standing(&course, at(501));
        assert_eq!((failed.state, failed.last, failed.may_retry), (State::Failed, last, true), "{step}");
        assert!(failed.text.contains(text), "{step}: {}", failed.text);
        assert!(failed.cause.unwrap().contains(cause), "{step}");
        assert_eq!(failed.log, "line 1\nline 2");
    }
}

#[test]
fn a_power_cut_is_told_from_somebody_who_asks_in_its_name() {
    let mut course = up_to(Step::Ignition);
    course.take(crate::progress::Saying { percent: Some(31), ..saying(Step::Writing) }, 100);
    course.take(saying(Step::Script), 200);
    assert_eq!(standing(&course, at(229)).state, State::Going, "it may still be writing");
    let cut = standing(&course, at(230));
    assert_eq!(cut.state, State::Failed);
    assert!(
        cut.text.contains("while its disk was being written at 31 %: a power cut or a reset"),
        "{}",
        cut.text
    );
    course.take(crate::progress::Saying { percent: Some(35), ..saying(Step::Writing) }, 215);
    assert_eq!(standing(&course, at(230)).state, State::Going, "it is: the request was somebody else's");
    course.take(saying(Step::Written), 300);
    course.take(saying(Step::Script), 320);
    assert_eq!(standing(&course, at(400)).state, State::Going, "it restarts, as it should");
}

#[test]
fn one_that_was_taken_for_failed_and_speaks_says_so() {
    let mut course = up_to(Step::Writing);
    course.take(saying(Step::Script), 200);
    let mut course = course.ended(Outcome::Failed, 240);
    assert!(!standing(&course, at(250)).text.contains("heard since"));
    course.take(saying(Step::Written), 300);
    let still = standing(&course, at(301));
    assert_eq!(still.state, State::Failed, "that it is installed is its agent's to say");
    assert!(still.text.ends_with("But it was heard since: the disk is written"), "{}", still.text);
}

#[test]
fn how_it_ended_is_what_is_said() {
    for (outcome, state, retry) in [
        (Outcome::Installed, State::Done, false),
        (Outcome::Disarmed, State::Ended, true),
        (Outcome::Expired, State::Ended, true),
        (Outcome::Failed, State::Failed, true),
        (Outcome::Mismatched, State::Failed, true),
    ] {
        let over = standing(&up_to(Step::Kernel).ended(outcome, 100), at(99_999));
        assert_eq!((over.state, over.may_retry, over.next), (state, retry, None), "{outcome:?}");
    }
}
