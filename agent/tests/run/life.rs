//! An agent's ordinary life.

use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;
use serde_json::json;

use crate::Scene;
use crate::server::{HOST, Server, answer};

#[test]
fn it_enrols_then_sends_the_inventory_then_samples_and_says_goodbye() {
    let (scene, server) = (Scene::new(), Server::start());
    let mut agent = scene.agent_of(&server, &["--ticket", "T1"]);
    server.until_calls("POST sample", 2);
    agent.signal(Signal::TERM);
    assert!(agent.ended().success());

    let seen = server.until("a goodbye", |seen| seen.last().is_some_and(|it| it.call == "POST goodbye"));
    let calls: Vec<&str> = seen.iter().map(|it| it.call.as_str()).take(4).collect();
    assert_eq!(calls, ["POST enrol", "PUT inventory", "POST sample", "POST sample"]);

    let [enrol, inventory, sample, .., goodbye] = seen.as_slice() else { panic!() };
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
    let said: Vec<u64> = seen[2..].iter().map(|it| it.body["agent"]["seq"].as_u64().unwrap()).collect();
    assert_eq!(said, (1..=said.len() as u64).collect::<Vec<_>>());
}

#[test]
fn a_restart_is_the_same_host() {
    let (scene, server) = (Scene::new(), Server::start());
    let mut first = scene.agent_of(&server, &[]);
    server.until_calls("PUT inventory", 1);
    first.signal(Signal::INT);
    assert!(first.ended().success());
    let mode = scene.state().metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode, 0o600);
    assert!(std::fs::read_to_string(scene.state()).unwrap().contains(HOST));

    let _second = scene.agent_of(&server, &[]);
    let inventories = server.until_calls("PUT inventory", 2);
    server.until("a sample of the second start", |seen| {
        seen.last().is_some_and(|it| {
            it.call == "POST sample"
                && it.body["agent"]["start_id"] == inventories[1].body["agent"]["start_id"]
        })
    });
    assert_eq!(server.until_calls("POST enrol", 1).len(), 1);
    assert_eq!(inventories[0].bearer, inventories[1].bearer);
    assert_ne!(inventories[0].body["agent"]["start_id"], inventories[1].body["agent"]["start_id"]);
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
    let actions = json!({"server_time": 1, "actions": [
        {"action": "dance"}, {"action": "report"}, {"action": "set_interval", "interval_secs": 0},
    ]});
    server.script("POST sample", [answer(200, actions)]);
    let agent = scene.agent_of(&server, &[]);
    server.until_calls("PUT inventory", 2);
    server.until_calls("POST sample", 3);
    agent.says("can't do");
}

#[test]
fn an_interval_on_the_command_line_goes_before_the_servers() {
    let (scene, server) = (Scene::new(), Server::start());
    server
        .script("POST enrol", [answer(200, json!({"host": HOST, "interval_secs": 3600, "server_time": 1}))]);
    let _agent = scene.agent_of(&server, &["--interval", "1"]);
    server.until_calls("POST sample", 2);
}
