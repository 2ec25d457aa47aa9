//! Power switches: through the agent, by a hand that answers on its phone or on the page, and as an operator types them.

#[path = "power/restart.rs"]
mod restart;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::Output;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use inventory::{Goodbye, GoodbyeReason, Outcome, Receipt, SCHEMA};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Agent, START, TestServer, expect, problem};

const MAC: &str = "3c:ec:ef:00:00:01";

/// A host that is ours, whose agent speaks. It can't be woken: the tests' own networks are left alone.
async fn ours(server: &TestServer) -> (Agent, String) {
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(server).await;
    expect(agent.send(server, Method::PUT, "/agent/v1/inventory", &agent.report()).await, StatusCode::OK)
        .await;
    post(server, &format!("/api/v1/hosts/{host}/approve"), &json!(null)).await;
    post(server, &format!("/api/v1/hosts/{host}/rename"), &json!({"name": "node1"})).await;
    expect(agent.send(server, Method::POST, "/agent/v1/sample", &agent.sample(1)).await, StatusCode::OK)
        .await;
    (agent, host)
}

async fn post(server: &TestServer, path: &str, body: &Value) -> Value {
    let answer = server.operator(Method::POST, path).json(body).send().await.unwrap();
    serde_json::from_str(&expect(answer, StatusCode::OK).await).unwrap()
}

async fn put(server: &TestServer, path: &str, body: &Value) -> Value {
    let answer = server.operator(Method::PUT, path).json(body).send().await.unwrap();
    serde_json::from_str(&expect(answer, StatusCode::OK).await).unwrap()
}

/// What the server shows at `path`, once it is as it should be.
async fn until(server: &TestServer, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..300 {
        let shown = server.read(path).await;
        if is_so(&shown) {
            return shown;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{:#}", server.read(path).await);
}

async fn muster(server: &TestServer, args: &[&str]) -> Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_muster"));
    command.args(["--server", &server.base, "--token", &server.token, "host"]).args(args);
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

async fn done(server: &TestServer, args: &[&str]) -> String {
    let output = muster(server, args).await;
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

async fn failed(server: &TestServer, args: &[&str]) -> String {
    let output = muster(server, args).await;
    assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A phone's messages: an ntfy that takes everything.
fn phone() -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for guest in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(guest.try_clone().unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                if let Some(said) = line.to_lowercase().strip_prefix("content-length:") {
                    length = said.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            send.send(serde_json::from_slice(&body).unwrap()).ok();
            let answer = r#"{"id":"abcdefghijkl","time":1,"event":"message","topic":"alerts"}"#;
            let length = answer.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let mut guest = guest;
            guest.write_all(format!("{head}{answer}").as_bytes()).ok();
        }
    });
    (url, receive)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_may_switches_its_machine_off_and_nobody_is_rung() {
    let server = TestServer::new().await;
    let (agent, host) = ours(&server).await;
    let path = format!("/api/v1/hosts/{host}/power");
    assert_eq!(server.read(&path).await["standing"]["level"], "on");
    let request = post(&server, &path, &json!({"act": "off"})).await;
    let second = server.operator(Method::POST, &path).json(&json!({"act": "reset"})).send().await.unwrap();
    let busy = problem(second, StatusCode::CONFLICT).await;
    assert!(busy.kind.ends_with("being-switched"), "{busy:?}");
    // The agent comes for it with its next sample.
    let mut told = Value::Null;
    for seq in 2..300 {
        let reply = agent.send(&server, Method::POST, "/agent/v1/sample", &agent.sample(seq)).await;
        let reply: Value = serde_json::from_str(&expect(reply, StatusCode::OK).await).unwrap();
        if reply["actions"][0]["action"] == "power_off" {
            told = reply["actions"][0]["id"].clone();
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let receipt = Receipt {
        schema: SCHEMA,
        agent: agent.stamp(500),
        at: START,
        action: told.as_str().unwrap().parse().unwrap(),
        outcome: Outcome::Begun,
        words: "the machine goes down".to_owned(),
    };
    expect(agent.send(&server, Method::POST, "/agent/v1/receipt", &receipt).await, StatusCode::OK).await;
    server.clock.advance(Duration::from_secs(4));
    let goodbye =
        Goodbye { schema: SCHEMA, agent: agent.stamp(501), at: START, reason: GoodbyeReason::Stopped };
    expect(agent.send(&server, Method::POST, "/agent/v1/goodbye", &goodbye).await, StatusCode::OK).await;
    let of_request = format!("{path}/{}", request["id"].as_str().unwrap());
    let ended = until(&server, &of_request, |it| it["state"] != "running").await;
    assert_eq!(ended["state"], "done", "{ended:#}");
    assert!(ended["words"].as_str().unwrap().contains("said goodbye 4 s later"), "{ended:#}");
    let events = server.read(&format!("/api/v1/hosts/{host}/events")).await.to_string();
    for told in ["asked for node1 to be switched off by agent, ssh, button", "power.tried", "power.ended"] {
        assert!(events.contains(told), "{events}");
    }
    // `agent.stopped` rings a minute after a goodbye that nobody asked for.
    for _ in 0..4 {
        server.clock.advance(Duration::from_secs(50));
        tokio::time::sleep(Duration::from_millis(1100)).await;
    }
    assert_eq!(server.read("/api/v1/incidents").await["items"], json!([]));
    assert!(
        done(&server, &["power", "node1", "status"]).await.starts_with("node1: off: it was seen going off")
    );
    let again = done(&server, &["power", "node1", "off", "-y"]).await;
    assert!(again.contains("done: nothing was done"), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_answers_by_the_button_in_the_message_once() {
    let server = TestServer::new().await;
    let (url, messages) = phone();
    post(&server, "/api/v1/providers", &json!({"kind": "ntfy", "name": "phone", "url": url})).await;
    let me = json!({"name": "me", "provider": "phone", "topic": "alerts", "min_severity": "info", "rule_prefix": ""});
    post(&server, "/api/v1/subscriptions", &me).await;
    let (_, host) = ours(&server).await;
    let path = format!("/api/v1/hosts/{host}/power");
    put(&server, &format!("/api/v1/hosts/{host}/place"), &json!({"place": "rack-2/slot-3"})).await;
    post(&server, &path, &json!({"act": "reset", "by": "button"})).await;
    let message = tokio::task::spawn_blocking(move || messages.recv_timeout(Duration::from_secs(30)));
    let message = message.await.unwrap().unwrap();
    assert_eq!(message["title"], "node1 (rack-2/slot-3): somebody is needed at the machine");
    assert!(
        message["message"].as_str().unwrap().contains("Please reset node1 at rack-2/slot-3"),
        "{message:#}"
    );
    let link = |index: usize| {
        let link = message["actions"][index]["url"].as_str().unwrap();
        link.split_once("/answer/").map(|(_, rest)| format!("/answer/{rest}")).unwrap()
    };
    let (done, cannot) = (link(0), link(1));
    let to = &server;
    let press = |link: String| async move { to.request(Method::POST, &link).send().await.unwrap() };
    let forged = cannot.replace("cannot", "done");
    let refused = problem(press(forged).await, StatusCode::FORBIDDEN).await;
    assert!(refused.kind.ends_with("link-forged"), "{refused:?}");
    let looked = server.request(Method::GET, &done).send().await.unwrap();
    assert!(looked.status().is_client_error(), "looking at a link answers nothing: {looked:?}");
    assert_eq!(expect(press(cannot.clone()).await, StatusCode::OK).await, "Thank you.\n");
    assert!(expect(press(cannot).await, StatusCode::OK).await.contains("answered before"));
    let late = problem(press(done).await, StatusCode::CONFLICT).await;
    assert!(late.kind.ends_with("already-settled"), "{late:?}");
    let shown = until(&server, &path, |shown| shown["requests"][0]["state"] == "failed").await;
    assert!(shown["question"].is_null(), "{shown:#}");
    let words = shown["requests"][0]["words"].as_str().unwrap();
    assert!(words.contains("somebody who reads the message says: can't"), "{words}");
    until(&server, "/api/v1/incidents", |all| all["items"][0]["state"] == "resolved").await;
    // What the links are good for stands nowhere in the data folder.
    let proof = message["actions"][0]["url"].as_str().unwrap().rsplit('/').next().unwrap();
    let data = server.dir.path().join("data");
    for file in ["muster.db", "muster.db-wal"] {
        let bytes = std::fs::read(data.join(file)).unwrap_or_default();
        assert!(!bytes.windows(proof.len()).any(|window| window == proof.as_bytes()), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_answers_on_the_page_and_nobody_else_does() {
    let server = TestServer::new().await;
    let (_, host) = ours(&server).await;
    let path = format!("/api/v1/hosts/{host}/power");
    post(&server, &path, &json!({"act": "off", "by": "button", "watch_secs": 1})).await;
    until(&server, &path, |shown| !shown["question"].is_null()).await;
    let page = server.operator(Method::GET, &format!("/hosts/{host}")).send().await.unwrap();
    let page = expect(page, StatusCode::OK).await;
    assert!(page.contains("Please switch node1 (nobody said where it stands) off"), "{page}");
    let link =
        page.split("action=\"").find(|part| part.contains("/answer/") && part.contains("/done/")).unwrap();
    let link = link.split('"').next().unwrap().to_owned();
    let stranger = server.request(Method::POST, &link).send().await.unwrap();
    problem(stranger, StatusCode::UNAUTHORIZED).await;
    let login = server
        .request(Method::POST, "/login")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(format!("token={}", server.token))
        .send()
        .await
        .unwrap();
    let cookie = login.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let press = |link: &str| server.request(Method::POST, link).header("Cookie", &cookie);
    // A proof of a message is none of a page's, and of one answer none of another's.
    let forged = press(&link.replace("/done/", "/cannot/")).send().await.unwrap();
    problem(forged, StatusCode::FORBIDDEN).await;
    let answered = press(&link).send().await.unwrap();
    assert_eq!(answered.status(), StatusCode::SEE_OTHER);
    assert_eq!(answered.headers()["location"].to_str().unwrap(), format!("/hosts/{host}"));
    let shown =
        until(&server, &path, |shown| !shown["requests"][0]["attempts"][0]["ended_at"].is_null()).await;
    assert_eq!(shown["requests"][0]["attempts"][0]["words"], "operator says: done");
    // Its agent is still heard: that it went off, nobody saw.
    server.clock.advance(Duration::from_secs(2));
    let shown = until(&server, &path, |shown| shown["requests"][0]["state"] != "running").await;
    assert_eq!(shown["requests"][0]["state"], "unseen", "{shown:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ways_are_set_on_the_command_line_and_their_secrets_stay_where_they_are() {
    let server = TestServer::new().await;
    let (_, host) = ours(&server).await;
    let planted = "de:ad:be:ef:fe:ed";
    let secret = server.operator(Method::PUT, "/api/v1/secrets/node1.wol").body(planted);
    expect(secret.send().await.unwrap(), StatusCode::OK).await;
    let mut printed = String::new();
    for (args, shown) in [
        (vec!["power", "node1", "show"], "as every host is"),
        (
            vec![
                "power",
                "node1",
                "set",
                "wol",
                "--name",
                "lan",
                "--interface",
                "nosuch0",
                "--mac",
                MAC,
                "--password-secret",
                "node1.wol",
            ],
            "password of secret node1.wol",
        ),
        (vec!["power", "node1", "set", "ssh", "--user", "core", "--port", "2222"], "port 2222, as core"),
        (vec!["power", "node1", "unset", "wol"], "lan"),
        (vec!["power", "node1", "order", "lan", "button", "ssh", "agent"], "lan"),
    ] {
        let text = done(&server, &args).await;
        assert!(text.contains(shown), "{args:?}: {text}");
        printed += &text;
    }
    let shown: Value =
        serde_json::from_str(&done(&server, &["power", "node1", "show", "--output", "json"]).await).unwrap();
    let names: Vec<&str> =
        shown["ways"].as_array().unwrap().iter().map(|way| way["name"].as_str().unwrap()).collect();
    assert_eq!((names, shown["version"].as_i64()), (vec!["lan", "button", "ssh", "agent"], Some(4)));
    for (args, said) in [
        (vec!["power", "node1", "set", "wol", "--mac", "01:00:5e:00:00:01"], "no card's address"),
        (vec!["power", "node1", "set", "wol", "--password-secret", "nosuch"], "no secret nosuch"),
        (vec!["power", "node1", "order", "lan"], "name each of its ways once"),
        (vec!["power", "node1", "unset", "bmc"], "no way called bmc"),
        (vec!["power", "node1", "off"], "say -y to go ahead"),
        (vec!["power", "node1", "answer", "done"], "nobody is asked"),
        (vec!["power", "nobody", "on"], "Not found"),
        (vec!["power", "node1", "on", "--by", "lan"], "was not switched on"),
        (vec!["place", "node1", "rack 2"], "is no place"),
    ] {
        let text = failed(&server, &args).await;
        assert!(text.contains(said), "{args:?}: {text}");
        printed += &text;
    }
    let used = server.operator(Method::DELETE, "/api/v1/secrets/node1.wol").send().await.unwrap();
    let used = problem(used, StatusCode::CONFLICT).await;
    assert!(used.detail.as_deref().unwrap().contains("the power switch lan of node1"), "{used:?}");
    for path in ["", "/power", "/events"] {
        printed += &server.read(&format!("/api/v1/hosts/{host}{path}")).await.to_string();
    }
    let page = server.operator(Method::GET, &format!("/hosts/{host}")).send().await.unwrap();
    printed += &expect(page, StatusCode::OK).await;
    assert!(printed.contains("nosuch0") && !printed.contains(planted), "{printed}");
    for entry in std::fs::read_dir(server.dir.path().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        assert!(!bytes.windows(planted.len()).any(|window| window == planted.as_bytes()));
    }
    assert!(done(&server, &["power", "node1", "default"]).await.contains("as every host is"));
    assert_eq!(
        server.operator(Method::DELETE, "/api/v1/secrets/node1.wol").send().await.unwrap().status(),
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_has_a_place_of_its_own_and_strangers_are_not_switched() {
    let server = TestServer::new().await;
    let (_, host) = ours(&server).await;
    let stranger = Agent { start_id: "start-2".into(), ..Agent::new("3c:ec:ef:00:00:02", "OTHER01") };
    let other = stranger.enrolled(&server).await;
    assert!(
        done(&server, &["place", "node1", "rack-2/slot-3"]).await.contains("node1 stands at rack-2/slot-3")
    );
    let taken = server.operator(Method::PUT, &format!("/api/v1/hosts/{other}/place"));
    let taken = taken.json(&json!({"place": "rack-2/slot-3"})).send().await.unwrap();
    let taken = problem(taken, StatusCode::CONFLICT).await;
    assert_eq!(taken.detail.as_deref(), Some("node1 stands at rack-2/slot-3"));
    for hostile in ["../../etc", "<script>", "a b", "rack-2/\u{1b}[2J", ""] {
        let refused = server.operator(Method::PUT, &format!("/api/v1/hosts/{host}/place"));
        let refused = refused.json(&json!({"place": hostile})).send().await.unwrap();
        problem(refused, StatusCode::BAD_REQUEST).await;
    }
    let found = done(&server, &["list", "--find", "RACK-2"]).await;
    assert!(found.contains("rack-2/slot-3") && found.lines().count() == 2, "{found}");
    assert!(done(&server, &["show", "node1"]).await.contains("at rack-2/slot-3"));
    let refused = server.operator(Method::POST, &format!("/api/v1/hosts/{other}/power"));
    let refused = refused.json(&json!({"act": "on"})).send().await.unwrap();
    let refused = problem(refused, StatusCode::CONFLICT).await;
    assert!(refused.detail.as_deref().unwrap().contains("it waits for approval"), "{refused:?}");
    for wrong in [
        json!({"act": "explode"}),
        json!({"act": "on", "by": "a b"}),
        json!({"act": "on", "x": 1}),
        json!([]),
    ] {
        let refused = server.operator(Method::POST, &format!("/api/v1/hosts/{host}/power"));
        assert!(refused.json(&wrong).send().await.unwrap().status().is_client_error(), "{wrong}");
    }
    assert!(done(&server, &["place", "node1", "none"]).await.contains("nobody knows"));
}
