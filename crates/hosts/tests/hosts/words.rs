//! Samples, failures, goodbyes.

use std::time::Duration;

use events::Kind;
use hosts::{DriveWord, Heard, HostError};
use inventory::{DriveHealth, Failure, Goodbye, GoodbyeReason, Id, SCHEMA, Sample, Timestamp};

use crate::machine::Machine;
use crate::site::{SILENCE, Site, site};

impl Site {
    async fn sample(&self, host: &Id, machine: &Machine, seq: u64, celsius: f64) -> Result<Heard, HostError> {
        let (id, now, sample) = (host.clone(), self.now(), machine.sample(seq, celsius));
        self.write(move |tx| Box::pin(async move { hosts::take_sample(tx, &id, &sample, now).await })).await
    }

    async fn failure(&self, host: &Id, machine: &Machine, seq: u64, what: &str) -> Result<Heard, HostError> {
        let failure = Failure {
            schema: SCHEMA,
            agent: machine.stamp(seq),
            at: Timestamp(1),
            what: what.to_owned(),
            reason: "it broke".to_owned(),
            identity: None,
            ticket_prefix: None,
        };
        let (id, now) = (host.clone(), self.now());
        self.write(move |tx| Box::pin(async move { hosts::take_failure(tx, &id, &failure, now).await })).await
    }

    async fn goodbye(&self, host: &Id, machine: &Machine, seq: u64) -> Result<Heard, HostError> {
        let goodbye = Goodbye {
            schema: SCHEMA,
            agent: machine.stamp(seq),
            at: Timestamp(1),
            reason: GoodbyeReason::Stopped,
        };
        let (id, now) = (host.clone(), self.now());
        self.write(move |tx| Box::pin(async move { hosts::take_goodbye(tx, &id, &goodbye, now).await })).await
    }

    async fn hottest(&self, host: &Id) -> Option<f64> {
        self.host(host).await.hottest_celsius
    }
}

#[tokio::test]
async fn a_sample_is_the_hosts_latest_word() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    assert!(hosts::sample(site.store.readers(), &host).await.unwrap().is_none());
    site.pass(Duration::from_secs(30));
    assert_eq!(site.sample(&host, &machine, 1, 61.5).await.unwrap(), Heard::Applied);
    let shown = site.host(&host).await;
    assert_eq!((shown.hottest_celsius, shown.hottest_sensor.as_deref()), (Some(61.5), Some("Composite")));
    assert_eq!((shown.fullest_percent, shown.fullest_mount.as_deref()), (Some(75.0), Some("/var")));
    assert_eq!((shown.last_seen_at, shown.sample_at), (Some(site.now()), Some(site.now())));
    let sample = hosts::sample(site.store.readers(), &host).await.unwrap().unwrap();
    assert_eq!(sample, machine.sample(1, 61.5));
    assert_eq!(site.events(Kind::AgentStarted).await.len(), 1, "the report's start is the sample's");
}

#[tokio::test]
async fn a_sample_that_comes_late_changes_nothing() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    site.sample(&host, &machine, 5, 50.0).await.unwrap();
    let before = site.host(&host).await;
    site.pass(Duration::from_secs(1));
    for seq in [5, 4, 0] {
        assert_eq!(site.sample(&host, &machine, seq, 99.0).await.unwrap(), Heard::Late);
    }
    assert_eq!(site.host(&host).await, before);
    assert_eq!(site.sample(&host, &machine, 6, 51.0).await.unwrap(), Heard::Applied);
    assert_eq!(site.sample(&host, &machine, u64::MAX, 52.0).await.unwrap(), Heard::Applied);
}

#[tokio::test]
async fn a_new_start_is_told_and_an_old_one_is_late_while_the_new_one_lives() {
    let site = site().await;
    let old = Machine::server(1);
    let new = old.clone().with(|m| m.start_id = "start-2");
    let host = site.known(&old).await;
    site.sample(&host, &old, 7, 50.0).await.unwrap();
    assert_eq!(site.sample(&host, &new, 1, 51.0).await.unwrap(), Heard::Applied, "it counts from 1 again");
    assert_eq!(site.events(Kind::AgentStarted).await.len(), 2);
    assert_eq!(site.sample(&host, &old, 8, 99.0).await.unwrap(), Heard::Late);
    assert_eq!(site.hottest(&host).await, Some(51.0));
    site.pass(SILENCE);
    assert_eq!(site.sample(&host, &old, 9, 52.0).await.unwrap(), Heard::Applied, "the one that lives");
    assert_eq!(site.events(Kind::AgentStarted).await.len(), 2, "it did not start again");
}

#[tokio::test]
async fn goodbye_lasts_until_the_next_word() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    site.sample(&host, &machine, 1, 50.0).await.unwrap();
    assert_eq!(site.goodbye(&host, &machine, 2).await.unwrap(), Heard::Applied);
    assert_eq!(site.host(&host).await.goodbye_at, Some(site.now()));
    let told = site.events(Kind::AgentStopped).await;
    assert_eq!(told[0].summary, "the agent of dell-svc0001 was stopped");
    assert_eq!(site.sample(&host, &machine, 1, 50.0).await.unwrap(), Heard::Late);
    assert!(site.host(&host).await.goodbye_at.is_some(), "a late word is no sign of life");

    let restarted = machine.clone().with(|m| m.start_id = "start-2");
    site.sample(&host, &restarted, 1, 50.0).await.unwrap();
    assert_eq!(site.host(&host).await.goodbye_at, None);
    assert_eq!(site.goodbye(&host, &machine, 3).await.unwrap(), Heard::Late, "the old start's goodbye");
    assert_eq!(site.host(&host).await.goodbye_at, None);
}

#[tokio::test]
async fn a_failure_is_told_once_and_over_with_the_next_good_word() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    for (seq, what) in
        [(1, "sample"), (2, "sample"), (3, "inventory"), (4, "x\u{1F600}".repeat(500).as_str())]
    {
        site.failure(&host, &machine, seq, what).await.unwrap();
    }
    assert_eq!(site.events(Kind::AgentFailed).await.len(), 3);
    assert_eq!(site.host(&host).await.problem_count, 3);
    site.sample(&host, &machine, 5, 50.0).await.unwrap();
    let left = hosts::problems(site.store.readers(), &host).await.unwrap();
    assert_eq!(left.iter().map(|p| p.part.as_str()).collect::<Vec<_>>(), ["inventory"]);
    site.report(&host, &machine).await.unwrap();
    assert_eq!(site.host(&host).await.problem_count, 0);
    assert_eq!(site.events(Kind::AgentRecovered).await.len(), 3);
}

#[tokio::test]
async fn a_flood_of_failures_is_bounded() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    for seq in 1..100 {
        site.failure(&host, &machine, seq, &format!("part {seq}")).await.unwrap();
    }
    assert_eq!(site.host(&host).await.problem_count, 32);
}

#[tokio::test]
async fn words_for_a_host_that_is_not_there_are_named() {
    let site = site().await;
    let (nobody, machine) = ("nobody".parse().unwrap(), Machine::server(1));
    assert!(matches!(site.sample(&nobody, &machine, 1, 1.0).await, Err(HostError::NoHost(_))));
    assert!(matches!(site.failure(&nobody, &machine, 1, "x").await, Err(HostError::NoHost(_))));
    assert!(matches!(site.goodbye(&nobody, &machine, 1).await, Err(HostError::NoHost(_))));
}

#[tokio::test]
async fn what_drives_said_is_kept_until_they_speak_again() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    let drive = |device: &str, serial: &str| DriveHealth {
        device: device.to_owned(),
        serial: Some(serial.to_owned()),
        temp_celsius: Some(30),
        ..DriveHealth::default()
    };
    let take = async |seq, drives: Vec<DriveHealth>| {
        let sample = Sample { drives, ..machine.sample(seq, 40.0) };
        let (id, now) = (host.clone(), site.now());
        site.write(move |tx| Box::pin(async move { hosts::take_sample(tx, &id, &sample, now).await })).await
    };
    let kept = async || hosts::drives(site.store.readers(), &host).await.unwrap();
    let first = site.now();
    take(1, vec![drive("sda", "A"), drive("sdb", "B")]).await.unwrap();
    site.pass(Duration::from_secs(30));
    take(2, vec![]).await.unwrap();
    let names: Vec<_> = kept().await.into_iter().map(|word| (word.health.device, word.at)).collect();
    assert_eq!(
        names,
        [("sda".to_owned(), first), ("sdb".to_owned(), first)],
        "most samples say nothing of drives"
    );

    site.pass(Duration::from_secs(600));
    let asleep = DriveHealth { asleep: true, temp_celsius: None, ..drive("sdc", "B") };
    take(3, vec![asleep]).await.unwrap();
    let words = kept().await;
    assert_eq!(words.len(), 1, "a drive that is not named any more is gone");
    let DriveWord { at, health } = &words[0];
    assert_eq!(
        (*at, health.temp_celsius, health.asleep),
        (first, Some(30), true),
        "its last numbers, and that it sleeps"
    );
    assert_eq!(health.device, "sdc", "by its name of now");

    assert_eq!(take(2, vec![drive("sda", "A")]).await.unwrap(), Heard::Late);
    assert_eq!(kept().await.len(), 1, "a late sample's drives are late, too");
    take(4, vec![drive("sdc", "B")]).await.unwrap();
    let words = kept().await;
    assert_eq!((words[0].at, words[0].health.asleep), (site.now(), false));
}
