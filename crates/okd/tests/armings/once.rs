//! One generation, one install: whatever is asked, in which order, by how many at once, and wherever the server dies.

use std::collections::BTreeMap;
use std::time::Duration;

use okd::arming::Occasion;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::room::{Room, room};

/// What may happen.
#[derive(Debug, Clone, Copy)]
enum Move {
    Arm,
    ArmAgain,
    Disarm,
    Release,
    GiveRole,
    AsksForScript,
    /// The installer asks for the document by a ticket of the generation that it was given `behind` scripts ago.
    Fetches {
        behind: usize,
    },
    /// Two of them at once.
    FetchTwice,
    Joins,
    Fails,
    Passes {
        minutes: u64,
    },
    ServerDies,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        3 => Just(Move::Arm),
        2 => Just(Move::ArmAgain),
        2 => Just(Move::Disarm),
        1 => Just(Move::Release),
        1 => Just(Move::GiveRole),
        4 => Just(Move::AsksForScript),
        4 => (0..3_usize).prop_map(|behind| Move::Fetches { behind }),
        2 => Just(Move::FetchTwice),
        1 => Just(Move::Joins),
        1 => Just(Move::Fails),
        2 => (1..90_u64).prop_map(|minutes| Move::Passes { minutes }),
        1 => Just(Move::ServerDies),
    ];
    proptest::collection::vec(one, 1..28)
}

/// What was seen.
#[derive(Default)]
struct Seen {
    /// How often the document of each generation went out.
    handed_out: BTreeMap<i64, u32>,
    /// The generations of the scripts that were given out, newest last.
    tickets: Vec<i64>,
}

async fn play(moves: &[Move]) -> Seen {
    let mut room = room().await;
    let host = room.worker(1).await;
    let mut seen = Seen::default();
    for one in moves {
        // What is refused is refused: only what is handed out counts.
        match one {
            Move::Arm => drop(room.arm(&[&host], Occasion::First).await),
            Move::ArmAgain => drop(room.arm(&[&host], Occasion::Again).await),
            Move::Disarm => drop(room.installs.disarm(&host, "anna").await),
            Move::Release => drop(room.installs.release(&host, "anna").await),
            Move::GiveRole => {
                if matches!(room.state(&host).await, hosts::State::Ready | hosts::State::Assigned) {
                    room.role(&host, 1, "DISK1", None).await;
                }
            }
            Move::AsksForScript => {
                if let Some(Ok(install)) = room.asks(&host, 1).await {
                    seen.tickets.push(install.generation);
                }
            }
            Move::Fetches { behind } => {
                let ticket = seen.tickets.iter().rev().nth(*behind).copied();
                if let Some(generation) = ticket
                    && room.fetches(&host, 1, generation).await.is_ok()
                {
                    *seen.handed_out.entry(generation).or_default() += 1;
                }
            }
            Move::FetchTwice => {
                if let Some(generation) = seen.tickets.last().copied() {
                    let (one, two) =
                        tokio::join!(room.fetches(&host, 1, generation), room.fetches(&host, 1, generation));
                    let times = u32::from(one.is_ok()) + u32::from(two.is_ok());
                    if times > 0 {
                        *seen.handed_out.entry(generation).or_default() += times;
                    }
                }
            }
            Move::Joins => {
                if let Some(generation) = seen.handed_out.keys().last().copied() {
                    room.joins(&host, generation).await;
                }
            }
            Move::Fails => {
                let installing = room.state(&host).await == hosts::State::Installing;
                if installing {
                    room.happen(&host, hosts::Event::InstallFailed).await;
                }
            }
            Move::Passes { minutes } => room.pass(Duration::from_secs(minutes * 60)),
            Move::ServerDies => room = room.restarted().await,
        }
        consistent(&room, &host, &seen).await;
    }
    seen
}

/// What must hold at every moment: the state and what stands say the same.
async fn consistent(room: &Room, host: &inventory::Id, seen: &Seen) {
    let (state, standing) = (room.state(host).await, room.installs.standing(host).await.unwrap());
    match (state, &standing) {
        (hosts::State::Armed, Some(arming)) => assert!(arming.consumed_at.is_none(), "{arming:?}"),
        (hosts::State::Armed, None) => panic!("armed by nothing"),
        (hosts::State::Installing, Some(arming)) => assert!(arming.consumed_at.is_some(), "{arming:?}"),
        (hosts::State::Assigned | hosts::State::Ready | hosts::State::InService, Some(arming)) => {
            panic!("{state} with {arming:?}")
        }
        _ => {}
    }
    let latest = room.armings(host).await.unwrap();
    for (generation, times) in &seen.handed_out {
        assert_eq!(*times, 1, "the document of generation {generation} went out {times} times");
        assert!(latest.as_ref().is_some_and(|latest| latest.generation >= *generation));
    }
}

#[test]
fn no_order_of_events_hands_a_document_out_twice() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    runner
        .run(&moves(), |moves| {
            runtime.block_on(play(&moves));
            Ok(())
        })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_ask_at_once_one_is_answered() {
    let room = room().await;
    let host = room.worker(1).await;
    room.arm(&[&host], Occasion::First).await.unwrap();
    let asking = (0..16).map(|_| room.fetches(&host, 1, 1));
    let answers = futures_util::future::join_all(asking).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    assert_eq!(room.events(events::Kind::InstallStarted).await.len(), 1);
}
