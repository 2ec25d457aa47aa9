//! The agent of an installed system: its unit, its status.

use std::process::Command;

use serde_json::{Value, json};

use crate::agent::{DEADLINE, command};
use crate::server::{HOST, Server};
use crate::{Agent, Scene};

const PIN: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

const INSTALL: [&str; 5] = ["install", "--server", "https://10.0.0.2:8443", "--pin", PIN];

fn output(arguments: &[&str]) -> (bool, String) {
    let output = command().args(arguments).stdout(std::process::Stdio::piped()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn the_printed_unit_is_one_that_systemd_understands() {
    let folder = tempfile::tempdir().unwrap();
    let ticket = folder.path().join("ticket");
    std::fs::write(&ticket, "SECRETTICKET\n").unwrap();
    let ticket = ticket.display().to_string();
    let settings = ["--ticket-file", &ticket, "--interval", "60", "--scrape", "loopback", "--print"];
    let (done, shown) = output(&[&INSTALL[..], &settings].concat());
    assert!(done, "{shown}");
    let (unit, settings) = shown.split_once("# /etc/muster-agent/agent.env").unwrap();
    assert!(unit.contains("ExecStart=/usr/local/bin/muster-agent run"), "{unit}");
    let settings: Vec<&str> = settings.lines().skip(1).collect();
    let pin = format!("MUSTER_PIN={PIN}");
    assert_eq!(
        settings,
        [
            "MUSTER_SERVER=https://10.0.0.2:8443/",
            &pin,
            "MUSTER_TICKET=SECRET…",
            "MUSTER_ALLOW=blink,logs,report",
            "MUSTER_INTERVAL=60",
            "MUSTER_SCRAPE=loopback",
        ]
    );
    // Where systemd is not installed its words can't be asked for: each line is of the form that it reads.
    let file = folder.path().join("muster-agent.service");
    let program = env!("CARGO_BIN_EXE_muster-agent");
    std::fs::write(&file, unit.replace("/usr/local/bin/muster-agent", program)).unwrap();
    if let Ok(verified) = Command::new("systemd-analyze").arg("verify").arg(&file).output() {
        let said = String::from_utf8_lossy(&verified.stderr).into_owned();
        assert!(!said.contains("muster-agent.service:"), "{said}");
    }
    for line in unit.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        assert!(
            line.starts_with('[') || line.split_once('=').is_some_and(|(key, _)| !key.contains(' ')),
            "{line}"
        );
    }
}

#[test]
fn an_ignition_document_is_printed_and_wrong_usage_is_refused() {
    let (done, text) = output(&[&INSTALL[..], &["--ignition"]].concat());
    assert!(done, "{text}");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["systemd"]["units"][0]["enabled"], true);
    for wrong in [
        &["install"][..],
        &["install", "--server", "https://10.0.0.2:8443"],
        &["install", "--binary-url", "x"],
        &[&INSTALL[..], &["--interval", "0", "--print"]].concat(),
        &[&INSTALL[..], &["--scrape", "everybody", "--print"]].concat(),
    ] {
        assert!(!output(wrong).0, "{wrong:?}");
    }
}

/// What the status file says, once it is there.
fn status(file: &str) -> Value {
    let deadline = std::time::Instant::now() + DEADLINE;
    loop {
        let (done, text) = output(&["status", "--status", file, "--json"]);
        if done {
            return serde_json::from_str(&text).unwrap();
        }
        assert!(std::time::Instant::now() < deadline, "{text}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn the_status_tells_how_the_agent_stands() {
    let (scene, server) = (Scene::new(), Server::start());
    let file = scene.keep.path().join("status.json").display().to_string();
    assert!(output(&["status", "--status", &file]).1.contains("is an agent running here"));
    let _agent = scene.agent_of(&server, &["--status", &file]);
    let status = status(&file);
    assert_eq!((&status["host"], &status["server"]), (&json!(HOST), &json!(format!("{}/", server.url()))));
    assert!(output(&["status", "--status", &file]).1.contains(&format!("enrolled as   {HOST}")));
}

#[test]
fn an_agent_without_a_server_has_a_status_too() {
    let scene = Scene::new();
    let file = scene.keep.path().join("status.json").display().to_string();
    let scrape = ["--scrape", "loopback", "--scrape-port", "0", "--status", &file];
    let _agent = Agent::run(&scene.arguments(&scrape));
    let status = status(&file);
    assert_eq!((status.get("server"), status.get("host")), (None, None));
    assert!(status["failed_sections"]["disks"].is_string(), "{status}");
    let said = output(&["status", "--status", &file]).1;
    assert!(said.contains("none: it waits to be asked") && !said.contains("enrolled"), "{said}");
}
