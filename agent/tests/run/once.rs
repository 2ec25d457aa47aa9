//! `--once`: everything one time, and an exit status.

use serde_json::{Value, json};

use crate::Scene;
use crate::server::{Server, answer, busy};

const EVERYTHING: [&str; 5] =
    ["PUT inventory", "POST sample", "PUT inventory", "POST sample", "POST goodbye"];

#[test]
fn everything_is_said_one_time() {
    let (scene, server) = (Scene::new(), Server::start());
    assert!(scene.agent_of(&server, &["--once"]).ended().success());
    assert_eq!(server.calls()[0], "POST enrol");
    assert_eq!(server.calls()[1..], EVERYTHING);
    assert_eq!(server.until_calls("POST goodbye", 1)[0].body["reason"], "done");
    // What takes its time comes last, and nothing twice.
    let reports = server.until_calls("PUT inventory", 2);
    let told = |section: &str| [0, 1].map(|at| reports[at].body["sections"][section]["status"] != "untold");
    assert_eq!(["cpu", "nics", "os"].map(told), [[true, false]; 3]);
    assert_eq!(["drives", "contents", "neighbours", "bmc"].map(told), [[false, true]; 4]);

    // The second time it is the same agent.
    assert!(scene.agent_of(&server, &["--once"]).ended().success());
    assert_eq!(server.calls()[6..], EVERYTHING);
}

#[test]
fn whatever_is_not_taken_is_a_failure() {
    for (call, answered, says) in [
        (
            "POST enrol",
            answer(403, json!({"type": "x", "title": "No ticket", "status": 403})),
            "403 No ticket",
        ),
        ("PUT inventory", busy("0"), "Busy"),
        ("POST sample", answer(422, Value::Null), "422"),
        ("POST goodbye", answer(500, Value::Null), "saying goodbye"),
    ] {
        let (scene, server) = (Scene::new(), Server::start());
        server.script(call, [answered]);
        let mut agent = scene.agent_of(&server, &["--once"]);
        assert_eq!(agent.ended().code(), Some(1), "{call}");
        agent.says(says);
        assert_eq!(server.calls().last().map(String::as_str), Some(call));
    }
}

#[test]
fn a_forgotten_agent_enrols_anew_one_time() {
    let (scene, server) = (Scene::new(), Server::start());
    assert!(scene.agent_of(&server, &["--once"]).ended().success());
    server.script("PUT inventory", [answer(401, Value::Null)]);
    assert!(scene.agent_of(&server, &["--once"]).ended().success());
    assert_eq!(server.calls()[6..8], ["PUT inventory", "POST enrol"]);
    assert_eq!(server.calls()[8..], EVERYTHING);
    server.script("PUT inventory", [answer(401, Value::Null), answer(401, Value::Null)]);
    assert_eq!(scene.agent_of(&server, &["--once"]).ended().code(), Some(1));
}

#[test]
fn a_server_that_is_away_is_a_failure() {
    let scene = Scene::new();
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}");
    let mut agent = crate::Agent::run(&scene.arguments(&["--server", &url, "--once"]));
    assert_eq!(agent.ended().code(), Some(1));
    agent.says(&format!("enrolling this machine: {url}/ can't be reached"));
}
