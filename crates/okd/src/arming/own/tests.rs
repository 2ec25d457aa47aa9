//! What may be overwritten by a second try, and what may not.

use super::*;
use crate::arming::Ended;
use crate::arming::fixture::{NOW, arming, assignment, target};

fn carrying(kinds: &[&str]) -> Target {
    Target { carries: kinds.iter().map(|kind| (*kind).to_owned()).collect(), ..target() }
}

fn used(outcome: Option<Outcome>, carries: &[&str]) -> Arming {
    let ended = outcome.map(|outcome| Ended { at: NOW, outcome });
    Arming { consumed_at: Some(NOW), ended, target: carrying(carries), ..arming() }
}

#[test]
fn what_broke_off_may_be_tried_again_over_what_it_left() {
    let failed = Some(Outcome::Failed);
    for (last, found, typed, may) in [
        // What our installer writes; what it was allowed to overwrite; nothing.
        (Some(used(failed, &[])), &["gpt", "vfat", "ext4", "xfs"][..], None, true),
        (Some(used(failed, &["LVM2_member"])), &["gpt", "LVM2_member"][..], None, true),
        (Some(used(failed, &[])), &[][..], None, true),
        (Some(used(None, &[])), &["gpt"][..], None, true),
        // Something that neither brought; a node that served; never written by us.
        (Some(used(failed, &[])), &["gpt", "ceph_bluestore"][..], None, false),
        (Some(used(Some(Outcome::Installed), &[])), &["gpt", "xfs"][..], None, false),
        (None, &["gpt", "xfs"][..], None, false),
        // The operator types it out.
        (Some(used(Some(Outcome::Installed), &[])), &["gpt", "xfs"][..], Some("S64DNF0R1234"), true),
        (None, &["ceph_bluestore"][..], Some("S64DNF0R1234"), true),
        (None, &["ceph_bluestore"][..], Some("another"), false),
    ] {
        let case = format!("{last:?} {found:?} {typed:?}");
        let (assignment, target) = agreed(assignment(), carrying(found), last.as_ref(), typed);
        let agreed = assignment.wipe.as_deref().is_some_and(|wipe| target.is_named_by(wipe));
        assert_eq!(agreed, may, "{case}");
        // The guard in the live system is told of all that may lie there by now.
        if may && let Some(last) = &last {
            assert!(target.carries.iter().any(|kind| kind == "xfs"), "{case}: {target:?}");
            assert!(last.target.carries.iter().all(|kind| target.carries.contains(kind)), "{case}");
        } else {
            assert_eq!(target.carries, found, "{case}");
        }
    }
}

#[test]
fn another_disk_is_another_matter() {
    let last = used(Some(Outcome::Failed), &[]);
    let other = Target {
        serial: Some("S64DNF0R9999".to_owned()),
        by_id: "nvme-other".to_owned(),
        ..carrying(&["xfs"])
    };
    let (assignment, target) = agreed(assignment(), other, Some(&last), None);
    assert_eq!((assignment.wipe, target.carries), (None, vec!["xfs".to_owned()]));
}
