use proptest::prelude::*;

use super::*;
use crate::progress::course::example::{at, failing, saying};

const TO_THE_DOCUMENT: [(Step, u64); 6] = [
    (Step::Script, 60),
    (Step::Kernel, 62),
    (Step::Rootfs, 90),
    (Step::Live, 150),
    (Step::DiskChecked, 160),
    (Step::Ignition, 170),
];

#[test]
fn a_step_is_kept_once_however_often_it_is_said() {
    let mut course = Course::example().with(&TO_THE_DOCUMENT);
    assert_eq!(course.take(saying(Step::Writing), 180), Record::New);
    for (percent, secs) in [(3, 185), (50, 240), (97, 300)] {
        let said = Saying { percent: Some(percent), ..saying(Step::Writing) };
        assert!(matches!(course.take(said, secs), Record::Again(_)));
    }
    assert_eq!((course.percent(), course.words.len()), (Some(97), 6));
    assert_eq!(course.last(), (Step::Writing, at(180), at(300)));
}

#[test]
fn what_comes_out_of_its_order_is_kept_and_moves_nothing_back() {
    // Ignition may fetch its document before the root file system comes.
    let mut course = Course::example().with(&[(Step::Script, 60), (Step::Kernel, 61), (Step::Live, 80)]);
    assert_eq!(course.take(saying(Step::Rootfs), 82), Record::New);
    assert_eq!(course.last().0, Step::Live);
}

#[test]
fn a_boot_may_begin_anew_until_the_document_was_given() {
    let mut course = Course::example().with(&[(Step::Script, 60), (Step::Kernel, 61)]);
    assert_eq!(course.take(saying(Step::Script), 300), Record::New);
    assert_eq!((course.last().0, course.attempts()), (Step::Script, 2));
    assert!(matches!(course.take(saying(Step::Script), 301), Record::Again(_)), "iPXE tries twice");
    assert_eq!(course.take(saying(Step::Kernel), 302), Record::New);
    assert_eq!(course.last().0, Step::Kernel);
}

#[test]
fn nobody_is_further_than_he_can_be() {
    let mut course = Course::example();
    assert_eq!(course.take(saying(Step::Kernel), 5), Record::Nothing, "that was a discovery");
    let mut course = course.with(&[(Step::Script, 60), (Step::Kernel, 61)]);
    for step in [Step::Writing, Step::Written, Step::FirstBoot] {
        assert_eq!(course.take(saying(step), 70), Record::Nothing, "{step} without a document");
    }
    assert_eq!(course.take(failing(Step::Ignition, "403"), 80), Record::New, "that it failed is news");
    let mut used = Course::example().with(&TO_THE_DOCUMENT);
    for step in [Step::Kernel, Step::Rootfs] {
        assert_eq!(used.take(saying(step), 200), Record::Nothing, "anybody may fetch a file");
    }
}

#[test]
fn asking_for_the_script_again_counts_only_while_the_disk_should_be_written() {
    let mut course = Course::example().with(&TO_THE_DOCUMENT);
    assert_eq!(course.take(saying(Step::Script), 200), Record::New);
    assert!(matches!(course.take(saying(Step::Script), 400), Record::Again(_)));
    // The machine speaks: that was somebody else. A later one is judged anew.
    course.take(saying(Step::Writing), 410);
    assert_eq!(course.take(saying(Step::Script), 500), Record::New);
    course.take(saying(Step::Written), 510);
    assert_eq!(course.take(saying(Step::Script), 520), Record::Nothing, "it restarts, as it should");
}

#[test]
fn only_what_was_taken_for_failed_may_speak_again() {
    for (outcome, record) in [
        (Outcome::Failed, Record::New),
        (Outcome::Installed, Record::Nothing),
        (Outcome::Disarmed, Record::Nothing),
        (Outcome::Expired, Record::Nothing),
        (Outcome::Mismatched, Record::Nothing),
    ] {
        let mut course = Course::example().with(&TO_THE_DOCUMENT).ended(outcome, 300);
        assert_eq!(course.take(saying(Step::FirstBoot), 310), record, "{outcome:?}");
    }
}

proptest! {
    /// Whatever a machine and those who pretend to be it say: what is kept is bounded, nothing moves a used arming back, and
    /// nothing without the document is beyond it.
    #[test]
    fn words_in_any_order_keep_the_course_whole(
        said in prop::collection::vec((0_usize..12, any::<bool>(), 0_u64..120), 0..80),
        used_after in prop::option::of(0_usize..80),
    ) {
        let mut course = Course::example();
        let (mut secs, mut furthest) = (0, Step::Armed);
        for (index, (step, failed, later)) in said.into_iter().enumerate() {
            secs += later;
            if used_after == Some(index) {
                course = course.used(secs);
            }
            course.take(Saying { failed, ..saying(Step::ALL[step]) }, secs);
            let (last, ..) = course.last();
            prop_assert!(course.consumed_at.is_some() || last <= Step::Ignition);
            prop_assert!(course.consumed_at.is_none() || (last >= furthest && last >= Step::Ignition));
            furthest = if course.consumed_at.is_some() { last } else { Step::Armed };
            let attempt = course.attempt().len();
            prop_assert!(attempt <= 2 * Step::ALL.len() + 80, "{attempt}");
        }
    }
}
