//! The boot trail in a real database.

use std::net::IpAddr;
use std::time::Duration;

use crate::site::{MAC, Site};
use boot::trail::{self, Step, StepKind};
use inventory::{Clock, MacAddr};
use store::StoreError;

fn from(address: &str) -> IpAddr {
    address.parse().unwrap()
}

fn kinds(attempt: &trail::Attempt) -> Vec<&'static str> {
    attempt.steps.iter().map(|step| step.kind.as_str()).collect()
}

/// One boot by UEFI, as the server sees it.
fn boots(site: &Site, address: &str, mac: MacAddr) {
    let address = from(address);
    let firmware =
        Step::new(StepKind::Tftp, address).detail("snponly.efi").sent(1000, Duration::from_millis(70));
    for step in [
        firmware,
        Step::new(StepKind::EntryScript, address),
        Step::new(StepKind::Decision, address).mac(mac).detail("discovery: not known yet"),
        Step::new(StepKind::Kernel, address).mac(mac),
        Step::new(StepKind::AgentFirstWord, address).mac(mac),
    ] {
        site.trail.record(step);
    }
}

#[tokio::test]
async fn the_first_steps_are_claimed_by_the_mac_that_follows_and_each_boot_is_an_attempt() {
    let site = Site::new().await;
    let other = MacAddr::new([0x52, 0x54, 0, 0xaa, 0xbb, 2]);
    // Two machines at once, then the first one again.
    site.trail.record(Step::new(StepKind::Tftp, from("10.0.0.8")).detail("undionly.kpxe"));
    boots(&site, "10.0.0.7", MAC);
    site.trail.record(Step::new(StepKind::Decision, from("::ffff:10.0.0.8")).mac(other));
    site.clock.advance(Duration::from_secs(30));
    boots(&site, "10.0.0.7", MAC);

    let attempts = site.attempts(MAC, 10).await;
    assert_eq!(attempts.iter().map(|attempt| attempt.number).collect::<Vec<_>>(), [2, 1]);
    for attempt in &attempts {
        assert_eq!(kinds(attempt), ["tftp", "entry-script", "decision", "kernel", "agent-first-word"]);
    }
    let firmware = &attempts[1].steps[0];
    assert_eq!((firmware.bytes, firmware.took), (Some(1000), Some(Duration::from_millis(70))));
    assert_eq!(kinds(&site.attempts(other, 2).await[0]), ["tftp", "decision"]);
    assert_eq!(trail::recent(site.store.readers(), MAC, 1).await.unwrap().len(), 1);
    let json = serde_json::to_value(&attempts[1]).unwrap();
    assert_eq!(json["steps"][0]["took_ms"], 70);
    assert_eq!(json["steps"][0]["kind"], "tftp");
}

#[tokio::test]
async fn a_step_without_a_mac_waits_two_minutes_for_its_owner() {
    let site = Site::new().await;
    site.trail.record(Step::new(StepKind::EntryScript, from("10.0.0.7")));
    site.clock.advance(Duration::from_secs(121));
    site.trail.record(Step::new(StepKind::Decision, from("10.0.0.7")).mac(MAC));
    assert_eq!(kinds(&site.attempts(MAC, 1).await[0]), ["decision"]);
}

#[tokio::test]
async fn after_five_minutes_of_silence_a_boot_is_a_new_one() {
    let site = Site::new().await;
    let step = || Step::new(StepKind::Decision, from("10.0.0.7")).mac(MAC);
    for pause in [0, 299, 301] {
        site.clock.advance(Duration::from_secs(pause));
        site.trail.record(step());
    }
    let attempts = site.attempts(MAC, 3).await;
    assert_eq!(attempts.iter().map(|attempt| attempt.steps.len()).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn a_trail_is_bounded_in_number_and_age_and_its_details_are_plain() {
    let site = Site::new().await;
    for number in 0..520 {
        let step = Step::new(StepKind::Kernel, from("10.0.0.7")).mac(MAC);
        site.trail.record(step.detail(&format!("{number}\n\x1b[2J{}", "x".repeat(1000))));
    }
    site.stop.cancel();
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    let steps = loop {
        let attempts = trail::recent(site.store.readers(), MAC, 10).await.unwrap();
        let steps = attempts.into_iter().flat_map(|attempt| attempt.steps).collect::<Vec<_>>();
        if steps.last().is_some_and(|step| step.detail.starts_with("519")) {
            break steps;
        }
        assert!(std::time::Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(steps.len(), 500);
    assert!(steps[0].detail.starts_with("20[2Jx"), "{}", steps[0].detail);
    assert_eq!(steps[0].detail.len(), 300);

    let later = site.clock.now().plus(Duration::from_secs(31 * 24 * 3600));
    site.store
        .write::<_, StoreError, _>(move |tx| Box::pin(async move { trail::sweep(tx, later).await }))
        .await
        .unwrap();
    assert!(trail::recent(site.store.readers(), MAC, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_waits_when_the_server_stops_is_stored_and_what_does_not_fit_is_counted() {
    let site = Site::new().await;
    // This thread has the run time to itself: the writer takes nothing before the queue is full.
    for _ in 0..5000 {
        site.trail.record(Step::new(StepKind::Decision, from("10.0.0.7")).mac(MAC));
    }
    assert_eq!(site.trail.dropped(), 5000 - 4096);
    site.stop.cancel();
    assert_eq!(site.attempts(MAC, 500).await.len(), 1);
}
