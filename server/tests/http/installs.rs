//! How far an installation is: a scripted machine over a real server, and what is told of it.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::cli::{done, failed};
use crate::scripted::{self, Machine, Voice};
use crate::support::{TestServer, expect, problem};

const MINUTE: Duration = Duration::from_secs(60);

async fn room() -> (TestServer, Machine) {
    let server = TestServer::new().await;
    scripted::cluster(&server).await;
    let machine = Machine::assigned(&server, 1).await;
    let place = json!({"place": "rack-2/slot-3"});
    let placed = server.operator(Method::PUT, &format!("/api/v1/hosts/{}/place", machine.host));
    expect(placed.json(&place).send().await.unwrap(), StatusCode::OK).await;
    (server, machine)
}

async fn page(server: &TestServer, machine: &Machine) -> String {
    let page = server.operator(Method::GET, &format!("/hosts/{}", machine.host)).send().await.unwrap();
    expect(page, StatusCode::OK).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_is_seen_step_by_step_until_the_installed_systems_agent_is_the_same_host() {
    let (server, mut machine) = room().await;
    assert!(failed(&server, &["host", "install", "node1"]).await.contains("node1"), "it was never armed");
    assert!(!page(&server, &machine).await.contains("Installation"));
    assert_eq!(machine.armed(&server, "first").await, 1);
    let armed = machine.install(&server).await;
    assert_eq!((&armed["standing"]["last"], &armed["standing"]["next"]), (&json!("armed"), &json!("script")));
    assert_eq!(armed["node"], "control-plane node cp1 of okd1.example.lan");

    let script = machine.boots(&server).await;
    machine.reaches(&server, "script").await;
    let voice = machine.comes_up(&server, &script).await;
    let live = machine.reaches(&server, "live").await;
    let steps: Vec<&str> =
        live["words"].as_array().unwrap().iter().map(|word| word["step"].as_str().unwrap()).collect();
    for seen in ["script", "kernel", "rootfs", "live"] {
        assert!(steps.contains(&seen), "{seen}: {steps:?}");
    }
    voice.says(&server, "live", "").await;
    voice.says(&server, "disk-checked", "").await;
    machine.reaches(&server, "disk-checked").await;
    let document = expect(machine.gets(&server, &script.node).await, StatusCode::OK).await;
    machine.reaches(&server, "ignition").await;
    assert_eq!(machine.state(&server).await, "installing");
    for percent in [0, 40, 97] {
        voice.says(&server, "writing", &format!("&percent={percent}")).await;
    }
    assert_eq!(machine.install(&server).await["standing"]["percent"], 97);
    let shown = page(&server, &machine).await;
    assert!(shown.contains("the disk is being written") && shown.contains("value=\"97\""), "{shown}");
    voice.says(&server, "written", "").await;
    assert_eq!(machine.state(&server).await, "installed");
    // It restarts, and its firmware asks first: that is as it should be.
    assert!(!machine.asks(&server).await.contains("coreos.inst"), "it boots its own disk");
    server.clock.advance(2 * MINUTE);
    Voice::of(&document).says(&server, "first-boot", "").await;
    let joined = machine.joins(&server, &document).await;
    assert_eq!(joined, machine.host, "the installed system's agent is the same host");

    let end = machine.install(&server).await;
    assert_eq!((&end["standing"]["state"], &end["standing"]["last"]), (&json!("done"), &json!("in-service")));
    assert_eq!(end["ended"]["outcome"], "installed");
    assert_eq!(machine.state(&server).await, "in-service");
    for rule in ["install.failed", "install.overdue", "install.leaked", "install.refused"] {
        server.incidents(rule, 0).await;
    }
    let said = done(&server, &["host", "install", "node1", "--follow"]).await;
    for line in ["control-plane node cp1", "booted from its own disk", "done: The node is in service"] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!said.contains("try again"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_while_the_disk_is_written_rings_and_is_tried_again_as_a_new_generation() {
    let (server, mut machine) = room().await;
    machine.armed(&server, "first").await;
    let (voice, old_document) = machine.fetches_its_document(&server).await;
    voice.says(&server, "writing", "&percent=41").await;
    server.clock.advance(MINUTE);
    let script = machine.asks(&server).await;
    assert!(!script.contains("coreos.inst"), "never a second time: {script}");
    machine
        .installs(&server, |install| install["words"].as_array().unwrap().last().unwrap()["step"] == "script")
        .await;
    assert_eq!(machine.state(&server).await, "installing", "it may have been somebody else");
    server.clock.advance(MINUTE);
    machine.installs(&server, |install| install["ended"]["outcome"] == "failed").await;
    assert_eq!(machine.state(&server).await, "failed");
    let incident = server.incidents("install.failed", 1).await.remove(0);
    assert_eq!((&incident["severity"], &incident["place"]), (&json!("crit"), &json!("rack-2/slot-3")));
    let text = incident["text"].as_str().unwrap();
    for part in [
        "control-plane node cp1 of okd1.example.lan",
        "asked for its boot script again while its disk was being written at 41 %",
        "Last good step, 2 min ago: the disk is being written, 41 %",
        "Likely: A power cut or a reset",
        "Try again: muster host reprovision node1",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let said = failed(&server, &["host", "install", "node1", "--follow"]).await;
    assert!(said.contains("power cut or a reset"), "{said}");
    try_again_from_the_page(&server, &machine).await;
    assert_eq!(machine.install(&server).await["generation"], 2);
    server.incidents("install.failed", 0).await;
    // What is left of the first says nothing of the second: not its words, not its agent.
    voice.says(&server, "written", "").await;
    assert_eq!(machine.install(&server).await["standing"]["last"], "armed");
    let (voice, document) = machine.fetches_its_document(&server).await;
    voice.says(&server, "writing", "&percent=3").await;
    machine.joins(&server, &old_document).await;
    assert_eq!(machine.state(&server).await, "installing", "that is the first generation's agent");
    voice.says(&server, "written", "").await;
    machine.joins(&server, &document).await;
    assert_eq!(machine.state(&server).await, "in-service");
}

/// The button: it arms what its page showed, for a browser that is logged in, and for nobody else.
async fn try_again_from_the_page(server: &TestServer, machine: &Machine) {
    let shown = page(server, machine).await;
    for part in ["muster host reprovision node1", "written: INTEL", "kept: INTEL", "Arm it again"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let link = shown.split("action=\"").find(|rest| rest.contains("/reinstall/")).unwrap();
    let link = link.split('"').next().unwrap();
    let login = server.request(Method::POST, "/login").body(format!("token={}", server.token));
    let login = login.header("Content-Type", "application/x-www-form-urlencoded").send().await.unwrap();
    let cookie = login.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let press = |link: &str| server.request(Method::POST, link).header("Cookie", &cookie);
    let stranger = server.request(Method::POST, link).send().await.unwrap();
    problem(stranger, StatusCode::UNAUTHORIZED).await;
    let (without_proof, _) = link.rsplit_once('/').unwrap();
    let forged = press(&format!("{without_proof}/AAAA")).send().await.unwrap();
    assert_eq!(problem(forged, StatusCode::FORBIDDEN).await.kind, "not-our-page");
    assert_eq!(press(link).send().await.unwrap().status(), StatusCode::SEE_OTHER);
    let again = press(link).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::CONFLICT, "it is armed: that plan is used");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_taken_for_failed_and_whose_agent_speaks_is_installed() {
    let (server, mut machine) = room().await;
    machine.armed(&server, "first").await;
    let (voice, document) = machine.fetches_its_document(&server).await;
    voice.says(&server, "writing", "").await;
    voice.says_failed(&server, "writing", "reading image\nI/O error on sda\n").await;
    assert_eq!(machine.state(&server).await, "failed");
    let incident = server.incidents("install.failed", 1).await.remove(0);
    let text = incident["text"].as_str().unwrap();
    assert!(text.contains("It said: reading image / I/O error on sda"), "{text}");
    let install = machine.install(&server).await;
    assert_eq!(install["standing"]["log"], "reading image\nI/O error on sda");
    // A CoreOS restarts once more before its agent speaks: then, too, it must find its disk.
    voice.says(&server, "first-boot", "").await;
    let text = machine.asks(&server).await;
    assert!(text.contains("its installed system has booted from its disk since"), "{text}");
    machine.joins(&server, &document).await;
    assert_eq!(machine.state(&server).await, "in-service");
    assert_eq!(machine.install(&server).await["ended"]["outcome"], "installed");
    server.incidents("install.failed", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_another_one_ends_the_arming_before_anything_is_given_out() {
    let (server, machine) = room().await;
    machine.armed(&server, "first").await;
    let script = machine.boots(&server).await;
    let voice = machine.comes_up(&server, &script).await;
    voice.says_failed(&server, "disk-checked", "its serial number is X and not DISK1").await;
    let install = machine.install(&server).await;
    assert_eq!((&install["ended"]["outcome"], &install["consumed_at"]), (&json!("mismatched"), &Value::Null));
    assert_eq!(machine.state(&server).await, "assigned");
    let incident = server.incidents("install.failed", 1).await.remove(0);
    let text = incident["text"].as_str().unwrap();
    assert!(text.contains("Nothing was written") && text.contains("X and not DISK1"), "{text}");
    problem(machine.gets(&server, &script.node).await, StatusCode::FORBIDDEN).await;
    server.incidents("install.refused", 1).await;
    assert!(!machine.asks(&server).await.contains("coreos.inst"));
    // Who asked has not asked again for an hour.
    server.clock.advance(61 * MINUTE);
    server.incidents("install.refused", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_whose_machine_says_nothing_counts_as_leaked_until_it_speaks() {
    let (server, machine) = room().await;
    machine.armed(&server, "first").await;
    let (voice, _) = machine.fetches_its_document(&server).await;
    server.incidents("install.leaked", 0).await;
    server.clock.advance(6 * MINUTE);
    let incident = server.incidents("install.leaked", 1).await.remove(0);
    assert_eq!(incident["severity"], "crit");
    let text = incident["text"].as_str().unwrap();
    for part in
        ["handed out to 127.0.0.1", "It holds keys of the whole cluster", "treat that as leaked", "--replace"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(machine.install(&server).await["leaked"], true);
    let overdue = server.incidents("install.overdue", 1).await.remove(0);
    let text = overdue["text"].as_str().unwrap();
    assert!(text.contains("muster host reprovision node1") && text.contains("Last good step"), "{text}");
    voice.says(&server, "writing", "&percent=1").await;
    server.incidents("install.leaked", 0).await;
    server.incidents("install.overdue", 0).await;
    assert_eq!(machine.install(&server).await["leaked"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_to_a_host_that_was_released_since_counts_as_leaked_until_it_is_worth_nothing() {
    let (server, machine) = room().await;
    machine.armed(&server, "first").await;
    machine.fetches_its_document(&server).await;
    machine.released(&server).await;
    server.clock.advance(6 * MINUTE);
    server.incidents("install.leaked", 1).await;
    server.incidents("install.overdue", 0).await;
    scripted::cluster_anew(&server).await;
    server.incidents("install.leaked", 0).await;
    server.clock.advance(6 * MINUTE);
    server.incidents("install.leaked", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arming_that_nobody_uses_is_missed_and_runs_out() {
    let (server, machine) = room().await;
    machine.armed(&server, "first").await;
    server.clock.advance(31 * MINUTE);
    let incident = server.incidents("install.overdue", 1).await.remove(0);
    assert_eq!(incident["severity"], "warn");
    assert!(incident["text"].as_str().unwrap().contains("muster host power"), "{incident:#}");
    server.clock.advance(90 * MINUTE);
    server.incidents("install.overdue", 0).await;
    assert_eq!(machine.install(&server).await["ended"]["outcome"], "expired");
    assert_eq!(machine.state(&server).await, "assigned");
    assert!(!machine.asks(&server).await.contains("coreos.inst"), "too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_holder_of_a_ticket_is_heard_and_only_so_much_of_it() {
    let (server, machine) = room().await;
    machine.armed(&server, "first").await;
    let script = machine.boots(&server).await;
    let voice = machine.comes_up(&server, &script).await;
    let forged = Voice { path: "/boot/progress/AAAA".to_owned() };
    assert_eq!(forged.posts(&server, "step=written".to_owned()).await, StatusCode::FORBIDDEN);
    let node_ticket = script.node.split('/').nth(3).unwrap().trim_end_matches(".ign");
    let other = Voice { path: format!("/boot/progress/{node_ticket}") };
    assert_eq!(other.posts(&server, "step=written".to_owned()).await, StatusCode::FORBIDDEN);
    for (form, status) in [
        (r#"{"step": "written"}"#.to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        ("step=in-service".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        (format!("step=live&words={}", "x".repeat(20_000)), StatusCode::PAYLOAD_TOO_LARGE),
        // Without the node's document nobody can be so far: taken, and not believed.
        ("step=first-boot".to_owned(), StatusCode::NO_CONTENT),
        ("step=live&words=%3Cscript%3E%1B%5B2J".to_owned(), StatusCode::NO_CONTENT),
    ] {
        assert_eq!(voice.posts(&server, form.clone()).await, status, "{form}");
    }
    assert_eq!(machine.install(&server).await["standing"]["last"], "live");
    let shown = page(&server, &machine).await;
    assert!(!shown.contains("<script>\u{1b}") && shown.contains("&#60;script&#62;[2J"), "{shown}");
    let mut statuses = Vec::new();
    for _ in 0..80 {
        statuses.push(voice.posts(&server, "step=live".to_owned()).await);
    }
    assert!(statuses.contains(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
}
