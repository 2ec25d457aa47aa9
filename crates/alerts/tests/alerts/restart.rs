//! A server that dies at the worst moment.

use crate::fake_ntfy::Fault;
use crate::site::{MINUTE, SECOND, Site};

#[tokio::test]
async fn what_was_decided_and_not_sent_is_sent_after_the_restart_and_once() {
    let site = Site::new().await;
    site.host("node1").await;
    site.wait(MINUTE * 3).await;
    assert_eq!(site.ntfy.knocks(), 0);
    let site = site.restart().await;
    site.live(MINUTE * 5).await;
    assert_eq!(site.ntfy.titles(), ["node1: agent missing"]);
    assert_eq!(site.incidents().await.len(), 1);
}

#[tokio::test]
async fn what_was_sent_and_not_noted_takes_its_own_place_on_the_phone() {
    let site = Site::new().await;
    site.host("node1").await;
    site.wait(MINUTE * 3).await;
    // It arrives, and its answer is lost with the server.
    site.ntfy.next([Fault::TakeAndBreak]);
    site.alerts.send_due().await.unwrap();
    let site = site.restart().await;
    site.live(MINUTE).await;
    assert_eq!((site.ntfy.taken().len(), site.ntfy.phone().len()), (2, 1));
}

#[tokio::test]
async fn an_incident_that_is_open_goes_on() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.live(MINUTE * 3).await;
    let site = site.restart().await;
    site.live(MINUTE * 2).await;
    assert_eq!(site.incident().await.transition, 1, "it is not opened twice");
    site.beat(&host).await;
    site.pass(SECOND * 30);
    site.beat(&host).await;
    site.tick().await;
    assert_eq!(site.ntfy.titles(), ["node1: agent missing", "node1: agent is back"]);
}

#[tokio::test]
async fn what_may_have_arrived_is_ended_even_in_maintenance() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.wait(MINUTE * 3).await;
    site.ntfy.next([Fault::TakeAndBreak]);
    site.alerts.send_due().await.unwrap();
    site.happen(&host.id, hosts::Event::EnterMaintenance).await;
    site.beat(&host).await;
    site.beat(&host).await;
    site.live(MINUTE).await;
    assert_eq!(site.ntfy.titles(), ["node1: agent missing", "node1: agent is back"]);
}
