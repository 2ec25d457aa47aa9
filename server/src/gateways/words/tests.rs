use inventory::{Id, Timestamp};

use super::*;

fn listed(last: Option<ApplyState>) -> Listed {
    let now = Timestamp(0);
    Listed {
        name: "edge".parse().unwrap(),
        adapter: AdapterKind::Dnsmasq { file: "/etc/x".into(), reload: gateway::Reload::ByHand },
        added_at: now,
        parts: Vec::new(),
        unapplied: false,
        last_apply: last.map(|state| gateway::LastApply { id: Id::generate(now), state, started_at: now }),
        checked_at: None,
        drift_since: None,
        unreachable_since: None,
        unreachable_why: None,
    }
}

#[test]
fn what_is_worst_is_said_first() {
    let lost = Listed {
        unreachable_since: Some(Timestamp(0)),
        unreachable_why: Some("no\nanswer".to_owned()),
        drift_since: Some(Timestamp(0)),
        ..listed(Some(ApplyState::Done))
    };
    let broken = Listed { unreachable_since: Some(Timestamp(0)), ..listed(Some(ApplyState::Interrupted)) };
    let drifted =
        Listed { drift_since: Some(Timestamp(0)), unapplied: true, ..listed(Some(ApplyState::Done)) };
    for (listed, said, noticed) in [
        (listed(None), "nothing was applied", None),
        (listed(Some(ApplyState::Done)), "as it is wanted", None),
        (
            Listed { unapplied: true, ..listed(Some(ApplyState::Undone)) },
            "something is not applied yet",
            None,
        ),
        (listed(Some(ApplyState::Applying)), "being changed", None),
        (listed(Some(ApplyState::HalfDone)), "half done", Some("muster gateway apply edge")),
        (broken, "half done", Some("half done")),
        (lost, "can't be reached", Some("reached: no answer.")),
        (drifted, "differs", Some("muster gateway drift edge")),
    ] {
        assert!(state(&listed).contains(said), "{}", state(&listed));
        let notice = notice(&listed);
        assert_eq!(notice.is_some(), noticed.is_some(), "{notice:?}");
        assert!(notice.unwrap_or_default().contains(noticed.unwrap_or_default()));
    }
}
