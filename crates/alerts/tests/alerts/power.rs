//! Machines that are switched off because somebody wants it, and somebody who is asked to press a button.

use alerts::{Button, IncidentState};
use events::{Kind, NewEvent};
use inventory::{GoodbyeReason, Id};
use serde_json::json;

use crate::site::{MINUTE, SECOND, Site};

impl Site {
    async fn power(&self, event: NewEvent) {
        let now = self.now();
        self.write::<_, store::StoreError, _>(move |tx| {
            Box::pin(async move { events::append(tx, &event, now).await })
        })
        .await;
        self.tick().await;
    }

    /// What the power switch writes when it is asked for something.
    async fn asked(&self, host: &Id, act: &str) {
        let quiet_until = self.now().plus(MINUTE * 20);
        let event = NewEvent::new(Kind::PowerAsked, Some(host.clone()), "operator", "asked").key("r1");
        self.power(event.data(json!({"act": act, "quiet_until": quiet_until}))).await;
    }
}

#[tokio::test]
async fn who_was_asked_to_go_off_is_neither_missing_nor_stopped_also_after_a_restart() {
    for says_goodbye in [true, false] {
        let site = Site::new().await;
        let host = site.host("node1").await;
        site.asked(&host.id, "off").await;
        site.beat(&host).await;
        if says_goodbye {
            site.goodbye(&host, "start-1", GoodbyeReason::Stopped).await;
        }
        site.wait(MINUTE * 60).await;
        assert_eq!(site.incidents().await, []);
        let until = site.now().minus(MINUTE * 40);
        let site = site.restart().await;
        site.alerts.recall_quiet(&host.id, until, true).await;
        site.wait(MINUTE * 60).await;
        assert_eq!(site.incidents().await, []);
        // It is on again, and is missed as ever.
        site.beat(&host).await;
        site.wait(MINUTE * 4).await;
        assert_eq!(site.incident().await.rule.as_str(), "agent.missing");
    }
}

#[tokio::test]
async fn who_could_not_be_switched_off_or_did_not_come_back_is_missing() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.asked(&host.id, "off").await;
    let failed = NewEvent::new(Kind::PowerEnded, Some(host.id.clone()), "server", "failed").key("r1");
    site.power(failed.data(json!({"act": "off", "state": "failed"}))).await;
    site.wait(MINUTE * 4).await;
    assert_eq!(site.incident().await.rule.as_str(), "agent.missing");

    let site = Site::new().await;
    let host = site.host("node1").await;
    site.asked(&host.id, "cycle").await;
    site.wait(MINUTE * 19).await;
    assert_eq!(site.incidents().await, []);
    site.wait(MINUTE * 2).await;
    assert_eq!(site.incident().await.rule.as_str(), "agent.missing");
}

#[tokio::test]
async fn a_hand_is_asked_for_with_two_answers_and_the_answer_takes_its_place() {
    let site = Site::new().await;
    site.alerts.set_buttons(|incident| {
        let button = |label: &str, word: &str| Button {
            label: label.to_owned(),
            url: format!("https://muster.lan/answer/{}/{word}/proof", incident.component),
        };
        vec![button("Done", "done"), button("Can't", "cannot")]
    });
    let host = site.host("node1").await;
    site.write::<_, hosts::HostError, _>({
        let (id, now) = (host.id.clone(), site.now());
        move |tx| {
            Box::pin(async move {
                hosts::put_place(tx, &id, Some(&"rack-2/slot-3".parse()?), "operator", now).await
            })
        }
    })
    .await;
    let event = |kind, words: &str| NewEvent::new(kind, Some(host.id.clone()), "operator", words).key("q1");
    site.power(event(
        Kind::PowerButtonAsked,
        "Please switch node1 at rack-2/slot-3 on: press its power button",
    ))
    .await;
    let asked = site.ntfy.taken().pop().unwrap();
    assert_eq!(asked.title, "node1 (rack-2/slot-3): somebody is needed at the machine");
    assert!(asked.message.contains("Please switch node1 at rack-2/slot-3 on"), "{}", asked.message);
    assert_eq!(
        asked.actions,
        json!([
            {"action": "http", "label": "Done", "url": "https://muster.lan/answer/q1/done/proof", "method": "POST", "clear": true},
            {"action": "http", "label": "Can't", "url": "https://muster.lan/answer/q1/cannot/proof", "method": "POST", "clear": true},
            {"action": "view", "label": "Open", "url": asked.click},
        ])
    );
    site.pass(SECOND);
    site.power(event(Kind::PowerButtonEnded, "node1 was switched (on) by hand, says operator")).await;
    let answered = site.ntfy.taken().pop().unwrap();
    assert_eq!(answered.sequence_id, asked.sequence_id, "it takes the place of the question on the phone");
    assert!(answered.actions.is_null(), "{}", answered.actions);
    assert!(answered.message.contains("by hand, says operator"), "{}", answered.message);
    let incident = site.incident().await;
    assert_eq!((incident.state, incident.component.as_str()), (IncidentState::Resolved, "q1"));
}
