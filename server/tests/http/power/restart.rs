//! The real program is stopped, or killed, while somebody walks to the rack: it goes on waiting for him when it is started anew.

use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use inventory::EnrolReply;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{MAC, phone};
use crate::program::{End, Program};
use crate::support::{Agent, expect};

impl Program {
    async fn send(&self, method: Method, path: &str, bearer: &str, body: &Value) -> Response {
        self.request(method, path).bearer_auth(bearer).json(body).send().await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.send(Method::POST, path, &self.token, &body).await;
        serde_json::from_str(&expect(answer, StatusCode::OK).await).unwrap()
    }

    async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let shown = self.read(path).await;
            if is_so(&shown) {
                return shown;
            }
            assert!(Instant::now() < deadline, "{shown:#}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A host that is ours, whose agent speaks.
    async fn ours(&self, agent: &Agent) -> String {
        let key = agent.key.reveal();
        let enrolment = serde_json::to_value(agent.enrolment(None)).unwrap();
        let reply = self.send(Method::POST, "/agent/v1/enrol", &key, &enrolment).await;
        let reply: EnrolReply = serde_json::from_str(&expect(reply, StatusCode::OK).await).unwrap();
        let path = format!("/api/v1/hosts/{}", reply.host);
        self.post(&format!("{path}/approve"), json!(null)).await;
        self.post(&format!("{path}/rename"), json!({"name": "node1"})).await;
        self.hear(agent, 1).await;
        path
    }

    async fn hear(&self, agent: &Agent, seq: u64) {
        let sample = serde_json::to_value(agent.sample(seq)).unwrap();
        let sent = self.send(Method::POST, "/agent/v1/sample", &agent.key.reveal(), &sample).await;
        expect(sent, StatusCode::OK).await;
    }
}

async fn next(messages: Receiver<Value>) -> (Value, Receiver<Value>) {
    let waiting = move || (messages.recv_timeout(Duration::from_secs(60)).unwrap(), messages);
    tokio::task::spawn_blocking(waiting).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_walks_to_the_rack_is_waited_for_by_the_next_server() {
    for how in [End::Stopped, End::Killed] {
        let dir = tempfile::tempdir().unwrap();
        let server = Program::start(dir.path()).await;
        let (url, messages) = phone();
        server.post("/api/v1/providers", json!({"kind": "ntfy", "name": "phone", "url": url})).await;
        let me = json!({"name": "me", "provider": "phone", "topic": "alerts", "min_severity": "info", "rule_prefix": ""});
        server.post("/api/v1/subscriptions", me).await;
        let agent = Agent::new(MAC, "ABC1234");
        let host = server.ours(&agent).await;
        let (power, incidents) = (format!("{host}/power"), "/api/v1/incidents");
        server.post(&power, json!({"act": "reset", "by": "button", "watch_secs": 1})).await;
        let opened = server.until(incidents, |all| all["items"][0]["rule"] == "power.button").await;
        let (message, messages) = next(messages).await;
        let asked = server.read(&power).await;
        assert!(asked["question"].is_object(), "{asked:#}");
        server.end(how).await;

        let server = Program::start(dir.path()).await;
        let shown = server.read(&power).await;
        assert_eq!(shown["question"], asked["question"], "{how:?}: the same, until the same moment");
        assert_eq!(shown["requests"], asked["requests"], "{how:?}");
        let still = server.read(incidents).await;
        for key in ["id", "state", "opened_at"] {
            assert_eq!(still["items"][0][key], opened["items"][0][key], "{how:?}: {still:#}");
        }
        assert_eq!(still["items"].as_array().unwrap().len(), 1, "{how:?}: {still:#}");

        // The button in the message of before.
        let link = message["actions"][0]["url"].as_str().unwrap();
        let link = link.split_once("/answer/").map(|(_, rest)| format!("/answer/{rest}")).unwrap();
        let pressed = server.send(Method::POST, &link, "", &json!(null)).await;
        assert_eq!(expect(pressed, StatusCode::OK).await, "Thank you.\n", "{how:?}");
        let ended = server.until(&power, |shown| shown["requests"][0]["state"] != "running").await;
        let request = &ended["requests"][0];
        assert_eq!((&request["state"], &ended["question"]), (&json!("unseen"), &Value::Null), "{ended:#}");
        assert!(request["words"].as_str().unwrap().contains("who reads the message says: done"), "{request}");
        assert_eq!(request["attempts"].as_array().unwrap().len(), 1, "{request}");
        server.until(incidents, |all| all["items"][0]["state"] == "resolved").await;
        // One message that asks, and one that takes its place.
        let (last, messages) = next(messages).await;
        assert_eq!(last["sequence_id"], message["sequence_id"], "{how:?}: {last:#}");

        // What asks a machine, and nobody in the room, is not gone on with: it is said.
        server.hear(&agent, 2).await;
        server.post(&power, json!({"act": "reset", "by": "agent"})).await;
        server.until(&power, |shown| shown["requests"][0]["words"] == "agent is tried").await;
        server.end(how).await;
        let server = Program::start(dir.path()).await;
        let shown = server.read(&power).await;
        let request = &shown["requests"][0];
        assert_eq!((&request["state"], &request["act"]), (&json!("interrupted"), &json!("reset")), "{how:?}");
        assert_eq!(request["attempts"][0]["outcome"], "interrupted", "{how:?}");
        assert!(request["words"].as_str().unwrap().contains("ask again if it is still wanted"), "{request}");
        server.end(End::Stopped).await;
        assert!(messages.try_recv().is_err(), "{how:?}: nobody is rung twice");
    }
}
