//! The order of messages: nothing overtakes, nothing stale is sent, nobody hears the end of what was not begun.

use alerts::{DeliveryStatus, Severity};

use crate::fake_ntfy::Fault;
use crate::site::{MINUTE, SECOND, Site, id};

#[tokio::test]
async fn what_is_over_before_it_could_be_told_is_told_in_one_message() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.ntfy.stay(Fault::Status(503, ""));
    site.live(MINUTE * 4).await;
    site.beat(&host).await;
    site.beat(&host).await;
    site.live(MINUTE).await;
    assert!(site.ntfy.knocks() > 0);
    site.ntfy.stay(None);
    for _ in 0..12 {
        site.beat(&host).await;
        site.live(SECOND * 30).await;
    }
    let taken = site.ntfy.taken();
    assert_eq!(site.ntfy.titles(), ["node1: agent is back"], "no stale alarm");
    assert!(taken[0].message.starts_with("Was: agent missing, for 1 min"), "{}", taken[0].message);
}

#[tokio::test]
async fn what_was_never_tried_and_is_over_is_told_quietly() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.wait(MINUTE * 3).await;
    site.beat(&host).await;
    site.beat(&host).await;
    site.tick().await;
    let taken = site.ntfy.taken();
    assert_eq!((taken.len(), taken[0].priority), (1, 2));
    assert_eq!(taken[0].title, "node1: agent is back");
}

#[tokio::test]
async fn a_newer_transition_takes_the_place_of_one_that_waits() {
    let site = Site::new().await;
    site.host("node1").await;
    site.ntfy.stay(Fault::Status(500, ""));
    site.live(MINUTE * 16).await;
    let incident = site.incident().await;
    assert_eq!((incident.severity, incident.transition), (Severity::Crit, 2));
    site.ntfy.stay(None);
    site.live(MINUTE * 6).await;
    let taken = site.ntfy.taken();
    assert_eq!((taken.len(), taken[0].priority), (1, 5), "the warning is of yesterday");
    let delivery = &alerts::deliveries(site.store.readers(), &incident.id).await.unwrap()[0];
    assert_eq!((delivery.wanted, delivery.told, delivery.status), (2, Some(2), DeliveryStatus::Sent));
}

#[tokio::test]
async fn a_subscriber_hears_from_its_severity_on_and_then_to_the_end() {
    let site = Site::new().await;
    site.subscribe("night", Severity::Crit).await;
    let host = site.host("node1").await;
    site.live(MINUTE * 4).await;
    assert_eq!(site.ntfy.taken().len(), 1, "a warning is not for the night");
    site.live(MINUTE * 12).await;
    assert_eq!(site.ntfy.taken().len(), 3);
    site.beat(&host).await;
    site.beat(&host).await;
    site.tick().await;
    assert_eq!(site.ntfy.taken().len(), 5);
    assert_eq!(site.ntfy.phone().len(), 2, "each subscription has its own notification");

    // The next one stays a warning: the night hears nothing of it, not even its end.
    site.live(MINUTE * 4).await;
    site.beat(&host).await;
    site.beat(&host).await;
    site.tick().await;
    assert_eq!(site.ntfy.taken().len(), 7);
}

#[tokio::test]
async fn a_subscription_hears_of_its_rules_and_its_host_only() {
    let site = Site::deaf(crate::site::settings()).await;
    site.add_provider("phone", None).await;
    let (one, other) = (site.host("node1").await, site.host("node2").await);
    let base = crate::site::subscription("x");
    let now = site.now();
    for new in [
        alerts::NewSubscription { name: id("heat"), rule_prefix: Some("temp.".into()), ..base.clone() },
        alerts::NewSubscription { name: id("one"), host: Some(one.id.clone()), ..base.clone() },
    ] {
        site.write(move |tx| Box::pin(async move { alerts::add_subscription(tx, &new, "anna", now).await }))
            .await;
    }
    site.live(MINUTE * 3).await;
    assert_eq!(site.open().await.len(), 2);
    assert_eq!(site.ntfy.titles(), ["node1: agent missing"]);
    drop(other);
}

#[tokio::test]
async fn a_message_that_waits_a_day_is_given_up_and_seen_to_be() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.ntfy.stay(Fault::Status(500, ""));
    site.live(MINUTE * 3).await;
    site.pass(MINUTE * 60 * 24);
    site.alerts.send_due().await.unwrap();
    let status = site.subscription("me").await;
    assert_eq!((status.waiting, status.dead), (0, 1));
    assert!(status.last_error.unwrap().contains("500"));
    // What happens next is news again.
    site.ntfy.stay(None);
    site.beat(&host).await;
    site.beat(&host).await;
    site.tick().await;
    assert_eq!(site.ntfy.titles(), ["node1: agent is back"]);
}

#[tokio::test]
async fn a_removed_subscription_hears_nothing_more() {
    let site = Site::new().await;
    site.host("node1").await;
    site.wait(MINUTE * 3).await;
    let now = site.now();
    site.write(move |tx| {
        Box::pin(async move { alerts::remove_subscription(tx, &id("me"), "anna", now).await })
    })
    .await;
    site.live(SECOND).await;
    assert_eq!(site.ntfy.knocks(), 0);
}
