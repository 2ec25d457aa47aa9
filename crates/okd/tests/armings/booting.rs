//! What a machine is answered while its host is armed, and after.

use std::time::Duration;

use boot::Arch;
use events::Kind;
use hosts::State;
use inventory::MacAddr;
use okd::arming::{Asked, Occasion, USUAL_LIFE};

use crate::room::{INSTALLER, mac, room, serial};

#[tokio::test]
async fn the_script_may_be_asked_for_again_and_from_either_card_until_the_document_is_out() {
    let room = room().await;
    let host = room.worker(1).await;
    assert_eq!(room.asks(&host, 1).await, None, "nothing was ever armed");
    room.arm(&[&host], Occasion::First).await.unwrap();
    let first = room.asks(&host, 1).await.unwrap().unwrap();
    assert_eq!(first.words, "worker node w1 of okd1.example.lan, generation 1");
    assert_eq!((first.generation, first.disk.as_str()), (1, "ata-DISK_DISK1"));
    assert_eq!(room.asks(&host, 1).await.unwrap(), Ok(first.clone()));
    let facts = room.facts(&host).await;
    let other = Asked {
        mac: MacAddr::new([0x3c, 0xec, 0xef, 0, 1, 1]),
        uuid: Some("4C4C4544-0048-5110-804A-C6C04F590001"),
        serial: Some(&serial(1)),
        arch: Arch::X86_64,
    };
    assert_eq!(room.installs.for_boot(&facts, &other).await.unwrap(), Some(Ok(first)));
    for (asked, word) in [
        (Asked { serial: Some("SVC9999"), ..other }, "serial number is SVC9999"),
        (Asked { uuid: Some("4c4c4544-0048-5110-804a-c6c04f599999"), ..other }, "its UUID is"),
        (Asked { arch: Arch::Aarch64, ..other }, "64-bit ARM"),
        (Asked { mac: mac(9), ..other }, "was not there"),
    ] {
        let refused = room.installs.for_boot(&facts, &asked).await.unwrap().unwrap().unwrap_err();
        assert!(refused.is_another && refused.why.contains(word), "{refused:?}");
    }
    room.fetches(&host, 1, 1).await.unwrap();
    assert_eq!(room.state(&host).await, State::Installing);
    assert_eq!(room.asks(&host, 1).await, None, "from now on it is its state that sends it to its disk");
    let started = room.events(Kind::InstallStarted).await;
    assert_eq!((started[0].key.as_str(), started[0].actor.as_str()), ("1", "10.0.0.7"));
}

#[tokio::test]
async fn an_arming_that_was_taken_back_or_ran_out_sends_the_machine_to_its_disk() {
    let room = room().await;
    let (one, two) = (room.worker(1).await, room.worker(2).await);
    room.arm(&[&one, &two], Occasion::First).await.unwrap();
    room.installs.disarm(&one, "anna").await.unwrap();
    assert_eq!(room.state(&one).await, State::Assigned);
    let why = room.asks(&one, 1).await.unwrap().unwrap_err();
    assert_eq!(why, "generation 1 was taken back");
    assert!(room.fetches(&one, 1, 1).await.unwrap_err().contains("was disarmed"));
    assert_eq!(
        room.installs.disarm(&one, "anna").await.unwrap_err().to_string(),
        "dell-svc0001 is not armed"
    );

    room.pass(USUAL_LIFE);
    let why = room.asks(&two, 2).await.unwrap().unwrap_err();
    assert!(why.contains("ran out 0 minutes ago"), "{why}");
    assert!(room.fetches(&two, 2, 1).await.is_err());
    assert!(room.installs.consume(&two, 1, INSTALLER).await.is_err());
    assert_eq!(room.state(&two).await, State::Armed);
}

#[tokio::test]
async fn a_cluster_that_can_give_no_config_any_more_sends_nobody_to_its_installer() {
    let room = room().await;
    let host = room.worker(1).await;
    room.arm(&[&host], Occasion::First).await.unwrap();
    // The authority of a worker's config counts for years; then it does not.
    room.pass(Duration::from_secs(3651 * 86_400));
    assert!(room.asks(&host, 1).await.unwrap().is_err());
}

#[tokio::test]
async fn an_old_ticket_is_good_for_no_new_generation() {
    let room = room().await;
    let host = room.worker(1).await;
    room.arm(&[&host], Occasion::First).await.unwrap();
    room.installs.disarm(&host, "anna").await.unwrap();
    room.arm(&[&host], Occasion::First).await.unwrap();
    let refused = room.fetches(&host, 1, 1).await.unwrap_err();
    assert!(refused.contains("the ticket is of generation 1, and generation 2 is armed"), "{refused}");
    room.fetches(&host, 1, 2).await.unwrap();
    assert!(room.fetches(&host, 1, 2).await.unwrap_err().contains("generation 2 is used"));
}
