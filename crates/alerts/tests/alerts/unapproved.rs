//! Strangers ring once for all of them.

use alerts::{IncidentState, Severity};

use crate::machines::filled;
use crate::site::{MINUTE, SECOND, Site};

#[tokio::test]
async fn strangers_make_one_message_and_none_each() {
    let site = Site::new().await;
    let first = site.stranger("node1").await;
    site.live(SECOND * 30).await;
    let second = site.stranger("node2").await;
    site.live(SECOND * 30).await;
    let incident = site.incident().await;
    assert_eq!((incident.rule.as_str(), incident.severity), ("hosts.unapproved", Severity::Info));
    assert_eq!(site.ntfy.titles(), ["2 hosts wait for approval"]);
    assert!(site.ntfy.taken()[0].message.starts_with("node1, node2. Take them in"));
    assert_eq!(site.ntfy.taken()[0].priority, 2);

    // They fall silent and are full: a stranger is watched by no rule.
    for host in [&first, &second] {
        site.observe(host, filled("/", 99)).await;
    }
    site.live(MINUTE * 10).await;
    site.observe(&first, filled("/", 99)).await;
    site.live(MINUTE * 10).await;
    assert_eq!(site.incident().await.rule.as_str(), "hosts.unapproved");

    site.beat(&first).await;
    site.beat(&second).await;
    site.approve(&first.id).await;
    assert_eq!(site.incident().await.title, "1 host waits for approval");
    site.tick().await;
    assert_eq!(site.ntfy.taken().len(), 1, "fewer is no news");
    site.approve(&second.id).await;
    site.tick().await;
    let summary =
        site.incidents().await.into_iter().find(|it| it.rule.as_str() == "hosts.unapproved").unwrap();
    assert_eq!(summary.state, IncidentState::Resolved);
    assert_eq!(site.ntfy.titles()[1], "no host waits for approval");
}

#[tokio::test]
async fn more_strangers_are_told_in_place_and_not_too_often() {
    let site = Site::new().await;
    site.stranger("node1").await;
    site.live(MINUTE).await;
    assert_eq!(site.ntfy.titles(), ["1 host waits for approval"]);
    for number in 2..=15 {
        site.stranger(&format!("node{number}")).await;
        site.live(SECOND * 10).await;
    }
    assert_eq!(site.incident().await.title, "15 hosts wait for approval");
    assert_eq!(site.ntfy.taken().len(), 1);
    site.live(MINUTE * 15).await;
    assert_eq!(site.ntfy.titles()[1..], ["15 hosts wait for approval"]);
    assert!(site.ntfy.taken()[1].message.contains("node10 and 5 more."), "{}", site.ntfy.taken()[1].message);
    assert_eq!(site.ntfy.phone().len(), 1);
    site.live(MINUTE * 60).await;
    assert_eq!(site.ntfy.taken().len(), 2, "nobody else has come");
}

#[tokio::test]
async fn a_restart_does_not_tell_again() {
    let site = Site::new().await;
    let host = site.stranger("node1").await;
    site.live(MINUTE).await;
    let site = site.restart().await;
    site.live(MINUTE * 30).await;
    assert_eq!(site.ntfy.taken().len(), 1);
    site.delete(&host.id).await;
    site.live(SECOND).await;
    assert_eq!(site.ntfy.titles().len(), 2);
    assert_eq!(site.open().await, []);
}
