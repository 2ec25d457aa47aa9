//! Who comes and asks.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::agent::DEADLINE;
use crate::server::Server;
use crate::{Agent, Scene};

/// An agent that nobody told of a server, and the port that it listens on.
fn asked(scene: &Scene, more: &[&str]) -> (Agent, u16) {
    let mut arguments = vec!["--scrape-port", "0"];
    arguments.extend(more);
    let agent = Agent::run(&scene.arguments(&arguments));
    let port = port_of(&agent);
    (agent, port)
}

fn port_of(agent: &Agent) -> u16 {
    agent.says("answering GET /inventory on").rsplit(':').next().unwrap().parse().unwrap()
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// Sends these bytes, and reads until the agent hangs up.
fn ask(port: u16, question: &str) -> String {
    let mut stream = connect(port);
    // The agent may hang up before it has heard all of it.
    stream.write_all(question.as_bytes()).ok();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok();
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(port: u16, headers: &str) -> String {
    loop {
        let answer = ask(port, &format!("GET /inventory HTTP/1.1\r\nhost: x\r\n{headers}\r\n"));
        if !answer.starts_with("HTTP/1.1 503") {
            return answer;
        }
    }
}

#[test]
fn the_inventory_is_handed_out_and_nothing_else() {
    let scene = Scene::new();
    let (_agent, port) = asked(&scene, &["--scrape", "loopback"]);
    let answer = get(port, "");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK") && head.contains("content-type: application/json"), "{head}");
    let report: inventory::Report = inventory::parse(body.as_bytes(), inventory::Limits::REPORT).unwrap();
    assert_eq!(report.sections.cpu.data().unwrap().model.as_deref(), Some("Some CPU"));

    for (question, status) in [
        ("GET / HTTP/1.1\r\nhost: x\r\n\r\n", "404"),
        ("GET /inventory/../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n", "404"),
        ("POST /inventory HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n", "405"),
        ("no http at all\r\n\r\n", "400"),
    ] {
        let answer = ask(port, question);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{question:?}: {answer}");
    }
    let large = format!("GET /inventory HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(100_000));
    assert!(!ask(port, &large).starts_with("HTTP/1.1 200"));
}

#[test]
fn the_newest_sample_is_handed_out_as_json_and_as_metrics() {
    let scene = Scene::new();
    let (_agent, port) = asked(&scene, &["--scrape", "loopback"]);
    let ask_for = |path: &str| loop {
        let answer = ask(port, &format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n"));
        if !answer.starts_with("HTTP/1.1 503") {
            return answer;
        }
    };
    let metrics = ask_for("/metrics");
    assert!(metrics.contains("content-type: text/plain; version=0.0.4"), "{metrics}");
    assert!(metrics.contains("\nnode_load1 0.32\n"), "{metrics}");
    assert!(metrics.contains("\nnode_memory_MemAvailable_bytes 512000\n"), "{metrics}");
    let sample = ask_for("/sample");
    let body = sample.split_once("\r\n\r\n").unwrap().1;
    let sample: inventory::Sample = inventory::parse(body.as_bytes(), inventory::Limits::SMALL).unwrap();
    assert_eq!(sample.temperatures[0].temp_celsius, 55.0);
    assert!(ask_for("/healthz").ends_with("\r\n\r\nok\n"));
}

#[test]
fn with_a_key_only_who_shows_it_is_answered() {
    let scene = Scene::new();
    let key_file = scene.keep.path().join("key");
    std::fs::write(&key_file, "0123456789abcdef\n").unwrap();
    let file = key_file.display().to_string();
    let (_agent, port) = asked(&scene, &["--scrape", "key", "--scrape-key-file", &file]);
    for wrong in ["", "authorization: Bearer 0123456789abcdeX\r\n", "authorization: 0123456789abcdef\r\n"] {
        let answer = get(port, wrong);
        assert!(
            answer.starts_with("HTTP/1.1 401") && answer.contains("www-authenticate: Bearer"),
            "{answer}"
        );
        // Not even what there is to ask for.
        assert!(ask(port, &format!("GET /x HTTP/1.1\r\nhost: x\r\n{wrong}\r\n")).starts_with("HTTP/1.1 401"));
    }
    assert!(get(port, "authorization: Bearer 0123456789abcdef\r\n").starts_with("HTTP/1.1 200"));
}

#[test]
fn who_says_nothing_is_hung_up_on_and_eight_of_them_shut_out_a_ninth_only_so_long() {
    let scene = Scene::new();
    let (_agent, port) = asked(&scene, &["--scrape", "loopback"]);
    assert!(get(port, "").starts_with("HTTP/1.1 200"));
    let mut silent: Vec<TcpStream> = (0..8).map(|_| connect(port)).collect();
    // Turned away at once: nothing comes back.
    assert_eq!(ask(port, "GET /inventory HTTP/1.1\r\nhost: x\r\n\r\n"), "");
    // The agent ends these itself.
    for stream in &mut silent {
        stream.read_to_end(&mut Vec::new()).unwrap();
    }
    loop {
        if get(port, "").starts_with("HTTP/1.1 200") {
            break;
        }
    }
}

#[test]
fn a_port_in_use_is_named_and_the_server_told_all_the_same() {
    let (scene, server) = (Scene::new(), Server::start());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let scrape = ["--scrape", "loopback", "--scrape-port", &port];
    let agent = scene.agent_of(&server, &scrape);
    let line = agent.says("listening on");
    assert!(line.contains(&format!("127.0.0.1:{port}")) && line.contains("in use"), "{line}");
    server.until_calls("POST sample", 1);

    let mut alone = Agent::run(&scene.arguments(&scrape));
    assert_eq!(alone.ended().code(), Some(1));
    alone.says("in use");
}

#[test]
fn a_scraped_agent_still_reports_to_its_server() {
    let (scene, server) = (Scene::new(), Server::start());
    let agent = scene.agent_of(&server, &["--scrape", "open", "--scrape-port", "0"]);
    server.until_calls("POST sample", 1);
    assert!(get(port_of(&agent), "").starts_with("HTTP/1.1 200"));
}

#[test]
fn an_agent_that_may_be_asked_is_announced_on_the_network() {
    let scene = Scene::new();
    let (agent, port) = asked(&scene, &["--scrape", "open"]);
    let start = agent.says("start_id=").split("start_id=\"").nth(1).unwrap().trim_end_matches('"').to_owned();
    let daemon = mdns_sd::ServiceDaemon::new().unwrap();
    let found = daemon.browse("_muster-agent._tcp.local.").unwrap();
    let deadline = std::time::Instant::now() + DEADLINE;
    loop {
        let event = found.recv_deadline(deadline).expect("the agent's announcement");
        // Other tests' agents are on the same network.
        if let mdns_sd::ServiceEvent::ServiceResolved(service) = event
            && service.txt_properties.get_property_val_str("start_id") == Some(&start)
        {
            assert_eq!(service.port, port);
            break;
        }
    }
    daemon.shutdown().unwrap();
}
