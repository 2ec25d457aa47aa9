//! Once more, back to where it was, and back to nothing.

use std::collections::BTreeMap;

use events::Kind;
use hosts::{Event, State};
use okd::OkdError;
use okd::arming::{Occasion, Order, Outcome, USUAL_LIFE};

use crate::room::{order, report, room};

#[tokio::test]
async fn a_host_that_serves_is_armed_again_only_when_that_is_said_and_what_is_on_its_disk_is_typed() {
    let room = room().await;
    let host = room.worker(1).await;
    room.arm(&[&host], Occasion::First).await.unwrap();
    room.fetches(&host, 1, 1).await.unwrap();
    assert!(room.joins(&host, 1).await);
    assert_eq!(room.state(&host).await, State::InService);
    assert_eq!(room.asks(&host, 1).await, None);
    room.take(&host, report(1, &[("DISK1", Some("xfs"))])).await;

    let refused = room.arm(&[&host], Occasion::First).await.unwrap_err().to_string();
    assert!(refused.contains("it is in-service"), "{refused}");
    let refused = room.arm(&[&host], Occasion::Again).await.unwrap_err().to_string();
    assert!(refused.contains("the disk carries data"), "{refused}");
    let order = Order { wipe: Some("DISK1".to_owned()), ..order(&[&host], Occasion::Again) };
    let plan = room.installs.plan(&order, &BTreeMap::new()).await.unwrap();
    let armed = room.installs.arm(&order, &BTreeMap::new(), &plan.digest, USUAL_LIFE, "anna").await.unwrap();
    assert_eq!((armed[0].generation, room.state(&host).await), (2, State::Armed));
    // Taken back, it is what it was: a node in service.
    room.installs.disarm(&host, "anna").await.unwrap();
    assert_eq!(room.state(&host).await, State::InService);
}

#[tokio::test]
async fn what_was_typed_before_a_node_was_installed_is_no_word_about_the_node() {
    let room = room().await;
    let host = room.host(1, &[("DISK1", Some("ceph_bluestore"))]).await;
    room.role(&host, 1, "DISK1", Some("DISK1")).await;
    room.arm(&[&host], Occasion::First).await.unwrap();
    room.fetches(&host, 1, 1).await.unwrap();
    assert!(room.joins(&host, 1).await);
    room.take(&host, report(1, &[("DISK1", Some("xfs"))])).await;
    let refused = room.arm(&[&host], Occasion::Again).await.unwrap_err().to_string();
    assert!(refused.contains("the disk carries data"), "{refused}");
}

#[tokio::test]
async fn what_broke_off_is_tried_again_in_one_word() {
    let room = room().await;
    let host = room.worker(1).await;
    room.arm(&[&host], Occasion::First).await.unwrap();
    room.fetches(&host, 1, 1).await.unwrap();
    // The power went while the disk was written, and nobody has said so yet.
    room.take(&host, report(1, &[("DISK1", Some("ext4"))])).await;
    let armed = room.arm(&[&host], Occasion::Again).await.unwrap();
    assert_eq!((armed[0].generation, room.state(&host).await), (2, State::Armed));
    assert!(armed[0].target.carries.contains(&"ext4".to_owned()));
    assert!(room.fetches(&host, 1, 1).await.is_err(), "the first is over");
    room.fetches(&host, 1, 2).await.unwrap();
    // And once it was said.
    room.happen(&host, Event::InstallFailed).await;
    assert_eq!(room.arm(&[&host], Occasion::Again).await.unwrap()[0].generation, 3);
    assert!(!room.joins(&host, 1).await, "what lies on the disk is the second's");
    room.fetches(&host, 1, 3).await.unwrap();
    assert!(!room.joins(&host, 2).await, "an older system says nothing of a newer generation");
}

#[tokio::test]
async fn what_came_to_nothing_can_be_left_as_it_is() {
    let room = room().await;
    let host = room.worker(1).await;
    assert!(room.installs.disarm(&host, "anna").await.is_err(), "nothing was ever armed");
    room.arm(&[&host], Occasion::First).await.unwrap();
    room.installs.disarm(&host, "anna").await.unwrap();
    assert!(room.installs.disarm(&host, "anna").await.is_err(), "it was taken back already");
    room.arm(&[&host], Occasion::First).await.unwrap();
    let said = okd::progress::Saying {
        step: okd::progress::Step::DiskChecked,
        failed: true,
        percent: None,
        words: "another disk".to_owned(),
    };
    let progress = okd::Progress::new(room.store.clone(), room.clock.clone());
    progress.said(&host, 2, said).await.unwrap();
    assert_eq!(room.state(&host).await, State::Assigned);
    let left = room.installs.disarm(&host, "anna").await.unwrap();
    assert_eq!(left.generation, 2);
    assert_eq!(room.state(&host).await, State::Assigned);
    let events = room.events(Kind::InstallDisarmed).await;
    assert!(events.iter().any(|event| event.summary.contains("leaves") && event.key == "2"), "{events:#?}");
}

#[tokio::test]
async fn a_system_that_speaks_while_it_is_to_be_installed_anew_is_what_the_host_goes_back_to() {
    let room = room().await;
    for (n, speaks_first) in [(1, true), (2, false)] {
        let host = room.worker(n).await;
        room.arm(&[&host], Occasion::First).await.unwrap();
        room.fetches(&host, n, 1).await.unwrap();
        room.happen(&host, Event::InstallEnded).await;
        room.arm(&[&host], Occasion::Again).await.unwrap();
        if speaks_first {
            assert!(room.joins(&host, 1).await);
            assert_eq!(room.state(&host).await, State::Armed, "what was armed stands");
        }
        room.installs.disarm(&host, "anna").await.unwrap();
        if !speaks_first {
            assert_eq!(room.state(&host).await, State::Failed);
            let why = room.asks(&host, n).await.unwrap().unwrap_err();
            assert_eq!(why, "generation 2 was taken back", "it boots its own disk, where that system lies");
            assert!(room.joins(&host, 1).await);
        }
        assert_eq!(room.state(&host).await, State::InService);
    }
}

#[tokio::test]
async fn a_host_is_released_from_wherever_it_stands_and_its_disk_is_named() {
    let room = room().await;
    // Assigned, armed, installing, in service: four hosts, and one that has nothing to give up.
    let mut hosts = Vec::new();
    for n in 1..=4 {
        hosts.push(room.worker(n).await);
    }
    let ready = room.host(5, &[("DISK5", None)]).await;
    for n in 2..=4_u8 {
        let host = &hosts[usize::from(n) - 1];
        room.arm(&[host], Occasion::First).await.unwrap();
        if n >= 3 {
            room.fetches(host, n, 1).await.unwrap();
        }
    }
    assert!(room.joins(&hosts[3], 1).await);
    for (host, wrote) in hosts.iter().zip([false, false, true, true]) {
        let released = room.installs.release(host, "anna").await.unwrap();
        assert_eq!(released.wrote.is_some(), wrote, "{released:?}");
        assert_eq!(room.state(host).await, State::Ready);
        assert_eq!(room.assignments.get(host).await.unwrap(), None);
        assert_eq!(room.installs.standing(host).await.unwrap(), None);
    }
    let ends: Vec<_> = [1, 2].map(|at| room.armings(&hosts[at])).into_iter().collect();
    let mut outcomes = Vec::new();
    for end in ends {
        outcomes.push(end.await.unwrap().unwrap().ended.unwrap().outcome);
    }
    assert_eq!(outcomes, [Outcome::Disarmed, Outcome::Failed]);
    let refused = room.installs.release(&ready, "anna").await.unwrap_err();
    assert!(matches!(refused, OkdError::State { .. }), "{refused}");
    // Armed again it begins a generation of its own: the receipts stay.
    room.role(&hosts[2], 3, "DISK3", None).await;
    assert_eq!(room.arm(&[&hosts[2]], Occasion::First).await.unwrap()[0].generation, 2);
    assert_eq!(room.events(Kind::InstallDisarmed).await.len(), 2);
}

#[tokio::test]
async fn what_was_handed_out_can_not_be_taken_back() {
    let room = room().await;
    let host = room.worker(1).await;
    room.arm(&[&host], Occasion::First).await.unwrap();
    room.fetches(&host, 1, 1).await.unwrap();
    let refused = room.installs.disarm(&host, "anna").await.unwrap_err().to_string();
    assert!(refused.contains("can't be taken back"), "{refused}");
}
