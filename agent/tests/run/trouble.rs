//! A server that is busy, away, forgetful, or says no.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::server::{Seen, Server, answer, busy};
use crate::{Agent, Scene};

fn taken(seen: &[Seen], call: &str) -> Vec<Value> {
    let taken = seen.iter().filter(|it| it.call == call && it.status < 300);
    taken.map(|it| it.body["agent"]["seq"].clone()).collect()
}

#[test]
fn what_a_busy_server_sends_away_comes_back_in_order() {
    let (scene, server) = (Scene::new(), Server::start());
    server.script("POST enrol", [busy("0")]);
    server.script("PUT inventory", [busy("1"), answer(500, Value::Null)]);
    server.script("POST sample", [busy("3")]);
    let _agent = scene.agent_of(&server, &[]);
    let seen = server.until("three samples", |seen| taken(seen, "POST sample").len() >= 3);
    assert_eq!(taken(&seen, "POST sample")[..3], [json!(1), json!(2), json!(3)]);
    let first_sample = seen.iter().position(|it| it.call == "POST sample").unwrap();
    let inventory = seen.iter().position(|it| it.call == "PUT inventory" && it.status == 200).unwrap();
    assert!(inventory < first_sample, "{:?}", server.calls());
    let keys: Vec<&Value> =
        seen.iter().filter(|it| it.call == "POST enrol").map(|it| &it.body["key"]).collect();
    assert!(keys.len() == 2 && keys[0] == keys[1], "an enrolment is said again with the same key");
}

#[test]
fn a_server_that_is_not_up_yet_is_waited_for() {
    let scene = Scene::new();
    let address = {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        gone.local_addr().unwrap()
    };
    let agent = Agent::run(&scene.arguments(&["--server", &format!("http://{address}")]));
    agent.says("can't be reached");
    let server = Server::at(address, None);
    server.until_calls("POST sample", 1);
}

#[test]
fn a_forgotten_agent_enrols_anew_with_a_new_key_and_without_the_spent_ticket() {
    let (scene, server) = (Scene::new(), Server::start());
    let forgotten = json!({"type": "unknown-agent", "title": "Unknown agent", "status": 401});
    server.script("POST sample", [answer(401, forgotten)]);
    let agent = scene.agent_of(&server, &["--ticket", "T1"]);
    agent.says("has forgotten this agent (Unknown agent)");
    let enrolments = server.until_calls("POST enrol", 2);
    let seen = server.until("samples", |seen| taken(seen, "POST sample").len() >= 2);
    let anew = seen.iter().rposition(|it| it.call == "POST enrol").unwrap();
    let inventory = seen[anew..].iter().find(|it| it.call == "PUT inventory").unwrap();
    assert_eq!(inventory.body["sections"]["cpu"]["status"], "ok", "it is told everything again");
    assert_ne!(enrolments[0].body["key"], enrolments[1].body["key"]);
    assert_eq!((&enrolments[0].body["ticket"], enrolments[1].body.get("ticket")), (&json!("T1"), None));
    let key = enrolments[1].body["key"].as_str().unwrap();
    assert_eq!(inventory.bearer.as_deref(), Some(format!("Bearer {key}").as_str()));
}

#[test]
fn a_refused_enrolment_is_told_and_not_given_up() {
    let (scene, server) = (Scene::new(), Server::start());
    let problem = json!({
        "type": "ticket-expired", "title": "The ticket has expired", "status": 403, "detail": "boot the machine again",
    });
    server.script("POST enrol", [answer(403, problem)]);
    let mut agent = scene.agent_of(&server, &["--ticket", "SECRETTICKET"]);
    let line = agent.says("refused to enrol");
    assert!(line.contains("The ticket has expired: boot the machine again; trying again in"), "{line}");
    assert!(line.contains(&server.url()) && !line.contains("SECRET"), "{line}");
    // It has no key, and cries all the same.
    let cry = server.until_calls("POST failure", 1).remove(0);
    assert_eq!((cry.bearer.as_deref(), &cry.body["what"]), (None, &json!("enrol")));
    assert!(cry.body["reason"].as_str().unwrap().contains("The ticket has expired"), "{}", cry.body);
    assert_eq!(cry.body["identity"]["system_uuid"], "4c4c4544-0042-3510-8052-b4c04f4a3232");
    assert_eq!(cry.body["ticket_prefix"], "SECRET");
    assert!(!cry.body.to_string().contains("SECRETTICKET"));
    // It is not enrolled, so there is nobody to say goodbye for.
    agent.signal(Signal::TERM);
    assert!(agent.ended().success());
    assert_eq!(server.calls(), ["POST enrol", "POST failure"]);
}

#[test]
fn what_a_machine_can_not_collect_is_told_before_it_is_enrolled() {
    let (scene, server, nothing) = (Scene::new(), Server::start(), tempfile::tempdir().unwrap());
    let problem = json!({"type": "bad-request", "title": "No identity", "status": 400});
    server.script("POST enrol", [answer(400, problem)]);
    let (url, root) = (server.url(), nothing.path().display().to_string());
    let state = scene.state().display().to_string();
    let _agent = Agent::run(&["--server", &url, "--root", &root, "--state", &state]);
    let failure = &server.until_calls("POST failure", 1)[0];
    assert_eq!((failure.bearer.as_deref(), &failure.body["what"]), (None, &json!("inventory")));
}

#[test]
fn the_spool_outlives_the_agent_and_is_sent_in_order() {
    let (scene, server) = (Scene::new(), Server::start());
    let spool = scene.keep.path().join("spool").display().to_string();
    let mut first = scene.agent_of(&server, &["--spool", &spool]);
    server.until_calls("POST sample", 1);
    server.script("POST sample", std::iter::repeat_n(busy("1"), 1000));
    let files = || std::fs::read_dir(&spool).map(Iterator::count).unwrap_or(0);
    while files() < 3 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    first.signal(Signal::TERM);
    assert!(first.ended().success());
    assert!(files() >= 3);

    let patient = Server::at("127.0.0.1:0".parse().unwrap(), None);
    // The same server at another address would be another one: the state names it.
    let state = std::fs::read_to_string(scene.state()).unwrap();
    std::fs::write(scene.state(), state.replace(&server.url(), &patient.url())).unwrap();
    let _second = scene.agent_of(&patient, &["--spool", &spool]);
    let seen = patient.until("the inventory", |seen| seen.iter().any(|it| it.call == "PUT inventory"));
    let late: Vec<&Seen> = seen.iter().take_while(|it| it.call != "PUT inventory").collect();
    let numbers: Vec<u64> = late.iter().map(|it| it.body["agent"]["seq"].as_u64().unwrap()).collect();
    assert!(numbers.len() >= 3 && numbers.is_sorted(), "{numbers:?}");
    let starts: Vec<&Value> = late.iter().map(|it| &it.body["agent"]["start_id"]).collect();
    assert!(starts.iter().all(|it| *it == starts[0]));
    patient.until("a sample of the new start", |seen| {
        seen.iter().any(|it| it.call == "POST sample" && it.body["agent"]["start_id"] != *starts[0])
    });
    while files() > 0 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn the_last_words_of_an_agent_that_panicked_are_told_by_the_next() {
    let (scene, server) = (Scene::new(), Server::start());
    std::fs::write(scene.state().with_file_name("last-words"), "panicked: index 7 of 3").unwrap();
    let _agent = scene.agent_of(&server, &[]);
    let failure = &server.until_calls("POST failure", 1)[0].body;
    assert_eq!((&failure["what"], &failure["reason"]), (&json!("agent"), &json!("panicked: index 7 of 3")));
    assert!(!scene.state().with_file_name("last-words").exists());
}

#[test]
fn a_message_that_the_server_will_never_take_is_dropped_and_the_next_one_sent() {
    let (scene, server) = (Scene::new(), Server::start());
    server.script(
        "PUT inventory",
        [answer(413, json!({"type": "too-large", "title": "Too large", "status": 413}))],
    );
    server.script("POST sample", [answer(422, Value::Null)]);
    let agent = scene.agent_of(&server, &[]);
    agent.says("will not take this inventory: 413 Too large; dropped");
    let seen = server.until("a sample", |seen| !taken(seen, "POST sample").is_empty());
    assert_eq!(taken(&seen, "POST sample")[0], 2);
    let whole = |it: &&Seen| it.call == "PUT inventory" && it.body["sections"]["cpu"]["status"] == "ok";
    assert_eq!(seen.iter().filter(whole).count(), 1);
}

#[test]
fn a_machine_of_which_nothing_can_be_read_says_so() {
    let (scene, server, nothing) = (Scene::new(), Server::start(), tempfile::tempdir().unwrap());
    let (url, root) = (server.url(), nothing.path().display().to_string());
    let state = scene.state().display().to_string();
    let _agent = Agent::run(&["--server", &url, "--root", &root, "--state", &state]);
    let failure = &server.until_calls("POST failure", 1)[0].body;
    assert_eq!(failure["what"], "inventory");
    assert!(failure["reason"].as_str().unwrap().contains("/proc/cpuinfo is not there"), "{failure}");
    assert!(!server.calls().contains(&"PUT inventory".to_owned()));
}

#[test]
fn it_stops_at_once_while_the_server_is_away() {
    let (scene, server) = (Scene::new(), Server::start());
    server.script("PUT inventory", [busy("3000")]);
    let mut agent = scene.agent_of(&server, &[]);
    agent.says("trying again in 3");
    agent.signal(Signal::TERM);
    assert!(agent.ended().success());
    server.until_calls("POST goodbye", 1);
}

#[test]
fn the_pinned_certificate_is_trusted_and_no_other() {
    let scene = Scene::new();
    let (acceptor, pin) = tls();
    let server = Server::at("127.0.0.1:0".parse().unwrap(), Some(acceptor));
    let url = format!("https://{}", server.address);
    let wrong = "00".repeat(32);
    let suspicious = Agent::run(&scene.arguments(&["--server", &url, "--pin", &wrong]));
    let line = suspicious.says("can't be reached");
    assert!(line.contains(&wrong) && line.contains(&pin), "{line}");
    assert!(server.calls().is_empty());
    drop(suspicious);
    let _agent = Agent::run(&scene.arguments(&["--server", &url, "--pin", &pin]));
    server.until_calls("POST sample", 1);
}

/// A certificate for a name that nobody uses, and its fingerprint.
fn tls() -> (tokio_rustls::TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(vec!["nobody.invalid".to_owned()]).unwrap();
    let der = made.cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let pin = pin::Fingerprint::of(&der).to_string();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![der], key)
        .unwrap();
    (std::sync::Arc::new(config).into(), pin)
}

#[test]
fn a_server_that_never_answers_does_not_hold_up_the_end() {
    let scene = Scene::new();
    // Accepts connections into its backlog, and says nothing.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", mute.local_addr().unwrap());
    let mut agent = Agent::run(&scene.arguments(&["--server", &url]));
    let (_connection, _) = mute.accept().unwrap();
    agent.signal(Signal::TERM);
    assert!(agent.ended().success());
}
