//! The server is away for a while, and what it missed is seen when it is back.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use super::{is_installed, is_refused};
use crate::scripted::{self, Machine};
use crate::support::{TestServer, expect};

const MINUTE: Duration = Duration::from_secs(60);

async fn room() -> (TestServer, Machine) {
    let server = TestServer::new().await;
    scripted::cluster(&server).await;
    let machine = Machine::assigned(&server, 1).await;
    machine.armed(&server, "first").await;
    (server, machine)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arming_that_runs_out_meanwhile_installs_nobody() {
    let (server, mut machine) = room().await;
    let script = machine.boots(&server).await;
    let server = server.away_for(119 * MINUTE).await;
    machine.boots(&server).await;
    let server = server.away_for(2 * MINUTE).await;
    // It is told before anybody is answered.
    assert_eq!(machine.install(&server).await["ended"]["outcome"], "expired");
    assert_eq!(machine.state(&server).await, "assigned");
    let text = machine.asks(&server).await;
    assert!(!text.contains("coreos.inst") && text.contains("ran out"), "{text}");
    is_refused(&server, &machine, &script).await;
    // Armed again, it is installed.
    assert_eq!(machine.armed(&server, "first").await, 2);
    let (voice, document) = machine.fetches_its_document(&server).await;
    is_installed(&server, &mut machine, &voice, &document).await;
}

/// The whole room is without power while the disk is written: server and machine.
#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_of_the_whole_room_is_seen_by_the_server_that_comes_back() {
    let (server, mut machine) = room().await;
    let (voice, _) = machine.fetches_its_document(&server).await;
    voice.says(&server, "writing", "&percent=41").await;
    let server = server.away_for(5 * MINUTE).await;
    assert_eq!(machine.install(&server).await["standing"]["percent"], 41);
    assert!(!machine.asks(&server).await.contains("coreos.inst"), "never a second time");
    let asked = |install: &serde_json::Value| {
        install["words"].as_array().unwrap().last().unwrap()["step"] == json!("script")
    };
    machine.installs(&server, asked).await;
    let server = server.away_for(MINUTE).await;
    machine.installs(&server, |install| install["ended"]["outcome"] == "failed").await;
    let incident = server.incidents("install.failed", 1).await.remove(0);
    assert!(incident["text"].as_str().unwrap().contains("41 %"), "{incident:#}");
    assert!(!machine.asks(&server).await.contains("coreos.inst"), "nor now");

    assert_eq!(machine.armed(&server, "again").await, 2);
    let script = machine.boots(&server).await;
    let voice = machine.comes_up(&server, &script).await;
    voice.says(&server, "disk-checked", "").await;
    let document = expect(machine.gets(&server, &script.node).await, StatusCode::OK).await;
    is_installed(&server, &mut machine, &voice, &document).await;
    server.incidents("install.failed", 0).await;
}
