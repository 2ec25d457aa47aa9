//! When the gateway does not do as it is told, in the middle of an apply.

use std::time::Duration;

use fake_opnsense::{FakeOpnSense, Trouble, User, When};
use gateway::{GatewayError, StepState};

use crate::house::{Clients, House, activations, fw1, saved, usual};

/// The write at which things go wrong: tags and options are made by then, entries are not.
const MIDDLE: usize = 9;

fn strike(fake: &FakeOpnSense, trouble: Trouble) {
    fake.trouble(When::writing().nth(MIDDLE).once(), trouble);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_between_two_objects_is_looked_into_and_the_apply_goes_on() {
    for (what, trouble) in [
        ("never done", Trouble::Hang),
        ("done and not said", Trouble::HangAfter),
        ("broken off before", Trouble::DropBefore),
        ("broken off after", Trouble::DropAfter),
        ("restarted", Trouble::Restart(Duration::from_secs(1))),
    ] {
        let fake = usual();
        let house = House::wishing(&fake).await;
        strike(&fake, trouble);
        let record = house.apply().await;
        assert_eq!(record.state.as_str(), "done", "{what}: {}", record.words);
        house.stands(&fake).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_is_lost_to_somebody_elses_is_somebodys_edit() {
    let fake = usual();
    let house = House::wishing(&fake).await;
    strike(&fake, Trouble::LostUpdate);
    let record = house.apply().await;
    assert_eq!(record.state.as_str(), "undone", "{}", record.words);
    assert!(record.words.contains("somebody else changed the gateway meanwhile"), "{}", record.words);
    assert_eq!(house.apply().await.state.as_str(), "done");
    house.stands(&fake).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_in_the_middle_takes_everything_back_and_says_why() {
    let mut all: Vec<(String, Trouble)> =
        [302, 401, 403, 404, 411, 500].map(|status| (status.to_string(), Trouble::Status(status))).into();
    all.push(("HTML".to_owned(), Trouble::Html(502)));
    all.push(("a full disk".to_owned(), Trouble::DiskFull));
    for (what, trouble) in all {
        let fake = usual();
        let before = saved(&fake);
        let house = House::wishing(&fake).await;
        strike(&fake, trouble);
        fake.forget_requests();
        let record = house.apply().await;
        assert_eq!(record.state.as_str(), "undone", "{what}: {}", record.words);
        assert!(record.words.ends_with("All changes were taken back"), "{what}: {}", record.words);
        assert!(
            record.steps.iter().any(|step| step.state == StepState::Failed && !step.words.is_empty()),
            "{what}"
        );
        assert_eq!(saved(&fake), before, "{what}");
        assert_eq!(activations(&fake).len(), 0, "{what}: nothing had taken it up, so nothing is stopped");
        assert_eq!(house.events().await.last().unwrap(), "gateway.undone");

        // Nothing of it is in the way of the next one.
        let record = house.apply().await;
        assert_eq!(record.state.as_str(), "done", "{what}: {}", record.words);
        house.stands(&fake).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_stays_away_leaves_a_half_done_apply_that_is_said_and_healed() {
    let fake = usual();
    let house = House::wishing(&fake).await;
    strike(&fake, Trouble::Restart(Duration::from_secs(600)));
    let record = house.apply().await;
    assert_eq!(record.state.as_str(), "half-done", "{}", record.words);
    assert!(
        record.words.contains("reservation node1") && record.words.contains("can't be read"),
        "{}",
        record.words
    );
    assert_eq!(house.events().await.last().unwrap(), "gateway.half-done");
    assert_eq!(house.gateways.get(&fw1()).await.unwrap().last_apply.unwrap().state.as_str(), "half-done");

    fake.up();
    fake.heal();
    let record = house.apply().await;
    assert_eq!(record.state.as_str(), "done", "{}", record.words);
    house.stands(&fake).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_back_by_inverse_changes_is_put_back_whole() {
    let fake = usual();
    let before = saved(&fake);
    let house = House::wishing(&fake).await;
    // From there on nothing is written any more, but for the whole configuration.
    fake.trouble(When::path("dnsmasq/settings/setBoot/*"), Trouble::Status(500));
    fake.trouble(When::path("*/del*"), Trouble::Status(500));
    let record = house.apply().await;
    assert_eq!(record.state.as_str(), "undone", "{}", record.words);
    assert!(record.words.contains("the whole configuration was put back"), "{}", record.words);
    assert_eq!(saved(&fake), before);
    fake.heal();
    assert_eq!(house.apply().await.state.as_str(), "done");
    house.stands(&fake).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_only_reads_changes_nothing_and_is_said() {
    let fake = usual();
    let before = saved(&fake);
    let house = House::with(&fake, Clients { user: User::read_only(), ..Clients::default() }).await;
    house.want(Some(crate::house::wish(crate::house::WISH))).await;
    let record = house.apply().await;
    assert_eq!(record.state.as_str(), "undone", "{}", record.words);
    assert_eq!(saved(&fake), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_certificate_is_said_and_nothing_is_sent() {
    let fake = usual();
    let house = House::wishing(&fake).await;
    let plan = house.gateways.plan(&fw1()).await.unwrap();
    let old = fake.fingerprint();
    fake.change_certificate();
    fake.forget_requests();
    let refused = house.gateways.apply(&fw1(), &plan.digest, "operator").await.unwrap_err();
    assert!(matches!(refused, GatewayError::Certificate { .. }), "{refused}");
    assert_eq!(fake.requests().len(), 0);

    // The operator looks at it and pins the new one.
    let adapter = crate::house::registration(&fake).adapter;
    for _ in 0..2 {
        house.gateways.set_adapter(&fw1(), adapter.clone(), "operator").await.unwrap();
    }
    assert_eq!(house.events().await, ["gateway.added", "gateway.wished", "gateway.described"], "told once");
    let words = house.last_words().await;
    assert!(words.contains(&fake.fingerprint()) && words.contains(&old), "{words}");
    assert_eq!(house.apply().await.state.as_str(), "done");
}
