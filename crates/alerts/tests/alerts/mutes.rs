//! In which state of its life a host rings.

use alerts::IncidentState;
use hosts::Event;

use crate::machines::filled;
use crate::site::{INTERVAL, MINUTE, SECOND, Site};

#[tokio::test]
async fn an_armed_or_installing_host_is_not_missing_and_one_in_service_is() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    for event in [Event::Assign, Event::Arm, Event::InstallStarted, Event::InstallEnded] {
        site.happen(&host.id, event).await;
        if event != Event::Assign {
            site.live(MINUTE * 20).await;
            assert_eq!(site.incidents().await, [], "after {event:?}");
        }
    }
    site.happen(&host.id, Event::Joined).await;
    site.live(SECOND).await;
    assert_eq!(site.open().await.len(), 1);
}

#[tokio::test]
async fn what_was_missing_before_its_installation_is_not_watched_during_it() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.happen(&host.id, Event::Assign).await;
    site.live(MINUTE * 3).await;
    assert_eq!(site.ntfy.titles(), ["node1: agent missing"]);
    site.happen(&host.id, Event::Arm).await;
    site.tick().await;
    assert_eq!(site.ntfy.titles(), ["node1: agent missing", "node1: no longer watched"]);
    assert!(site.ntfy.taken()[1].message.contains("The host is armed"));
}

#[tokio::test]
async fn in_maintenance_all_is_recorded_and_nothing_rings() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.happen(&host.id, Event::EnterMaintenance).await;
    site.live(MINUTE * 20).await;
    assert_eq!((site.open().await.len(), site.ntfy.knocks()), (1, 0));
    // It comes back while it is still worked on: nobody was told, and nobody is.
    site.beat(&host).await;
    site.beat(&host).await;
    site.live(MINUTE).await;
    assert_eq!((site.open().await.len(), site.ntfy.knocks()), (0, 0));
    site.happen(&host.id, Event::LeaveMaintenance).await;
    site.live(MINUTE).await;
    assert_eq!(site.ntfy.knocks(), 0);
}

#[tokio::test]
async fn what_lasts_when_maintenance_ends_rings_then() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.happen(&host.id, Event::EnterMaintenance).await;
    site.live(MINUTE * 4).await;
    site.happen(&host.id, Event::LeaveMaintenance).await;
    site.live(MINUTE).await;
    assert_eq!(site.ntfy.titles(), ["node1: agent missing"]);
}

#[tokio::test]
async fn who_was_told_before_maintenance_hears_in_it_that_it_is_over() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.live(MINUTE * 3).await;
    site.happen(&host.id, Event::EnterMaintenance).await;
    site.beat(&host).await;
    site.beat(&host).await;
    site.tick().await;
    assert_eq!(site.ntfy.titles(), ["node1: agent missing", "node1: agent is back"]);
}

#[tokio::test]
async fn a_retired_host_is_silent_and_what_was_open_ends() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    for _ in 0..11 {
        site.observe(&host, filled("/data", 91)).await;
        site.pass(INTERVAL);
    }
    site.tick().await;
    site.happen(&host.id, Event::Retire).await;
    site.live(MINUTE * 20).await;
    assert_eq!(site.incident().await.state, IncidentState::Resolved);
    assert_eq!(site.ntfy.phone().len(), 1);
    assert_eq!(site.ntfy.titles()[1], "node1: no longer watched");
}

#[tokio::test]
async fn a_deleted_host_leaves_no_orphan() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.live(MINUTE * 3).await;
    site.delete(&host.id).await;
    site.live(MINUTE).await;
    assert_eq!(site.incident().await.state, IncidentState::Resolved);
    assert_eq!(site.ntfy.titles(), ["node1: agent missing", "node1: no longer watched"]);
    // A word that was on its way when it was deleted brings nothing back.
    site.beat(&host).await;
    site.live(MINUTE * 20).await;
    let site = site.restart().await;
    site.live(MINUTE * 20).await;
    assert_eq!((site.incidents().await.len(), site.ntfy.taken().len()), (1, 2));
}

#[tokio::test]
async fn a_deletion_that_nobody_read_before_the_server_died_is_seen_to() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.live(MINUTE * 3).await;
    site.delete(&host.id).await;
    let site = site.restart().await;
    site.tick().await;
    assert_eq!(site.incident().await.state, IncidentState::Resolved);
    assert_eq!(site.ntfy.titles().len(), 2);
}

#[tokio::test]
async fn an_untold_incident_of_a_deleted_host_is_dropped() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.wait(MINUTE * 3).await;
    site.delete(&host.id).await;
    site.tick().await;
    assert_eq!(site.ntfy.knocks(), 0);
    let incident = site.incident().await;
    let deliveries = alerts::deliveries(site.store.readers(), &incident.id).await.unwrap();
    assert_eq!(deliveries[0].status, alerts::DeliveryStatus::Dropped);
}

#[tokio::test]
async fn a_renamed_host_is_called_by_its_new_name() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    let (id, now) = (host.id.clone(), site.now());
    site.write::<_, hosts::HostError, _>(move |tx| {
        Box::pin(async move { hosts::rename(tx, &id, "rack1-top", "anna", now).await })
    })
    .await;
    site.live(MINUTE * 3).await;
    assert_eq!(site.ntfy.titles(), ["rack1-top: agent missing"]);
}
