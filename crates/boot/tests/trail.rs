//! The boot trail in a real database.

use std::net::IpAddr;
use std::time::Duration;

use crate::site::{MAC, Site};
use boot::trail::dhcp::Told;
use boot::trail::{self, Sighting, Step, StepKind};
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
    // Three boots, each of a machine in a loop.
    for number in 0..750 {
        if number % 250 == 0 {
            site.clock.advance(Duration::from_secs(400));
        }
        let step = Step::new(StepKind::Kernel, from("10.0.0.7")).mac(MAC);
        site.trail.record(step.detail(&format!("{number}\n\x1b[2J{}", "x".repeat(1000))));
    }
    let attempts = until(async || {
        let all_is_stored = site.trail.dropped() == 150;
        let attempts = trail::recent(site.store.readers(), MAC, 10).await.unwrap();
        all_is_stored.then_some(attempts)
    })
    .await;
    // The newest 500 are kept; of each boot the first 200.
    assert_eq!(attempts.iter().map(|attempt| attempt.steps.len()).collect::<Vec<_>>(), [200, 200, 100]);
    let detail = &attempts[0].steps[0].detail;
    assert!(detail.starts_with("500[2Jx") && detail.len() == 300, "{detail}");

    let later = site.clock.now().plus(Duration::from_secs(31 * 24 * 3600));
    site.store
        .write::<_, StoreError, _>(move |tx| Box::pin(async move { trail::sweep(tx, later).await }))
        .await
        .unwrap();
    assert!(trail::recent(site.store.readers(), MAC, 10).await.unwrap().is_empty());
}

async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(std::time::Instant::now() < deadline, "it never came");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn sighting(told: Told, vendor_class: &str) -> Sighting {
    Sighting { vendor_class: Some(vendor_class.to_owned()), ..Sighting::new(MAC, told) }
}

#[tokio::test]
async fn dhcp_begins_a_boot_knows_whose_address_it_is_and_a_running_system_begins_none() {
    let site = Site::new().await;
    let (address, firmware) = (from("10.0.0.7"), "PXEClient:Arch:00007:UNDI:003016");
    site.trail.sighted(sighting(Told::Ack(address), "systemd"));
    site.trail.sighted(sighting(Told::Discover, firmware));
    site.trail.sighted(sighting(Told::Offer(address), firmware));
    site.trail.sighted(sighting(Told::Ack(address), firmware));
    // No MAC in it, and no other step that could claim it.
    site.trail
        .record(Step::new(StepKind::Tftp, address).detail("snponly.efi").of(1000).sent(400, Duration::ZERO));
    let attempts = site.attempts(MAC, 4).await;
    assert_eq!(kinds(&attempts[0]), ["dhcp-discover", "dhcp-offer", "dhcp-ack", "tftp"]);
    assert!(attempts[0].steps[3].broke_off());
    let ack = &attempts[0].steps[2];
    assert_eq!((ack.facts.arch, ack.address), (Some(7), address));
    assert!(ack.detail.contains("10.0.0.7") && ack.detail.contains("firmware"), "{}", ack.detail);
    assert!(attempts[0].steps[0].detail.contains("x86-64 UEFI"), "{:?}", attempts[0].steps[0]);
    // Its system asks while it starts: a step of this boot.
    site.trail.sighted(sighting(Told::Ack(address), "udhcp"));
    site.trail.record(Step::new(StepKind::AgentFirstWord, address).mac(MAC));
    assert_eq!(site.attempts(MAC, 6).await.len(), 1);
    // And hours later, to renew its lease: none.
    site.clock.advance(Duration::from_secs(6 * 3600));
    site.trail.sighted(sighting(Told::Ack(address), "udhcp"));
    site.trail.sighted(sighting(Told::Discover, firmware));
    let attempts = site.attempts(MAC, 7).await;
    assert_eq!(attempts.iter().map(|attempt| attempt.steps.len()).collect::<Vec<_>>(), [1, 6]);
    assert_eq!(trail::latest(site.store.readers(), 10).await.unwrap(), [MAC]);
}

#[tokio::test]
async fn a_transfer_is_seen_while_it_runs_and_recorded_when_it_has_ended_however_it_did() {
    let site = Site::new().await;
    let mut changes = site.trail.changes();
    let kernel = || Step::new(StepKind::Kernel, from("10.0.0.7")).mac(MAC).detail("vmlinuz").of(1000);
    let mut transfer = site.trail.begin(kernel());
    assert_eq!(changes.recv().await.unwrap(), MAC);
    transfer.sent(400);
    let running = site.trail.running(&[MAC]);
    assert_eq!((running.len(), running[0].sent_bytes, running[0].percent()), (1, 400, Some(40)));
    assert!(site.trail.running(&[MacAddr::new([2; 6])]).is_empty());
    drop(transfer);
    assert!(site.trail.running(&[MAC]).is_empty());
    let mut transfer = site.trail.begin(kernel());
    transfer.sent(1000);
    assert!(site.trail.running(&[MAC]).is_empty(), "with its last byte it has ended");
    drop(transfer);
    let attempts = site.attempts(MAC, 2).await;
    let [broken, whole] = &attempts[0].steps[..] else { panic!("{attempts:?}") };
    assert_eq!((broken.bytes, broken.size, broken.broke_off()), (Some(400), Some(1000), true));
    assert_eq!((whole.bytes, whole.broke_off()), (Some(1000), false));
    assert_eq!(changes.recv().await.unwrap(), MAC);
}

#[tokio::test]
async fn two_hundred_machines_that_boot_in_the_same_second_lose_no_step() {
    let site = Site::new().await;
    let mac = |n: u8| MacAddr::new([0x52, 0x54, 0, 0xcc, 0, n]);
    for n in 0..200_u8 {
        let address = IpAddr::from([10, 0, 1, n]);
        let firmware = "PXEClient:Arch:00007:UNDI:003016";
        for told in [Told::Discover, Told::Offer(address), Told::Ack(address)] {
            let vendor_class = Some(firmware.to_owned());
            site.trail.sighted(Sighting { vendor_class, ..Sighting::new(mac(n), told) });
        }
        for kind in [StepKind::Tftp, StepKind::EntryScript] {
            site.trail.record(Step::new(kind, address));
        }
        for kind in [StepKind::Decision, StepKind::Kernel, StepKind::Initramfs, StepKind::AgentFirstWord] {
            site.trail.record(Step::new(kind, address).mac(mac(n)));
        }
    }
    for n in 0..200 {
        let attempts = site.attempts(mac(n), 9).await;
        assert_eq!(attempts.len(), 1, "{attempts:#?}");
    }
    assert_eq!(site.trail.dropped(), 0);
    assert_eq!(trail::latest(site.store.readers(), 1000).await.unwrap().len(), 200);
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
    assert_eq!(site.attempts(MAC, 200).await.len(), 1);
}
