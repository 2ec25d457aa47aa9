//! Machines that boot again and again: a host of ours rings by itself, strangers ring once for all of them.

use alerts::IncidentState;
use events::{Kind, NewEvent};
use inventory::Id;

use crate::site::{MINUTE, Site};

impl Site {
    /// What the boot's control writes when a machine is held, or let go.
    async fn boot(&self, kind: Kind, host: Option<&Id>, mac: &str) {
        let (event, now) =
            (NewEvent::new(kind, host.cloned(), "server", "it booted 5 times").key(mac), self.now());
        self.write::<_, store::StoreError, _>(move |tx| {
            Box::pin(async move { events::append(tx, &event, now).await })
        })
        .await;
        self.tick().await;
    }
}

#[tokio::test]
async fn a_host_rings_at_once_until_it_is_let_go() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.boot(Kind::BootLooped, Some(&host.id), "52:54:00:00:00:01").await;
    let incident = site.incident().await;
    assert_eq!((incident.rule.as_str(), incident.component.as_str()), ("boot.loop", "52:54:00:00:00:01"));
    assert_eq!(site.ntfy.titles(), ["node1: boots again and again"]);
    site.boot(Kind::BootReleased, Some(&host.id), "52:54:00:00:00:01").await;
    assert_eq!(site.incident().await.ending.as_deref(), Some("boots again as it should"));
}

#[tokio::test]
async fn machines_that_nobody_approved_ring_once_for_all_of_them() {
    let site = Site::new().await;
    let stranger = site.stranger("node1").await;
    site.approve(&site.stranger("node2").await.id).await;
    site.boot(Kind::BootLooped, None, "52:54:00:00:00:01").await;
    site.boot(Kind::BootLooped, Some(&stranger.id), "52:54:00:00:00:02").await;
    for number in 3..30 {
        site.boot(Kind::BootLooped, None, &format!("52:54:00:00:00:{number:02}")).await;
    }
    let loops = async |site: &Site| {
        let all = site.incidents().await.into_iter();
        all.filter(|incident| incident.rule.as_str() == "boot.loop").collect::<Vec<_>>()
    };
    let [incident] = loops(&site).await.try_into().unwrap();
    assert_eq!(incident.title, "29 machines that are not approved boot again and again");
    assert!(incident.text.contains(" and 19 more. They are held"), "{}", incident.text);
    let told = |site: &Site| site.ntfy.titles().iter().filter(|title| title.contains("boot again")).count();
    assert_eq!(told(&site), 0, "the first message tells of one machine");
    site.live(MINUTE * 16).await;
    assert_eq!(told(&site), 1);

    // A restart takes the incident up; what is held is told by whoever holds it.
    let site = site.restart().await;
    site.alerts.recall_held((1..30).map(|number| format!("52:54:00:00:00:{number:02}")).collect()).await;
    site.tick().await;
    assert_eq!(loops(&site).await.len(), 1);
    for number in 1..30 {
        site.boot(Kind::BootReleased, None, &format!("52:54:00:00:00:{number:02}")).await;
    }
    let [incident] = loops(&site).await.try_into().unwrap();
    assert_eq!(incident.state, IncidentState::Resolved);
}
