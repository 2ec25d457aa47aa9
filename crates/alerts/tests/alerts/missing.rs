//! An agent falls silent.

use alerts::{IncidentState, Severity, Span};

use crate::site::{MINUTE, SECOND, Site, settings};

#[tokio::test]
async fn silence_rings_grows_and_two_words_end_it() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.live(MINUTE * 3 - SECOND).await;
    assert_eq!(site.incidents().await, []);
    site.live(SECOND).await;
    let incident = site.incident().await;
    assert_eq!((incident.rule.as_str(), incident.severity), ("agent.missing", Severity::Warn));
    assert_eq!(site.ntfy.titles(), ["node1: agent missing"]);

    site.live(MINUTE * 12).await;
    assert_eq!(site.incident().await.severity, Severity::Crit);
    site.beat(&host).await;
    site.tick().await;
    assert_eq!(site.incident().await.state, IncidentState::Open, "one word is not enough");
    site.pass(SECOND * 30);
    site.beat(&host).await;
    site.tick().await;
    let incident = site.incident().await;
    assert_eq!((incident.state, incident.transition), (IncidentState::Resolved, 3));

    let taken = site.ntfy.taken();
    assert_eq!(taken.iter().map(|it| it.priority).collect::<Vec<_>>(), [4, 5, 3]);
    assert_eq!(taken[2].title, "node1: agent is back");
    assert_eq!(taken[2].tags, ["white_check_mark", "host:node1", "rule:agent.missing"]);
    assert!(taken[2].message.starts_with("Was: agent missing, for 12 min 30 s"), "{}", taken[2].message);
    assert!(taken[2].click.ends_with(&format!("/hosts/{}", host.id)));
    assert_eq!(site.ntfy.phone().len(), 1, "one notification, replaced in place");
    let status = site.subscription("me").await;
    assert_eq!((status.waiting, status.last_ok_at), (0, Some(site.now())));
}

#[tokio::test]
async fn who_speaks_is_left_alone() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    for _ in 0..20 {
        site.live(SECOND * 30).await;
        site.beat(&host).await;
    }
    assert_eq!((site.incidents().await.len(), site.ntfy.knocks()), (0, 0));
}

#[tokio::test]
async fn a_server_that_was_away_calls_nobody_missing_before_it_has_listened() {
    let mut long = settings();
    long.warm_up = Span::mins(5);
    let site = Site::with(long).await;
    site.live(MINUTE * 5).await;
    for name in ["node1", "node2", "node3"] {
        let host = site.host(name).await;
        site.sample(&host, "s1", 1).await;
    }
    site.pass(MINUTE * 60);
    let site = site.restart().await;
    site.live(MINUTE * 5 - SECOND).await;
    assert_eq!(site.incidents().await, []);
    let facts = hosts::all_facts(site.store.readers()).await.unwrap();
    site.beat(&facts[0]).await;
    site.live(SECOND).await;
    let open = site.open().await;
    assert_eq!(open.len(), 2, "who spoke meanwhile is not missing");
    assert!(open.iter().all(|incident| incident.severity == Severity::Crit && incident.transition == 1));
}

#[tokio::test]
async fn a_server_that_slept_calls_nobody_missing_before_it_has_listened() {
    let mut long = settings();
    long.warm_up = Span::mins(2);
    let site = Site::with(long).await;
    site.live(MINUTE * 2).await;
    let host = site.host("node1").await;
    // The machine was suspended, or its clock was set.
    site.pass(MINUTE * 60);
    site.live(MINUTE).await;
    site.beat(&host).await;
    site.live(MINUTE * 3 - SECOND).await;
    assert_eq!(site.incidents().await, []);
    site.live(SECOND).await;
    assert_eq!(site.open().await.len(), 1);
}

#[tokio::test]
async fn many_that_fall_silent_at_once_each_have_their_incident() {
    let site = Site::new().await;
    for number in 0..100 {
        site.host(&format!("node{number}")).await;
    }
    site.wait(MINUTE * 3).await;
    assert_eq!(site.open().await.len(), 100);
    site.tick().await;
    assert_eq!(site.ntfy.knocks(), 100);
}
