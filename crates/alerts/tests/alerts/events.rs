//! Rules on events: one kind opens, another closes.

use alerts::{IncidentState, Severity};
use hosts::{HostError, Verdict};
use inventory::{AgentStamp, Failure, GoodbyeReason, SCHEMA};

use crate::site::{MINUTE, SECOND, Site};

#[tokio::test]
async fn an_agent_that_stops_rings_after_a_minute_and_is_never_missing() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.sample(&host, "s1", 1).await;
    site.goodbye(&host, "s1", GoodbyeReason::Stopped).await;
    site.live(MINUTE - SECOND).await;
    assert_eq!(site.incidents().await, []);
    site.live(SECOND).await;
    let incident = site.incident().await;
    assert_eq!((incident.rule.as_str(), incident.severity), ("agent.stopped", Severity::Warn));
    site.live(MINUTE * 20).await;
    assert_eq!(site.incidents().await.len(), 1, "stopped is not missing");
    site.sample(&host, "s2", 1).await;
    site.tick().await;
    assert_eq!(site.incident().await.state, IncidentState::Resolved);
    assert_eq!(site.ntfy.titles().len(), 2);
}

#[tokio::test]
async fn a_restart_of_the_agent_is_no_news() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.sample(&host, "s1", 1).await;
    site.goodbye(&host, "s1", GoodbyeReason::Stopped).await;
    site.live(SECOND * 30).await;
    site.sample(&host, "s2", 1).await;
    site.live(MINUTE * 2).await;
    assert_eq!(site.incidents().await, []);
}

#[tokio::test]
async fn an_agent_that_has_done_its_work_may_go() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.sample(&host, "s1", 1).await;
    site.goodbye(&host, "s1", GoodbyeReason::Done).await;
    site.live(MINUTE * 20).await;
    assert_eq!(site.incidents().await, []);
}

#[tokio::test]
async fn who_was_missing_and_then_says_goodbye_is_missing_no_more() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.sample(&host, "s1", 1).await;
    site.live(MINUTE * 4).await;
    assert_eq!(site.incident().await.rule.as_str(), "agent.missing");
    site.goodbye(&host, "s1", GoodbyeReason::Stopped).await;
    site.live(MINUTE * 2).await;
    let open = site.open().await;
    assert_eq!(open.iter().map(|it| it.rule.as_str()).collect::<Vec<_>>(), ["agent.stopped"]);
}

#[tokio::test]
async fn each_part_that_an_agent_fails_at_has_its_incident() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    for (seq, what) in [(1, "inventory"), (2, "sample"), (3, "inventory")] {
        let failure = Failure {
            schema: SCHEMA,
            agent: AgentStamp { boot_id: None, start_id: "s1".into(), seq },
            at: site.now(),
            what: what.into(),
            reason: "the tool is\nmissing".into(),
            identity: None,
            ticket_prefix: None,
        };
        let (id, now) = (host.id.clone(), site.now());
        site.write::<_, HostError, _>(move |tx| {
            Box::pin(async move { hosts::take_failure(tx, &id, &failure, now).await })
        })
        .await;
    }
    site.tick().await;
    let open = site.open().await;
    let mut parts: Vec<&str> = open.iter().map(|incident| incident.component.as_str()).collect();
    parts.sort_unstable();
    assert_eq!(parts, ["inventory", "sample"]);
    assert!(site.ntfy.taken()[0].message.contains("the tool is missing"), "{:?}", site.ntfy.taken());
    // It samples again: that part is well.
    site.sample(&host, "s1", 4).await;
    site.tick().await;
    assert_eq!(site.open().await.iter().map(|it| it.component.as_str()).collect::<Vec<_>>(), ["inventory"]);
}

#[tokio::test]
async fn a_claim_rings_at_once_until_it_is_settled() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    let (id, now) = (host.id.clone(), site.now());
    // What the hosts write when somebody claims to be an approved host.
    let claim = "1795257600_claim01";
    let insert =
        "INSERT INTO claim (id, host_id, kind, source, hash, reason, document, times, first_at, last_at)
                  VALUES ($1, $2, 'scrape', '10.0.0.9', 'h', 'another MAC', '{}', 1, 1, 1)";
    site.write::<_, store::StoreError, _>(move |tx| {
        Box::pin(async move {
            sqlx::query(insert).bind(claim).bind(id.as_str()).execute(&mut *tx).await?;
            let event = events::NewEvent::new(
                events::Kind::ClaimMade,
                Some(id),
                "10.0.0.9",
                "10.0.0.9 claims to be node1",
            );
            events::append(tx, &event.key(claim), now).await
        })
    })
    .await;
    site.tick().await;
    let incident = site.incident().await;
    assert_eq!((incident.rule.as_str(), incident.component.as_str()), ("identity.claim", claim));
    assert_eq!(site.ntfy.titles(), ["node1: somebody else claims to be this host"]);

    let claim = claim.parse().unwrap();
    site.write::<_, HostError, _>(move |tx| {
        Box::pin(async move { hosts::settle_claim(tx, &claim, Verdict::Dismissed, "anna", now).await })
    })
    .await;
    site.tick().await;
    assert_eq!(site.incident().await.ending.as_deref(), Some("claim settled"));
    // Each event counts once, also after a restart.
    let site = site.restart().await;
    site.tick().await;
    assert_eq!((site.incidents().await.len(), site.ntfy.taken().len()), (1, 2));
}
