//! The server is killed after every single step of an installation.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Site, is_refused};
use crate::scripted::{Voice, enrolment_ticket};
use crate::support::{Agent, expect, problem};

/// When the server is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Killed {
    /// Once it shows the step: then all of it must be there afterwards.
    OnceItIsShown,
    /// As soon as it has answered: of what only the server saw, it may have written nothing yet.
    AtOnce,
}

impl Killed {
    /// After this step, whose server is killed and started anew. Answers the new one.
    async fn after(self, site: Site, step: &str) -> Site {
        if self == Self::OnceItIsShown && step != "armed" {
            site.machine.installs(&site.server, |install| said(install).contains(&step)).await;
        }
        let before = kept(&site).await;
        let site = site.killed().await;
        if self == Self::OnceItIsShown {
            assert_eq!(kept(&site).await, before, "after {step}");
        }
        site
    }
}

/// All that is kept of the installation, without what follows from the time of day; and where its host stands.
async fn kept(site: &Site) -> Value {
    let install = site.machine.install(&site.server).await;
    let state = site.machine.state(&site.server).await;
    let keys = ["generation", "armed_at", "expires_at", "consumed_at", "ended", "words"];
    let kept: Vec<&Value> = keys.iter().map(|key| &install[*key]).collect();
    json!([state, install["standing"]["last"], install["standing"]["percent"], kept])
}

/// The steps that are kept, in the order in which they came.
fn said(install: &Value) -> Vec<&str> {
    install["words"].as_array().unwrap().iter().map(|word| word["step"].as_str().unwrap()).collect()
}

/// How many events of this kind the host has.
async fn events(site: &Site, kind: &str) -> usize {
    let events = site.server.read(&format!("/api/v1/hosts/{}/events", site.machine.host)).await;
    events.as_array().unwrap().iter().filter(|event| event["kind"] == kind).count()
}

async fn play(killed: Killed) {
    let site = Site::new().await;
    assert_eq!(site.machine.armed(&site.server, "first").await, 1);
    let site = killed.after(site, "armed").await;

    let script = site.machine.boots(&site.server).await;
    let mut site = killed.after(site, "script").await;
    for (path, step) in [(&script.kernel, "kernel"), (&script.rootfs, "rootfs")] {
        expect(site.machine.gets(&site.server, path).await, StatusCode::OK).await;
        site = killed.after(site, step).await;
    }
    let live = expect(site.machine.gets(&site.server, &script.live).await, StatusCode::OK).await;
    let voice = Voice::of(&live);
    site = killed.after(site, "live").await;
    for step in ["live", "disk-checked"] {
        voice.says(&site.server, step, "").await;
        site = killed.after(site, step).await;
    }

    // The one answer of the generation.
    let document = expect(site.machine.gets(&site.server, &script.node).await, StatusCode::OK).await;
    site = killed.after(site, "ignition").await;
    is_refused(&site.server, &site.machine, &script).await;
    for percent in [0, 41, 97] {
        voice.says(&site.server, "writing", &format!("&percent={percent}")).await;
        site = killed.after(site, "writing").await;
        assert_eq!(site.machine.install(&site.server).await["standing"]["percent"], percent);
        is_refused(&site.server, &site.machine, &script).await;
    }
    voice.says(&site.server, "written", "").await;
    site = killed.after(site, "written").await;
    assert_eq!(site.machine.state(&site.server).await, "installed");
    assert!(!site.machine.asks(&site.server).await.contains("coreos.inst"), "it boots its own disk");
    site = killed.after(site, "written").await;
    Voice::of(&document).says(&site.server, "first-boot", "").await;
    site = killed.after(site, "first-boot").await;

    // The answer to its agent's first word is lost with the server, and it says it again.
    site.machine.agent = Agent::new(&site.machine.agent.mac, &site.machine.agent.serial);
    for _ in 0..2 {
        let ticket = enrolment_ticket(&document);
        let reply = expect(site.machine.claims(&site.server, Some(ticket)).await, StatusCode::OK).await;
        let reply: Value = serde_json::from_str(&reply).unwrap();
        assert_eq!(reply["host"], json!(site.machine.host), "the same host");
        site = killed.after(site, "in-service").await;
    }
    assert_eq!(site.machine.state(&site.server).await, "in-service");
    let install = site.machine.install(&site.server).await;
    assert_eq!((&install["ended"]["outcome"], &install["generation"]), (&json!("installed"), &json!(1)));
    for (kind, times) in [("install.armed", 1), ("install.started", 1), ("install.ended", 1)] {
        assert_eq!(events(&site, kind).await, times, "{kind}");
    }
    // Each step is there once; of what the server only saw, at the most once.
    let words = said(&install);
    let seen = ["script", "kernel", "rootfs", "ignition"];
    let told = ["live", "disk-checked", "writing", "written", "first-boot", "agent", "in-service"];
    for step in seen.into_iter().chain(told) {
        let times = words.iter().filter(|word| **word == step).count();
        let least = usize::from(killed == Killed::OnceItIsShown || told.contains(&step));
        assert!((least..=1).contains(&times), "{step}: {words:?}");
    }
    // What is left of it is good for nothing: not its tickets, not for another machine, not for its words.
    is_refused(&site.server, &site.machine, &script).await;
    voice.says_failed(&site.server, "writing", "I/O error").await;
    site.machine.agent = Agent::new("3c:ec:ef:00:09:09", "OTHER");
    let stolen = site.machine.claims(&site.server, Some(enrolment_ticket(&document))).await;
    problem(stolen, StatusCode::FORBIDDEN).await;
    let site = site.killed().await;
    assert_eq!(site.machine.install(&site.server).await["ended"]["outcome"], "installed");
    assert!(!site.machine.asks(&site.server).await.contains("coreos.inst"));
    for rule in ["install.failed", "install.overdue", "install.leaked"] {
        site.server.incidents(rule, 0).await;
    }
    site.server.incidents("install.refused", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_after_every_step_loses_nothing_and_does_nothing_twice() {
    play(Killed::OnceItIsShown).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_with_its_answer_on_the_way_installs_all_the_same() {
    play(Killed::AtOnce).await;
}
