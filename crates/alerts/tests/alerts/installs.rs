//! Installations: what a phone says of them, and what ends it.

use events::{Kind, NewEvent};
use hosts::{Event, HostFacts};
use inventory::GoodbyeReason;
use serde_json::json;

use crate::site::{MINUTE, SECOND, Site};

impl Site {
    async fn install(&self, event: NewEvent) {
        self.pass(SECOND);
        let now = self.now();
        self.write::<_, store::StoreError, _>(move |tx| {
            Box::pin(async move { events::append(tx, &event, now).await })
        })
        .await;
        self.tick().await;
    }

    /// A host that is armed, at a place.
    async fn armed(&self) -> HostFacts {
        let host = self.host("node1").await;
        let (id, now) = (host.id.clone(), self.now());
        self.write::<_, hosts::HostError, _>(move |tx| {
            Box::pin(async move {
                hosts::put_place(tx, &id, Some(&"rack-2/slot-3".parse()?), "operator", now).await
            })
        })
        .await;
        self.happen(&host.id, Event::Assign).await;
        self.happen(&host.id, Event::Arm).await;
        self.facts(&host.id).await
    }
}

fn event(kind: Kind, host: &HostFacts, key: &str, summary: &str) -> NewEvent {
    NewEvent::new(kind, Some(host.id.clone()), "server", summary).key(key)
}

const FAILED: &str = "control-plane node cp1 of okd1.example.lan: It asked for its boot script again while its disk was being written at 41 %: a power cut or a reset. Last good step, 2 min ago: the disk is being written, 41 %. Likely: A power cut or a reset. Try again: muster host reprovision node1";

#[tokio::test]
async fn a_failed_installation_rings_with_host_place_last_good_step_cause_and_what_to_do() {
    let site = Site::new().await;
    let host = site.armed().await;
    site.install(event(Kind::InstallFailed, &host, "1", FAILED)).await;
    let told = site.ntfy.taken().pop().unwrap();
    assert_eq!(told.title, "node1 (rack-2/slot-3): installation failed");
    assert!(told.message.starts_with(FAILED), "nothing of it is cut off: {}", told.message);
    site.install(event(Kind::InstallArmed, &host, "2", "armed again")).await;
    let over = site.ntfy.taken().pop().unwrap();
    assert_eq!(over.title, "node1 (rack-2/slot-3): installed after all, or tried again");
    assert!(site.open().await.is_empty());
}

#[tokio::test]
async fn what_ends_what() {
    for (opens, key, closes, closing_key, rule) in [
        (Kind::InstallFailed, "1", Kind::InstallEnded, "1", "install.failed"),
        (Kind::InstallFailed, "1", Kind::InstallDisarmed, "1", "install.failed"),
        (Kind::InstallOverdue, "1", Kind::InstallCaughtUp, "1", "install.overdue"),
        (Kind::InstallOverdue, "1", Kind::InstallFailed, "1", "install.overdue"),
        (Kind::InstallOverdue, "1", Kind::InstallArmed, "2", "install.overdue"),
        (Kind::InstallLeaked, "1", Kind::InstallCaughtUp, "1", "install.leaked"),
        (Kind::InstallLeaked, "1", Kind::InstallEnded, "1", "install.leaked"),
        (Kind::InstallRefused, "10.0.0.9", Kind::InstallUnasked, "10.0.0.9", "install.refused"),
    ] {
        let site = Site::new().await;
        let host = site.armed().await;
        site.install(event(opens, &host, key, "something")).await;
        assert!(site.open().await.iter().any(|open| open.rule.as_str() == rule), "{rule}");
        site.install(event(closes, &host, closing_key, "its end")).await;
        let open = site.open().await;
        assert!(open.iter().all(|open| open.rule.as_str() != rule), "{closes} does not end {rule}");
    }
}

#[tokio::test]
async fn arming_it_again_makes_nothing_secret_that_is_known() {
    let site = Site::new().await;
    let host = site.armed().await;
    site.install(event(Kind::InstallLeaked, &host, "1", "handed out, and not a word")).await;
    for kind in [
        Kind::InstallFailed,
        Kind::InstallArmed,
        Kind::InstallCaughtUp,
        Kind::InstallEnded,
        Kind::InstallDisarmed,
    ] {
        site.install(event(kind, &host, "2", "and on it goes")).await;
    }
    assert!(site.open().await.iter().any(|open| open.rule.as_str() == "install.leaked"));
    // Who gave its role up is installed no more; what was given out for it is out all the same.
    site.happen(&host.id, Event::Disarm).await;
    site.happen(&host.id, Event::Release).await;
    site.tick().await;
    let open = site.open().await;
    assert_eq!(open.iter().map(|open| open.rule.as_str()).collect::<Vec<_>>(), ["install.leaked"]);
    site.install(event(Kind::InstallCaughtUp, &host, "1", "its cluster was given new configs")).await;
    assert!(site.open().await.is_empty());
}

#[tokio::test]
async fn who_asks_for_a_document_rings_by_its_address_also_where_nobody_knows_whose_it_is() {
    let site = Site::new().await;
    let host = site.armed().await;
    let of_nobody =
        |kind, address: &str| NewEvent::new(kind, None, address, "asked and was refused").key(address);
    site.install(event(Kind::InstallRefused, &host, "10.0.0.9", "10.0.0.9 asked")).await;
    site.install(of_nobody(Kind::InstallRefused, "10.0.0.66")).await;
    let mut titles = site.ntfy.titles();
    titles.sort();
    assert_eq!(
        titles,
        ["10.0.0.66: asked for a node's document", "node1 (rack-2/slot-3): an installation was refused"]
    );
    site.install(of_nobody(Kind::InstallUnasked, "10.0.0.66")).await;
    let open = site.open().await;
    assert_eq!(open.iter().map(|it| it.component.as_str()).collect::<Vec<_>>(), ["10.0.0.9"]);
}

#[tokio::test]
async fn a_node_that_starts_over_right_after_its_installation_rings_for_nobody() {
    let site = Site::new().await;
    let host = site.armed().await;
    site.happen(&host.id, Event::InstallStarted).await;
    site.happen(&host.id, Event::Joined).await;
    let quiet_until = site.now().plus(MINUTE * 45);
    let ended = event(Kind::InstallEnded, &host, "1", "in service");
    site.install(ended.data(json!({"quiet_until": quiet_until}))).await;
    let host = site.facts(&host.id).await;
    site.beat(&host).await;
    site.goodbye(&host, "start-1", GoodbyeReason::Stopped).await;
    site.wait(MINUTE * 20).await;
    assert_eq!(site.open().await, []);
    site.beat(&host).await;
    site.wait(MINUTE * 40).await;
    assert_eq!(site.open().await.first().unwrap().rule.as_str(), "agent.missing", "later its silence is one");
}
