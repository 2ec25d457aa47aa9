//! What operators ask of agents; and agents that can't speak as themselves yet.

use std::time::Duration;

use inventory::{Failure, LOGS_LIMIT_BYTES, Outcome, Receipt, SCHEMA};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Agent, START, TestServer, expect, problem};

const MAC: &str = "3c:ec:ef:00:00:01";

async fn ask(server: &TestServer, host: &str, what: &Value) -> String {
    let asked = server.operator(Method::POST, &format!("/api/v1/hosts/{host}/actions")).json(what);
    let asked: Value =
        serde_json::from_str(&expect(asked.send().await.unwrap(), StatusCode::OK).await).unwrap();
    asked["id"].as_str().unwrap().to_owned()
}

/// What the answer to the agent's next sample asks for.
async fn asked_of(server: &TestServer, agent: &Agent, seq: u64) -> Vec<Value> {
    let response = agent.send(server, Method::POST, "/agent/v1/sample", &agent.sample(seq)).await;
    let reply: Value = serde_json::from_str(&expect(response, StatusCode::OK).await).unwrap();
    reply["actions"].as_array().cloned().unwrap_or_default()
}

async fn receipt(server: &TestServer, agent: &Agent, id: &str, outcome: Outcome, words: &str) {
    let receipt = Receipt {
        schema: SCHEMA,
        agent: agent.stamp(99),
        at: START,
        action: id.parse().unwrap(),
        outcome,
        words: words.to_owned(),
    };
    expect(agent.send(server, Method::POST, "/agent/v1/receipt", &receipt).await, StatusCode::OK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_is_delivered_until_it_is_receipted_and_each_is_told() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    assert!(asked_of(&server, &agent, 1).await.is_empty());
    let blink = ask(&server, &host, &json!({"action": "blink_nic", "name": "eth0"})).await;
    let told = asked_of(&server, &agent, 2).await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0]["id"], &told[0]["action"], &told[0]["secs"]),
        (&json!(blink), &json!("blink_nic"), &json!(30))
    );
    // The answer may have been lost: it is told again, but not each second.
    assert!(asked_of(&server, &agent, 3).await.is_empty());
    server.clock.advance(Duration::from_secs(61));
    assert_eq!(asked_of(&server, &agent, 4).await.len(), 1);
    receipt(&server, &agent, &blink, Outcome::Done, "eth0 blinked").await;
    server.clock.advance(Duration::from_secs(61));
    assert!(asked_of(&server, &agent, 5).await.is_empty());
    // What was done is not undone by a late word.
    receipt(&server, &agent, &blink, Outcome::Refused, "it was asked for before").await;

    let actions = server.read(&format!("/api/v1/hosts/{host}/actions")).await;
    assert_eq!((&actions[0]["outcome"], &actions[0]["words"]), (&json!("done"), &json!("eth0 blinked")));
    let events = server.read(&format!("/api/v1/hosts/{host}/events")).await.to_string();
    assert!(events.contains("action.asked") && events.matches("action.receipted").count() == 1, "{events}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_nobody_came_for_in_time_is_not_delivered() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    ask(&server, &host, &json!({"action": "reboot", "patience_secs": 60})).await;
    server.clock.advance(Duration::from_secs(61));
    assert!(asked_of(&server, &agent, 1).await.is_empty());
    for wrong in [json!({"action": "dance"}), json!({"action": "blink_nic"}), json!({})] {
        let asked = server.operator(Method::POST, &format!("/api/v1/hosts/{host}/actions")).json(&wrong);
        assert!(asked.send().await.unwrap().status().is_client_error(), "{wrong}");
    }
    for _ in 0..16 {
        ask(&server, &host, &json!({"action": "report"})).await;
    }
    let asked = server.operator(Method::POST, &format!("/api/v1/hosts/{host}/actions"));
    let asked = asked.json(&json!({"action": "report"})).send().await.unwrap();
    problem(asked, StatusCode::TOO_MANY_REQUESTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_forgets_over_a_boot_is_booted_anew_once() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    let reboot = ask(&server, &host, &json!({"action": "reboot"})).await;
    assert_eq!(asked_of(&server, &agent, 1).await.len(), 1);
    receipt(&server, &agent, &reboot, Outcome::Begun, "the machine boots anew").await;

    server.clock.advance(Duration::from_secs(61));
    let booted = Agent { start_id: "start-2".into(), ..Agent::new(MAC, "ABC1234") };
    booted.enrolled(&server).await;
    let mut sample = booted.sample(1);
    sample.agent.boot_id = Some("boot-2".into());
    let reply = booted.send(&server, Method::POST, "/agent/v1/sample", &sample).await;
    let reply: Value = serde_json::from_str(&expect(reply, StatusCode::OK).await).unwrap();
    assert!(reply.get("actions").is_none(), "{reply}");
    let actions = server.read(&format!("/api/v1/hosts/{host}/actions")).await;
    assert_eq!((&actions[0]["id"], &actions[0]["outcome"]), (&json!(reboot), &json!("done")), "{actions:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_taken_from_whom_they_were_asked_and_no_more_than_fit() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    let other = Agent { start_id: "start-2".into(), ..Agent::new("3c:ec:ef:00:00:02", "OTHER01") };
    other.enrolled(&server).await;
    let (logs, report) = (
        ask(&server, &host, &json!({"action": "logs"})).await,
        ask(&server, &host, &json!({"action": "report"})).await,
    );
    let put = |agent: &Agent, id: &str, text: Vec<u8>| {
        server
            .request(Method::PUT, &format!("/agent/v1/logs/{id}"))
            .bearer_auth(agent.key.reveal())
            .body(text)
            .send()
    };
    problem(put(&other, &logs, b"x".to_vec()).await.unwrap(), StatusCode::NOT_FOUND).await;
    problem(put(&agent, &report, b"x".to_vec()).await.unwrap(), StatusCode::NOT_FOUND).await;
    let large = vec![b'x'; LOGS_LIMIT_BYTES + 1];
    problem(put(&agent, &logs, large).await.unwrap(), StatusCode::PAYLOAD_TOO_LARGE).await;
    let shown = format!("/api/v1/hosts/{host}/logs/{logs}");
    let missing = server.operator(Method::GET, &shown).send().await.unwrap();
    problem(missing, StatusCode::NOT_FOUND).await;
    let text = "line\n\u{1b}[2J<script>\n";
    expect(put(&agent, &logs, text.into()).await.unwrap(), StatusCode::OK).await;
    let response = server.operator(Method::GET, &shown).send().await.unwrap();
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert_eq!(response.text().await.unwrap(), "line\n[2J<script>\n");
    let full = vec![0xff; LOGS_LIMIT_BYTES];
    expect(put(&agent, &logs, full).await.unwrap(), StatusCode::OK).await;
    let length = server.operator(Method::GET, &shown).send().await.unwrap().text().await.unwrap().len();
    assert!(length <= LOGS_LIMIT_BYTES && length > LOGS_LIMIT_BYTES - 4, "{length}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_without_a_key_is_a_claim_and_applied_to_nothing() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    let cry = |mac: &str| Failure {
        schema: SCHEMA,
        agent: agent.stamp(1),
        at: START,
        what: "enrol".into(),
        reason: "the ticket has expired".into(),
        identity: Some(Agent::new(mac, "ABC1234").report().identity()),
        ticket_prefix: Some("abcdefghijkl".into()),
    };
    let say = |failure: Failure| async {
        let failure = failure;
        server.request(Method::POST, "/agent/v1/failure").json(&failure).send().await.unwrap()
    };
    expect(say(cry(MAC)).await, StatusCode::OK).await;
    expect(say(cry(MAC)).await, StatusCode::OK).await;
    // Nobody knows this one: it stands in the trail only.
    expect(say(cry("3c:ec:ef:00:00:99")).await, StatusCode::OK).await;
    let claims = server.read("/api/v1/claims").await;
    assert_eq!(claims.as_array().unwrap().len(), 1, "{claims:#}");
    assert_eq!((&claims[0]["kind"], &claims[0]["times"]), (&json!("failure"), &json!(2)));
    let shown = server.read(&format!("/api/v1/hosts/{host}")).await;
    assert_eq!(shown["problems"], json!([]));
    assert!(shown["host"]["last_seen_at"].is_null(), "{shown:#}");
    let mut trail = Value::Null;
    while !trail.to_string().contains("agent-failed") {
        trail = server.read(&format!("/api/v1/hosts/{host}/trail")).await;
    }
    let trail = trail.to_string();
    assert!(
        trail.contains("the ticket has expired (ticket abcdef…)") && !trail.contains("abcdefg"),
        "{trail}"
    );

    // It gets through after all: nothing is left for an operator to settle.
    expect(server.enrol(&agent.enrolment(None)).await, StatusCode::OK).await;
    assert_eq!(server.read("/api/v1/claims").await, json!([]));
    // A flood of strangers is held back.
    let mut last = StatusCode::OK;
    for _ in 0..40 {
        last = say(cry(MAC)).await.status();
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}
