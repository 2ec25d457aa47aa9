use std::sync::Arc;

use inventory::{ManualClock, Report, Timestamp};

use super::super::orders::Orders;
use super::super::sampling::{Drives, take_samples, watch_drives};
use super::super::teller::Newest;
use tokio::time::timeout;

use super::*;
use crate::collect::{Collectors, SLOW};
use crate::outbox::{Kind, Outbox};
use crate::report::Reporter;
use crate::sample::Sampler;
use crate::start::Start;
use crate::tree::Builder;

struct Scene {
    outbox: Arc<Outbox>,
    orders: Orders,
    newest: Newest,
}

/// All watchers of this machine. Time stands still in these tests until everybody waits, and then jumps to the next timer.
fn watching(tree: &Builder) -> Scene {
    let start = Arc::new(Start::new(&tree.root()).unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp(1)));
    let reporter = Reporter {
        collectors: Collectors::new(tree.root()),
        start: Arc::clone(&start),
        clock: clock.clone(),
    };
    let sampler = Sampler::new(tree.root(), start, clock);
    let (outbox, orders, newest) = (Arc::new(Outbox::default()), Orders::new(), Newest::new());
    let teller = Teller { reporter, outbox: Arc::clone(&outbox), newest: newest.clone() };
    let drives = Drives::default();
    tokio::spawn(watch_quick(teller.clone(), orders.reports()));
    for section in SLOW {
        tokio::spawn(watch_slow(section, teller.clone(), orders.reports()));
    }
    tokio::spawn(watch_drives(sampler.clone(), teller.clone(), Arc::clone(&drives)));
    tokio::spawn(take_samples(sampler, teller, drives, orders.intervals(), None));
    Scene { outbox, orders, newest }
}

impl Scene {
    async fn next(&self) -> (Kind, String) {
        let letter = self.outbox.next().await;
        self.outbox.settle(&letter);
        (letter.kind, String::from_utf8_lossy(&letter.body).into_owned())
    }

    /// What the next inventories tell, until all slow sections were told too.
    async fn settled(&self) -> Vec<Report> {
        let mut told = Vec::new();
        let mut missing = SLOW.to_vec();
        while !missing.is_empty() {
            let (kind, body) = self.next().await;
            assert_eq!(kind, Kind::Inventory, "{body}");
            missing.retain(|section| is_untold(&body, section));
            told.push(serde_json::from_str(&body).unwrap());
        }
        told
    }
}

fn is_untold(body: &str, section: &str) -> bool {
    body.contains(&format!("\"{section}\":{{\"status\":\"untold\"}}"))
}

fn machine() -> Builder {
    Builder::new().file("/proc/cpuinfo", "model name : Old\n\n").file("/proc/uptime", "21.67 61.06\n")
}

const HOURS: Duration = Duration::from_secs(3 * 3600);

#[tokio::test(start_paused = true)]
async fn the_quick_sections_are_told_at_once_and_each_slow_one_when_it_is_there() {
    let scene = watching(&machine());
    let told = scene.settled().await;
    let has_cpu = |report: &Report| report.sections.cpu.data().is_some();
    let (first, later) = told.split_first().unwrap();
    assert!(has_cpu(first) && !later.iter().any(has_cpu), "{told:#?}");
}

#[tokio::test(start_paused = true)]
async fn only_the_section_that_changed_is_told_again() {
    let tree = machine();
    let scene = watching(&tree);
    scene.settled().await;
    sleep(HOURS).await;
    assert!(scene.outbox.is_empty());

    let _tree = tree.file("/proc/cpuinfo", "model name : New\n\n");
    let (kind, body) = scene.next().await;
    assert!(kind == Kind::Inventory && body.contains("New") && is_untold(&body, "memory"), "{body}");
    let newest = scene.newest.report.borrow().clone().unwrap();
    assert_eq!(newest.sections.cpu.data().unwrap().model.as_deref(), Some("New"));
    assert!(newest.sections.memory != inventory::Section::Untold, "who comes and asks is told all");
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_is_found_late_is_told_within_seconds_and_asked_too() {
    let tree = machine().folder("/sys/block");
    let scene = watching(&tree);
    scene.settled().await;
    let begun = Instant::now();
    let _tree = tree.file("/sys/block/sda/size", "2048\n").file("/sys/block/sda/serial", "S1\n");
    let told = |body: &str, section: &str| !is_untold(body, section);
    let (kind, body) = scene.next().await;
    assert!(kind == Kind::Inventory && told(&body, "disks") && body.contains("sda"), "{body}");
    assert!(begun.elapsed() < 4 * FIRST_PAUSE, "{:?}", begun.elapsed());
    let (kind, body) = scene.next().await;
    assert!(kind == Kind::Inventory && (told(&body, "drives") || told(&body, "contents")), "{body}");
    assert!(begun.elapsed() < 4 * FIRST_PAUSE, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_whole_inventory_is_sent_when_it_was_asked_for() {
    let scene = watching(&machine());
    scene.settled().await;
    scene.orders.report();
    let (kind, body) = scene.next().await;
    assert_eq!(kind, Kind::Inventory);
    assert!(body.contains("Old") && !SLOW.iter().any(|section| is_untold(&body, section)), "{body}");
}

#[tokio::test(start_paused = true)]
async fn samples_are_taken_once_somebody_wants_them() {
    let scene = watching(&machine());
    scene.settled().await;
    sleep(HOURS).await;
    assert!(scene.outbox.is_empty());
    scene.orders.sample_every_secs(30);
    for seq in 1..=3 {
        let (kind, body) = scene.next().await;
        assert!(kind == Kind::Sample && body.contains(&format!("\"seq\":{seq}")), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_goes_dark_is_a_failure_and_no_inventory() {
    let scene = watching(&Builder::new());
    let (kind, body) = timeout(HOURS, async {
        loop {
            let (kind, body) = scene.next().await;
            if kind != Kind::Inventory {
                break (kind, body);
            }
        }
    })
    .await
    .unwrap();
    assert!(kind == Kind::Failure && body.contains("no section could be collected"), "{body}");
}
