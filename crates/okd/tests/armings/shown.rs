//! What is armed is what was shown.

use std::collections::BTreeMap;
use std::time::Duration;

use events::Kind;
use hosts::State;
use okd::OkdError;
use okd::arming::{LONGEST_LIFE, Occasion, Order, SHORTEST_LIFE, USUAL_LIFE};
use okd::disk::Fated;

use crate::room::{START, order, report, room};

#[tokio::test]
async fn the_plan_says_disk_by_disk_what_becomes_of_them_and_arming_does_just_that() {
    let room = room().await;
    let host =
        room.host(1, &[("DISK1", None), ("CEPH1", Some("ceph_bluestore")), ("DATA1", Some("ext4"))]).await;
    room.role(&host, 1, "DISK1", None).await;
    let plan = room.plan(&[&host], Occasion::First).await;
    let shown = &plan.hosts[0];
    assert!(shown.is_good(), "{:?}", shown.findings);
    let fates: Vec<(Fated, bool)> =
        shown.disks.iter().map(|fate| (fate.fate, fate.words.contains("ceph_bluestore"))).collect();
    assert_eq!(fates, [(Fated::Written, false), (Fated::Kept, true), (Fated::Kept, false)]);
    let node = shown.node.as_ref().unwrap();
    assert_eq!((node.fqdn.as_str(), node.machine.macs.len()), ("w1.okd1.example.lan", 2));
    assert_eq!(room.state(&host).await, State::Assigned, "a plan changes nothing");

    let armed = room.arm(&[&host], Occasion::First).await.unwrap();
    assert_eq!(room.state(&host).await, State::Armed);
    assert_eq!((armed[0].generation, armed[0].expires_at), (1, START.plus(USUAL_LIFE)));
    assert_eq!(armed[0].target.serial.as_deref(), Some("DISK1"));
    assert_eq!(room.installs.standing(&host).await.unwrap().as_ref(), Some(&armed[0]));
    let events = room.events(Kind::InstallArmed).await;
    assert_eq!((events[0].key.as_str(), events[0].actor.as_str()), ("1", "anna"));
    assert!(
        events[0].summary.contains("worker node w1 of okd1.example.lan, generation 1"),
        "{}",
        events[0].summary
    );
    // Twice is refused, in words.
    let again = room.arm(&[&host], Occasion::First).await.unwrap_err().to_string();
    assert!(again.contains("it is armed"), "{again}");
}

#[tokio::test]
async fn a_plan_that_is_another_one_by_now_is_not_carried_out() {
    let room = room().await;
    let host = room.worker(1).await;
    let shown = room.plan(&[&host], Occasion::First).await.digest;
    let carry_out = |digest: String| {
        let (order, room) = (order(&[&host], Occasion::First), &room);
        async move { room.installs.arm(&order, &BTreeMap::new(), &digest, USUAL_LIFE, "anna").await }
    };
    assert!(matches!(carry_out("deadbeef".to_owned()).await, Err(OkdError::PlanChanged)));
    // A disk more; another occasion; an incident; a role that was given anew: each is another plan.
    room.take(&host, report(1, &[("DISK1", None), ("DISK9", None)])).await;
    assert!(matches!(carry_out(shown.clone()).await, Err(OkdError::PlanChanged)));
    room.take(&host, report(1, &[("DISK1", None)])).await;
    assert_eq!(room.plan(&[&host], Occasion::First).await.digest, shown);
    assert_ne!(room.plan(&[&host], Occasion::Again).await.digest, shown);
    let incidents = BTreeMap::from([(host.clone(), vec!["a fan failed".to_owned()])]);
    let plan = room.installs.plan(&order(&[&host], Occasion::First), &incidents).await.unwrap();
    assert!(!plan.hosts[0].is_good() && plan.digest != shown);
    room.role(&host, 1, "DISK1", None).await;
    assert!(matches!(carry_out(shown).await, Err(OkdError::PlanChanged)));
    assert_eq!(room.state(&host).await, State::Assigned);
    // The hour is no part of it.
    let shown = room.plan(&[&host], Occasion::First).await.digest;
    room.pass(Duration::from_secs(600));
    carry_out(shown).await.unwrap();
}

#[tokio::test]
async fn what_a_check_refuses_is_not_armed_and_neither_are_those_beside_it() {
    let room = room().await;
    let (good, full) = (room.worker(1).await, room.host(2, &[("DISK2", Some("ceph_bluestore"))]).await);
    room.role(&full, 2, "DISK2", None).await;
    let roleless = room.host(3, &[("DISK3", None)]).await;
    for (hosts, word) in [
        (vec![&good, &full], "the disk carries data: the disk: ceph_bluestore"),
        (
            vec![&good, &roleless],
            "it is ready (give it a role first, with muster host set-role); it has no role",
        ),
    ] {
        let refused = room.arm(&hosts, Occasion::First).await.unwrap_err();
        assert!(
            matches!(refused, OkdError::Refused { .. }) && refused.to_string().contains(word),
            "{refused}"
        );
    }
    assert_eq!((room.state(&good).await, room.armings(&good).await.unwrap()), (State::Assigned, None));
    // Typed out, it may be lost: what lies there is told to the guard, and no other kind of data.
    let wipe = |typed: &str| Order { wipe: Some(typed.to_owned()), ..order(&[&full], Occasion::First) };
    let looked = &room;
    let plan = |order: Order| async move {
        looked.installs.plan(&order, &BTreeMap::new()).await.unwrap().hosts.remove(0)
    };
    assert!(!plan(wipe("DISK9")).await.is_good());
    let typed = plan(wipe("DISK2")).await;
    assert!(typed.is_good(), "{:?}", typed.findings);
    assert_eq!(typed.target.unwrap().carries, ["ceph_bluestore"]);
}

#[tokio::test]
async fn configs_that_are_too_old_or_wiped_arm_nobody() {
    let room = room().await;
    let host = room.worker(1).await;
    let name = "okd1".parse().unwrap();
    room.clusters.wipe(&name, "anna").await.unwrap();
    let refused = room.arm(&[&host], Occasion::First).await.unwrap_err().to_string();
    assert!(refused.contains("the configs of okd1 were wiped"), "{refused}");
}

#[tokio::test]
async fn fifty_hosts_are_armed_at_once_and_each_for_itself() {
    let room = room().await;
    let mut hosts = Vec::new();
    for n in 1..=50 {
        hosts.push(room.worker(n).await);
    }
    let all: Vec<_> = hosts.iter().collect();
    let armed = room.arm(&all, Occasion::First).await.unwrap();
    assert_eq!(armed.len(), 50);
    for (n, host) in (1..=50).zip(&hosts) {
        assert_eq!(room.state(host).await, State::Armed);
        let install = room.asks(host, n).await.unwrap().unwrap();
        assert_eq!(install.disk.as_str(), format!("ata-DISK_DISK{n}"));
    }
    assert_eq!(room.events(Kind::InstallArmed).await.len(), 50);
}

#[tokio::test]
async fn an_arming_stands_neither_for_a_moment_nor_for_ever() {
    let room = room().await;
    let host = room.worker(1).await;
    let digest = room.plan(&[&host], Occasion::First).await.digest;
    let second = Duration::from_secs(1);
    for (life, taken) in
        [(SHORTEST_LIFE - second, false), (LONGEST_LIFE + second, false), (SHORTEST_LIFE, true)]
    {
        let armed = room
            .installs
            .arm(&order(&[&host], Occasion::First), &BTreeMap::new(), &digest, life, "anna")
            .await;
        assert_eq!(armed.is_ok(), taken, "{armed:?}");
    }
}
