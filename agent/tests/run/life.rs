//! An agent's ordinary life.

use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::Scene;
use crate::server::{HOST, Seen, Server, answer, busy};

#[test]
fn it_enrols_then_sends_the_inventory_then_samples_and_says_goodbye() {
    let (scene, server) = (Scene::new(), Server::start());
    let mut agent = scene.agent_of(&server, &["--ticket", "T1"]);
    server.until_calls("POST sample", 2);
    agent.signal(Signal::TERM);
    assert!(agent.ended().success());

    let seen = server.until("a goodbye", |seen| seen.last().is_some_and(|it| it.call == "POST goodbye"));
    let [enrol, inventory, .., goodbye] = seen.as_slice() else { panic!() };
    assert_eq!((enrol.call.as_str(), inventory.call.as_str()), ("POST enrol", "PUT inventory"));
    let sample = seen.iter().find(|it| it.call == "POST sample").unwrap();
    assert_eq!((enrol.bearer.as_deref(), &enrol.body["ticket"]), (None, &json!("T1")));
    assert_eq!(enrol.body["identity"]["system_uuid"], "4c4c4544-0042-3510-8052-b4c04f4a3232");
    assert_eq!(enrol.body["hostname"], "node7");
    let bearer = format!("Bearer {}", enrol.body["key"].as_str().unwrap());
    for later in &seen[1..] {
        assert_eq!(later.bearer.as_ref(), Some(&bearer), "{}", later.call);
    }
    assert_eq!(inventory.body["sections"]["cpu"]["data"]["model"], "Some CPU");
    assert_eq!(sample.body["temperatures"][0]["temp_celsius"], 55.0);
    assert_eq!(sample.body["agent"]["boot_id"], "9f881c91-d3a1-41ff-965d-a41f36b9a9ef");
    assert_eq!(goodbye.body["reason"], "stopped");
    let said: Vec<u64> = seen.iter().filter_map(|it| it.body["agent"]["seq"].as_u64()).collect();
    assert_eq!(said, (1..=said.len() as u64).collect::<Vec<_>>());
}

#[test]
fn a_restart_is_the_same_host() {
    let (scene, server) = (Scene::new(), Server::start());
    let mut first = scene.agent_of(&server, &[]);
    let first_inventory = server.until_calls("PUT inventory", 1).remove(0);
    first.signal(Signal::INT);
    assert!(first.ended().success());
    let mode = scene.state().metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode, 0o600);
    assert!(std::fs::read_to_string(scene.state()).unwrap().contains(HOST));

    let _second = scene.agent_of(&server, &[]);
    let first_start = first_inventory.body["agent"]["start_id"].clone();
    let of_second = |it: &Seen, call: &str| it.call == call && it.body["agent"]["start_id"] != first_start;
    let seen = server.until("an inventory and a sample of the second start", |seen| {
        ["PUT inventory", "POST sample"].iter().all(|call| seen.iter().any(|it| of_second(it, call)))
    });
    assert_eq!(server.until_calls("POST enrol", 1).len(), 1);
    let inventory = seen.iter().find(|it| of_second(it, "PUT inventory")).unwrap();
    assert_eq!(
        inventory.body["sections"]["cpu"]["data"]["model"], "Some CPU",
        "a new start tells everything"
    );
    assert!(seen.iter().skip(1).all(|it| it.bearer == inventory.bearer));
}

#[test]
fn the_state_of_another_server_is_not_shown_to_this_one() {
    let (scene, one, other) = (Scene::new(), Server::start(), Server::start());
    drop({
        let agent = scene.agent_of(&one, &[]);
        one.until_calls("PUT inventory", 1);
        agent
    });
    let agent = scene.agent_of(&other, &[]);
    agent.says("belongs to another server");
    let keys = [&one, &other].map(|server| server.until_calls("POST enrol", 1)[0].body["key"].clone());
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn the_server_may_ask_for_the_inventory_and_for_another_interval() {
    let (scene, server) = (Scene::new(), Server::start());
    server
        .script("POST enrol", [answer(200, json!({"host": HOST, "interval_secs": 3600, "server_time": 1}))]);
    let asks = |action: &str| json!({"id": action, "expires_at": 9, "action": action});
    let reply = json!({
        "server_time": 1, "interval_secs": 0, "actions": [asks("dance"), asks("report"), asks("reboot")],
    });
    server.script("POST sample", [answer(200, reply)]);
    let _agent = scene.agent_of(&server, &[]);
    server.until("the whole inventory twice", |seen| {
        let has_cpu = |it: &&Seen| it.body["sections"]["cpu"]["status"] == "ok";
        seen.iter().filter(has_cpu).count() >= 2
    });
    server.until_calls("POST sample", 3);
    let receipts = server.until_calls("POST receipt", 3);
    let receipts: Vec<(&str, &str)> = receipts
        .iter()
        .map(|it| (it.body["action"].as_str().unwrap(), it.body["outcome"].as_str().unwrap()))
        .collect();
    assert!(receipts.contains(&("report", "done")), "{receipts:?}");
    // Nobody enabled it, nor would it be done to the machine that runs this test.
    assert!(receipts.contains(&("reboot", "refused")) && receipts.contains(&("dance", "refused")));
}

#[test]
fn an_interval_on_the_command_line_goes_before_the_servers() {
    let (scene, server) = (Scene::new(), Server::start());
    server
        .script("POST enrol", [answer(200, json!({"host": HOST, "interval_secs": 3600, "server_time": 1}))]);
    let _agent = scene.agent_of(&server, &["--interval", "1"]);
    server.until_calls("POST sample", 2);
}

/// What became of a reboot that the server asked for: outcome and words of each receipt that it was sent.
fn receipts(seen: &[Seen]) -> Vec<(&str, &str)> {
    let receipts = seen.iter().filter(|it| it.call == "POST receipt");
    receipts.map(|it| (it.body["outcome"].as_str().unwrap(), it.body["words"].as_str().unwrap())).collect()
}

fn asking_for_a_reboot() -> Server {
    let server = Server::start();
    let reboot = json!({"id": "r1", "expires_at": 9, "action": "reboot"});
    server.script("POST sample", [answer(200, json!({"server_time": 1, "actions": [reboot]}))]);
    server
}

#[test]
fn a_machine_goes_down_only_once_the_server_has_the_receipt() {
    let (scene, server) = (Scene::new(), asking_for_a_reboot());
    server.script("POST receipt", [busy("0"), answer(500, Value::Null)]);
    let _agent = scene.agent_of(&server, &["--allow", "reboot"]);
    let seen = server.until("all receipts", |seen| receipts(seen).len() >= 4);
    let outcomes: Vec<&str> = receipts(&seen).iter().map(|(outcome, _)| *outcome).collect();
    assert_eq!(outcomes, ["begun", "begun", "begun", "failed"]);
    // It reads a captured tree, and takes down nothing; but it was about to.
    assert!(receipts(&seen)[3].1.contains("captured tree"), "{seen:?}");
    let at = |call: &str| seen.iter().rposition(|it| it.call == call).unwrap();
    let begun = seen.iter().rposition(|it| it.body["outcome"] == "begun").unwrap();
    assert!(begun < at("POST goodbye") && seen[begun].status == 200, "{:?}", server.calls());
    assert_eq!(seen[at("POST goodbye")].body["reason"], "rebooting");
}

#[test]
fn a_machine_whose_receipt_is_not_taken_stays_up() {
    let (scene, server) = (Scene::new(), asking_for_a_reboot());
    server.script("POST receipt", [answer(422, Value::Null)]);
    let _agent = scene.agent_of(&server, &["--allow", "reboot", "--interval", "1"]);
    let seen = server.until("two receipts", |seen| receipts(seen).len() >= 2);
    let told = receipts(&seen);
    assert_eq!((told[0].0, told[1].0), ("begun", "failed"));
    assert!(told[1].1.contains("the server did not take the receipt"), "{told:?}");
    let samples = seen.iter().filter(|it| it.call == "POST sample").count();
    server.until_calls("POST sample", samples + 1);
    assert!(!server.calls().contains(&"POST goodbye".to_owned()), "it lives on");
}
