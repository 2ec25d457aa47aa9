//! A server that dies in the middle, and one that is asked for two things at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fake_opnsense::{FakeOpnSense, Trouble, When};
use gateway::{GatewayError, StepState};
use inventory::ManualClock;

use crate::house::{Clients, House, START, WISH, fw1, open, registration, roll_back, saved, usual, wish};

/// Waits for something that must come to be.
fn until(what: &str, is: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs a server that is killed once `many` writes were made, and is told nothing any more.
fn die_after(many: usize, fake: &FakeOpnSense, folder: &std::path::Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    fake.trouble(When::writing().nth(many + 1), Trouble::Hang);
    runtime.block_on(async {
        let clock = Arc::new(ManualClock::at(START));
        let (_, gateways) = open(folder, Clients::default(), &clock).await;
        gateways.add(registration(fake), "operator").await.unwrap();
        gateways.set_wish(&fw1(), "site", Some(wish(WISH)), "operator").await.unwrap();
        let plan = gateways.plan(&fw1()).await.unwrap();
        tokio::spawn(async move { gateways.apply(&fw1(), &plan.digest, "operator").await });
    });
    until("the writes are made", || fake.writes().len() > many);
    // As kill -9 does: nothing is awaited, nothing is tidied up.
    runtime.shutdown_background();
    fake.heal();
}

#[test]
fn a_server_killed_in_the_middle_says_so_at_its_next_start_and_the_next_apply_heals_it() {
    for many in [0, 4, 15] {
        let (fake, folder) = (usual(), tempfile::tempdir().unwrap());
        die_after(many, &fake, folder.path());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let clock = Arc::new(ManualClock::at(START));
            let (store, gateways) = open(folder.path(), Clients::default(), &clock).await;
            let house = House { folder, store, clock, gateways };
            let left = house.gateways.applies(&fw1()).await.unwrap().remove(0);
            assert_eq!(left.state.as_str(), "interrupted");
            assert!(left.words.contains("the server stopped in the middle"), "{}", left.words);
            let steps = house.gateways.apply_record(&left.id).await.unwrap().unwrap().steps;
            assert_eq!(steps.iter().filter(|step| step.state == StepState::Made).count(), many);
            assert_eq!(house.events().await.last().unwrap(), "gateway.half-done");
            let record = house.apply().await;
            assert_eq!(record.state.as_str(), "done", "{}", record.words);
            house.stands(&fake).await;
        });
    }
}

#[test]
fn what_a_killed_server_left_can_be_taken_back_instead() {
    let (fake, folder) = (usual(), tempfile::tempdir().unwrap());
    let before = saved(&fake);
    die_after(11, &fake, folder.path());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = Arc::new(ManualClock::at(START));
        let (store, gateways) = open(folder.path(), Clients::default(), &clock).await;
        let house = House { folder, store, clock, gateways };
        let back = roll_back(&house.gateways, None).await.unwrap();
        assert_eq!(back.state.as_str(), "done", "{}", back.words);
        assert_eq!(saved(&fake), before);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_and_not_taken_up_is_activated_by_the_next_apply() {
    let fake = usual();
    let house = House::wishing(&fake).await;
    fake.trouble(When::path("*/service/reconfigure"), Trouble::Restart(Duration::from_secs(600)));
    let record = house.apply().await;
    assert_eq!(record.state.as_str(), "half-done", "{}", record.words);
    fake.heal();
    fake.up();
    let plan = house.gateways.plan(&fw1()).await.unwrap();
    assert!(plan.changes.is_empty() && !plan.services.is_empty(), "{plan:?}");
    assert_eq!(house.apply().await.state.as_str(), "done");
    house.stands(&fake).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_apply_at_a_time_and_a_client_that_hangs_up_stops_none() {
    let fake = usual();
    let house = House::wishing(&fake).await;
    let plan = house.gateways.plan(&fw1()).await.unwrap();
    fake.trouble(When::writing().nth(3).once(), Trouble::Delay(Duration::from_millis(1500)));
    fake.forget_requests();
    let name = fw1();
    let first = house.gateways.apply(&name, &plan.digest, "operator");
    let first = tokio::time::timeout(Duration::from_millis(50), first);
    assert!(first.await.is_err(), "the client hangs up");
    let second = house.gateways.apply(&fw1(), &plan.digest, "operator").await.unwrap_err();
    assert!(matches!(second, GatewayError::Busy { .. }), "{second}");
    assert!(matches!(house.gateways.rollback(&fw1(), None, "", "x").await, Err(GatewayError::Busy { .. })));
    house.gateways.sweep().await.unwrap();
    assert_eq!(house.gateways.get(&fw1()).await.unwrap().checked_at, None, "nobody looks in the middle");
    // Stopping the server waits for it.
    house.gateways.close().await;
    let record = house.gateways.applies(&fw1()).await.unwrap().remove(0);
    assert_eq!(record.state.as_str(), "done", "{}", record.words);
    house.stands(&fake).await;
    let refused = house.gateways.apply(&fw1(), "", "operator").await.unwrap_err();
    assert!(matches!(refused, GatewayError::Stopping), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_whose_end_could_not_be_written_bars_no_other() {
    let fake = usual();
    let house = House::settled(&fake).await;
    let done = house.store.write::<_, store::StoreError, _>(|tx| {
        Box::pin(async move {
            Ok(sqlx::query("UPDATE gateway_apply SET state = 'applying', ended_at = NULL")
                .execute(tx)
                .await?)
        })
    });
    done.await.unwrap();
    house.want(Some(crate::house::larger())).await;
    assert_eq!(house.apply().await.state.as_str(), "done");
    let states: Vec<String> =
        house.gateways.applies(&fw1()).await.unwrap().iter().map(|it| it.state.to_string()).collect();
    assert_eq!(states, ["done", "interrupted"]);
}
