//! Looking after a gateway that was set up.

use std::time::Duration;

use gateway::Action;
use serde_json::json;

use crate::house::{House, WISH, fw1, usual, wish};

#[tokio::test(flavor = "multi_thread")]
async fn a_drift_is_told_when_it_begins_and_when_it_ends() {
    let fake = usual();
    let house = House::settled(&fake).await;
    house.gateways.sweep().await.unwrap();
    assert!(house.gateways.drift(&fw1()).await.unwrap().is_empty());
    let quiet = house.events().await;

    let boot = fake.rows("dnsmasq.dhcp_boot")[0].uuid.unwrap();
    fake.human("alice", |desk| {
        let edit = json!({"boot": {"filename": "alice.efi", "description": "mine now"}});
        assert_eq!(desk.post(&format!("dnsmasq/settings/setBoot/{boot}"), &edit).0, 200);
    });
    for _ in 0..3 {
        house.clock.advance(Duration::from_secs(60));
        house.gateways.sweep().await.unwrap();
    }
    assert_eq!(house.events().await.len(), quiet.len() + 1, "told once");
    assert_eq!(house.events().await.last().unwrap(), "gateway.drifted");
    let drift = house.gateways.drift(&fw1()).await.unwrap();
    assert_eq!(drift.changes.len(), 1, "{drift:?}");
    assert_eq!((drift.changes[0].action, drift.changes[0].id), (Action::Update, Some(boot)));
    assert_eq!(drift.changes[0].before.as_ref().unwrap()["filename"], "alice.efi");
    assert_eq!(drift.since, house.gateways.get(&fw1()).await.unwrap().drift_since);
    assert!(house.last_words().await.contains("boot bios lan"), "{}", house.last_words().await);

    assert_eq!(house.apply().await.state.as_str(), "done");
    house.clock.advance(Duration::from_secs(60));
    house.gateways.sweep().await.unwrap();
    assert_eq!(house.events().await.last().unwrap(), "gateway.settled");
    assert_eq!(house.gateways.get(&fw1()).await.unwrap().drift_since, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_that_is_not_applied_yet_is_no_drift() {
    let fake = usual();
    let house = House::settled(&fake).await;
    house.want(Some(crate::house::larger())).await;
    assert!(house.gateways.get(&fw1()).await.unwrap().unapplied);
    house.gateways.sweep().await.unwrap();
    assert!(house.gateways.drift(&fw1()).await.unwrap().is_empty());
    assert_eq!(house.events().await.last().unwrap(), "gateway.wished");
    house.want(Some(wish(WISH))).await;
    assert!(!house.gateways.get(&fw1()).await.unwrap().unapplied);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_away_for_long_is_lost_and_found_again() {
    let fake = usual();
    let house = House::settled(&fake).await;
    let quiet = house.events().await.len();
    fake.down();
    for _ in 0..14 {
        house.gateways.sweep().await.unwrap();
        house.clock.advance(Duration::from_secs(60));
    }
    let told = house.events().await;
    assert_eq!(&told[quiet..], ["gateway.lost"], "once, and not before ten minutes");
    let listed = house.gateways.get(&fw1()).await.unwrap();
    assert!(listed.unreachable_since.is_some() && listed.unreachable_why.unwrap().contains("can't reach"));

    fake.up();
    // It rests between two looks, ten minutes at the longest.
    house.clock.advance(Duration::from_secs(600));
    house.gateways.sweep().await.unwrap();
    assert_eq!(house.events().await.last().unwrap(), "gateway.found");
    assert_eq!(house.gateways.get(&fw1()).await.unwrap().unreachable_since, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_wish_are_one_and_must_not_contradict_each_other() {
    let fake = usual();
    let house = House::wishing(&fake).await;
    let cluster = wish("[[dns]]\nname = \"api.okd1.lab.example\"\nip = \"192.168.1.10\"\n");
    house.gateways.set_wish(&fw1(), "cluster/okd1", Some(cluster.clone()), "operator").await.unwrap();
    assert_eq!(house.gateways.parts(&fw1()).await.unwrap().len(), 2);
    assert_eq!(house.gateways.wish(&fw1()).await.unwrap().dns.len(), 3);
    let other =
        wish("[[reservation]]\nname = \"node7\"\nmac = \"52:54:00:aa:bb:07\"\nip = \"192.168.1.50\"\n");
    let refused = house.gateways.set_wish(&fw1(), "cluster/okd2", Some(other), "operator").await.unwrap_err();
    assert!(
        refused.to_string().contains("cluster/okd2") && refused.to_string().contains("site"),
        "{refused}"
    );
    let told = house.events().await.len();
    house.gateways.set_wish(&fw1(), "cluster/okd1", Some(cluster), "operator").await.unwrap();
    assert_eq!(house.events().await.len(), told, "the same once more is no news");
    assert!(house.gateways.set_wish(&fw1(), "../x y", None, "operator").await.is_err());
}
