//! Machines that lie, shout and repeat themselves.

use inventory::{FilesystemUse, Sample, SensorClass, Temperature};

use crate::machines::{filled, hot, sample};
use crate::site::{INTERVAL, MINUTE, SECOND, Site};

#[tokio::test]
async fn a_hostile_name_stays_in_its_line_and_its_length() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    let label = format!("x\n#9 · forged\u{202e}\u{1b}[2J{}", "🔥".repeat(5000));
    let mut sample = hot(SensorClass::Nvme, 85.0);
    sample.temperatures[0].sensor = label.clone();
    sample
        .temperatures
        .push(Temperature { label: Some("Composite".into()), ..sample.temperatures[0].clone() });
    for _ in 0..11 {
        site.observe(&host, sample.clone()).await;
        site.observe(&host, filled(&format!("/{label}"), 99)).await;
        site.pass(INTERVAL);
    }
    site.tick().await;
    let taken = site.ntfy.taken();
    assert_eq!(taken.len(), 2);
    for message in taken {
        assert!(message.message.len() < 3900 && message.title.len() <= 250);
        assert_eq!(message.message.lines().count(), 2, "{}", message.message);
        assert!(!message.message.contains(['\u{202e}', '\u{1b}']));
        assert!(message.tags.iter().all(|tag| !tag.contains(',')));
    }
}

#[tokio::test]
async fn a_machine_that_names_something_new_each_time_fills_no_memory_and_no_list() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    for round in 0..12 {
        let filesystems = (0..4000).map(|number| FilesystemUse {
            mount: if round == 0 { format!("/{number}") } else { format!("/{number}/{round}") },
            ..filled("/", 99).filesystems[0].clone()
        });
        let flood = Sample { filesystems: filesystems.collect(), ..sample() };
        site.observe(&host, flood.clone()).await;
        site.pass(MINUTE * 3);
        site.observe(&host, flood).await;
        if round == 2 {
            break;
        }
    }
    assert!(site.incidents().await.len() <= 512);
}

#[tokio::test]
async fn a_thing_that_is_named_twice_counts_once() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    let mut twice = filled("/data", 99);
    twice.filesystems.push(filled("/data", 10).filesystems[0].clone());
    for _ in 0..8 {
        site.observe(&host, twice.clone()).await;
        site.pass(INTERVAL);
    }
    assert_eq!(site.incident().await.transition, 1);
}

#[tokio::test]
async fn numbers_that_are_none_move_nothing() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    for celsius in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        site.observe(&host, hot(SensorClass::Cpu, celsius)).await;
        site.pass(MINUTE);
    }
    site.live(SECOND).await;
    assert_eq!(site.incidents().await, []);
}
