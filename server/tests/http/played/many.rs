//! Fifty hosts are armed by one command and installed at once.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::StatusCode;

use super::{is_installed, is_refused};
use crate::cli::done;
use crate::scripted::{self, Machine, Script, file_in};
use crate::support::{TestServer, expect, problem};

const ALL: u8 = 50;

/// One of them: to its document, for which it asks twice at once. Answers the script, too.
async fn plays(server: &TestServer, machine: &mut Machine, number: u8) -> (Script, String) {
    let script = machine.boots(server).await;
    let voice = machine.comes_up(server, &script).await;
    let guard = expect(machine.gets(server, &script.live).await, StatusCode::OK).await;
    assert!(guard.contains(&format!("_DISK{number}")) && !guard.contains(&format!("_DISK{number}0")));
    voice.says(server, "live", "").await;
    voice.says(server, "disk-checked", "").await;
    let (one, two) = tokio::join!(machine.gets(server, &script.node), machine.gets(server, &script.node));
    let (given, refused) = if one.status() == StatusCode::OK { (one, two) } else { (two, one) };
    problem(refused, StatusCode::FORBIDDEN).await;
    let document = expect(given, StatusCode::OK).await;
    assert_eq!(file_in(&document, "/etc/hostname").trim(), format!("w{number}.okd1.example.lan"));
    is_installed(server, machine, &voice, &document).await;
    (script, document)
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_hosts_that_are_armed_at_once_are_installed_at_once_each_as_itself() {
    let server = TestServer::new().await;
    scripted::cluster(&server).await;
    let mut machines: Vec<Machine> = (1..=ALL).map(Machine::apart).collect();
    for (number, machine) in (1..=ALL).zip(&mut machines) {
        machine.enrols(&server).await;
        machine.is_approved(&server).await;
        machine.becomes(&server, "worker", &format!("serial=DISK{number}")).await;
    }
    let names: Vec<String> = (1..=ALL).map(|number| format!("node{number}")).collect();
    let words: Vec<&str> =
        ["host", "arm"].into_iter().chain(names.iter().map(String::as_str)).chain(["--yes"]).collect();
    done(&server, &words).await;

    // Before any of them is used, each tries the next one's ticket: from its own address it is good for nothing.
    let scripts: Vec<Script> = join_all(machines.iter().map(|machine| machine.boots(&server))).await;
    let next = scripts.iter().cycle().skip(1);
    join_all(machines.iter().zip(next).map(|(machine, script)| is_refused(&server, machine, script))).await;

    let playing = (1..=ALL).zip(&mut machines).map(|(number, machine)| plays(&server, machine, number));
    let played = join_all(playing).await;
    let documents: BTreeSet<&String> = played.iter().map(|(_, document)| document).collect();
    assert_eq!(documents.len(), usize::from(ALL), "each has its own");
    for (machine, (script, _)) in machines.iter().zip(&played) {
        is_refused(&server, machine, script).await;
        let install = machine.install(&server).await;
        assert_eq!(
            (&install["generation"], machine.state(&server).await.as_str()),
            (&1.into(), "in-service")
        );
    }
    for rule in ["install.failed", "install.overdue", "install.leaked"] {
        server.incidents(rule, 0).await;
    }
}
