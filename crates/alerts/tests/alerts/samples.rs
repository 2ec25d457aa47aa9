//! Filesystems and temperatures, as they arrive.

use alerts::{IncidentState, Settings, Severity};
use inventory::{SensorClass, Warning};

use crate::machines::{filled, hot, sample};
use crate::site::{INTERVAL, MINUTE, Site, settings};

#[tokio::test]
async fn a_filesystem_fills_up_and_is_emptied() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    for (percent, intervals) in [(91, 11), (97, 5), (60, 1)] {
        for _ in 0..intervals {
            site.observe(&host, filled("/data", percent)).await;
            site.pass(INTERVAL);
        }
        site.tick().await;
    }
    let incident = site.incident().await;
    assert_eq!((incident.rule.as_str(), incident.component.as_str()), ("fs.usage", "/data"));
    assert_eq!((incident.state, incident.transition), (IncidentState::Resolved, 3));
    assert_eq!(
        site.ntfy.titles(),
        ["node1: /data is 91 % full", "node1: /data is 97 % full", "node1: /data has room again"]
    );
    let [warn, crit, _] = &site.ntfy.taken()[..] else { panic!() };
    assert!(warn.message.starts_with("91.0 % used, 9.0 GiB free. Warning from 90 % on."), "{}", warn.message);
    assert!(crit.message.contains("Critical from 95 % on"), "{}", crit.message);
}

#[tokio::test]
async fn every_class_of_sensor_has_its_rule() {
    for (class, celsius, rule) in [
        (SensorClass::Nvme, 75.0, "temp.nvme"),
        (SensorClass::Hdd, 55.0, "temp.hdd"),
        (SensorClass::Ssd, 65.0, "temp.ssd_sata"),
        (SensorClass::Cpu, 90.0, "temp.cpu"),
        (SensorClass::Inlet, 37.0, "temp.inlet"),
    ] {
        let site = Site::new().await;
        let host = site.host("node1").await;
        for _ in 0..31 {
            site.observe(&host, hot(class, celsius)).await;
            site.pass(INTERVAL);
        }
        let incident = site.incident().await;
        assert_eq!((incident.rule.as_str(), incident.severity), (rule, Severity::Warn));
        for _ in 0..21 {
            site.observe(&host, hot(class, 20.0)).await;
            site.pass(INTERVAL);
        }
        assert_eq!(site.incident().await.state, IncidentState::Resolved, "{rule}");
    }
}

#[tokio::test]
async fn a_value_that_swings_for_an_hour_rings_once() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    for round in 0..360 {
        let celsius = if round < 25 { 80.5 } else { 80.0 + f64::from(round % 3) - 1.0 };
        site.observe(&host, hot(SensorClass::Nvme, celsius)).await;
        site.pass(INTERVAL / 3);
        site.tick().await;
    }
    assert!(site.ntfy.taken().len() <= 2, "{:?}", site.ntfy.titles());
}

#[tokio::test]
async fn a_component_that_is_not_reported_keeps_its_incident_for_an_hour() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    for _ in 0..11 {
        site.observe(&host, filled("/data", 91)).await;
        site.pass(INTERVAL);
    }
    let silent = || inventory::Sample {
        warnings: vec![Warning { path: "filesystems".into(), reason: "no answer".into() }],
        ..sample()
    };
    for _ in 0..130 {
        site.observe(&host, silent()).await;
        site.pass(INTERVAL);
    }
    assert_eq!(site.incident().await.state, IncidentState::Open, "what could not be read is not gone");
    site.observe(&host, sample()).await;
    let incident = site.incident().await;
    assert_eq!(
        (incident.state, incident.ending.as_deref()),
        (IncidentState::Resolved, Some("no longer reported"))
    );
}

#[tokio::test]
async fn a_rule_that_is_switched_off_is_silent_and_ends_what_it_began() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    for _ in 0..11 {
        site.observe(&host, filled("/data", 91)).await;
        site.pass(INTERVAL);
    }
    site.tick().await;
    let off: Settings = toml::from_str("[rules.fs.usage]\nenabled = false").unwrap();
    let site = site.restart_with(Settings { rules: off.rules, ..settings() }).await;
    site.tick().await;
    assert_eq!(site.ntfy.titles(), ["node1: /data is 91 % full", "node1: no longer watched"]);
    for _ in 0..20 {
        site.observe(&host, filled("/data", 99)).await;
        site.pass(INTERVAL);
    }
    assert_eq!(site.open().await, []);
}

#[tokio::test]
async fn what_was_pending_before_a_restart_is_not_forgotten() {
    let site = Site::new().await;
    let host = site.host("node1").await;
    site.observe(&host, filled("/data", 91)).await;
    site.pass(MINUTE * 5);
    let site = site.restart().await;
    site.observe(&host, filled("/data", 91)).await;
    assert_eq!(site.incident().await.severity, Severity::Warn);
    // And it goes on with the incident that it knows.
    let site = site.restart().await;
    site.observe(&host, filled("/data", 50)).await;
    assert_eq!(site.incident().await.state, IncidentState::Resolved);
}
