//! What agents say, and who may say it.

use std::time::Duration;

use inventory::{Failure, Goodbye, GoodbyeReason, SCHEMA};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::{Agent, START, TestServer, expect, problem};

const MAC: &str = "3c:ec:ef:00:00:01";

async fn approve(server: &TestServer, host: &str) {
    let approved =
        server.operator(Method::POST, &format!("/api/v1/hosts/{host}/approve")).send().await.unwrap();
    expect(approved, StatusCode::OK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_enrols_reports_and_is_watched() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    expect(agent.send(&server, Method::PUT, "/agent/v1/inventory", &agent.report()).await, StatusCode::OK)
        .await;
    server.clock.advance(Duration::from_secs(30));
    expect(agent.send(&server, Method::POST, "/agent/v1/sample", &agent.sample(1)).await, StatusCode::OK)
        .await;
    let failure = Failure {
        schema: SCHEMA,
        agent: agent.stamp(2),
        at: START,
        what: "inventory".into(),
        reason: "the disks did not answer".into(),
        identity: None,
        ticket_prefix: None,
    };
    expect(agent.send(&server, Method::POST, "/agent/v1/failure", &failure).await, StatusCode::OK).await;
    let shown = server.read(&format!("/api/v1/hosts/{host}")).await;
    assert_eq!(shown["host"]["state"], "discovered");
    assert_eq!(shown["host"]["serial"], "ABC1234");
    assert_eq!(shown["host"]["last_seen_at"], START.millis() + 30_000);
    assert!(shown["problems"].to_string().contains("the disks did not answer"));
    let goodbye =
        Goodbye { schema: SCHEMA, agent: agent.stamp(3), at: START, reason: GoodbyeReason::Stopped };
    expect(agent.send(&server, Method::POST, "/agent/v1/goodbye", &goodbye).await, StatusCode::OK).await;
    let shown = server.read(&format!("/api/v1/hosts/{host}")).await;
    assert!(shown["host"]["goodbye_at"].is_i64());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_report_again_is_no_revision_and_another_is() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    for _ in 0..3 {
        expect(
            agent.send(&server, Method::PUT, "/agent/v1/inventory", &agent.report()).await,
            StatusCode::OK,
        )
        .await;
    }
    let mut changed = agent.report();
    changed.sections.disks = inventory::Section::new(vec![], vec![]);
    expect(agent.send(&server, Method::PUT, "/agent/v1/inventory", &changed).await, StatusCode::OK).await;
    let revisions = server.read(&format!("/api/v1/hosts/{host}/revisions")).await;
    assert_eq!(revisions.as_array().unwrap().len(), 2, "{revisions:#}");
    let diff = server.read(&format!("/api/v1/hosts/{host}/diff")).await;
    assert!(diff.to_string().contains("D-ABC1234"), "{diff:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_host_is_not_taken_over_by_who_knows_its_serial_and_macs() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    approve(&server, &host).await;
    let thief = Agent::new(MAC, "ABC1234");
    let refused = problem(server.enrol(&thief.enrolment(None)).await, StatusCode::CONFLICT).await;
    assert_eq!(refused.kind, "claim");
    let response = thief.send(&server, Method::POST, "/agent/v1/sample", &thief.sample(1)).await;
    problem(response, StatusCode::UNAUTHORIZED).await;
    // The host's own agent goes on as if nothing had been.
    expect(agent.send(&server, Method::POST, "/agent/v1/sample", &agent.sample(1)).await, StatusCode::OK)
        .await;
    let claims = server.read("/api/v1/claims").await;
    assert_eq!(claims.as_array().unwrap().len(), 1, "{claims:#}");
    assert_eq!(claims[0]["host"], host.as_str());
    let settle = format!("/api/v1/claims/{}/settle", claims[0]["id"].as_str().unwrap());
    let settled = server.operator(Method::POST, &settle).json(&serde_json::json!({"verdict": "dismissed"}));
    expect(settled.send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(server.read("/api/v1/claims").await, Value::Array(vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_ticket_for_its_own_mac_gives_an_approved_host_a_new_key() {
    let server = TestServer::new().await;
    server.choose_image().await;
    let first = Agent::new(MAC, "ABC1234");
    let ticket = server.ticket(MAC).await;
    expect(server.enrol(&first.enrolment(Some(ticket))).await, StatusCode::OK).await;
    let host = server.read("/api/v1/hosts").await["items"][0]["id"].as_str().unwrap().to_owned();
    approve(&server, &host).await;
    // It reboots into discovery: a new agent with a new key, and the ticket of the new boot.
    let second = Agent { start_id: "start-2".into(), ..Agent::new(MAC, "ABC1234") };
    let ticket = server.ticket(MAC).await;
    expect(server.enrol(&second.enrolment(Some(ticket))).await, StatusCode::OK).await;
    expect(second.send(&server, Method::POST, "/agent/v1/sample", &second.sample(1)).await, StatusCode::OK)
        .await;
    let old = first.send(&server, Method::POST, "/agent/v1/sample", &first.sample(1)).await;
    problem(old, StatusCode::UNAUTHORIZED).await;
    let shown = server.read(&format!("/api/v1/hosts/{host}")).await;
    assert_eq!(shown["host"]["state"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_good_for_one_key_one_address_and_a_short_time() {
    let server = TestServer::new().await;
    server.choose_image().await;
    let agent = Agent::new(MAC, "ABC1234");
    let ticket = server.ticket(MAC).await;

    let mut forged = ticket.clone();
    forged.replace_range(20..21, if &ticket[20..21] == "A" { "B" } else { "A" });
    let refused = problem(server.enrol(&agent.enrolment(Some(forged))).await, StatusCode::FORBIDDEN).await;
    assert_eq!(refused.kind, "ticket-forged");

    let elsewhere = server.request_from("127.0.0.2", Method::POST, "/agent/v1/enrol");
    let elsewhere = elsewhere.json(&agent.enrolment(Some(ticket.clone()))).send().await.unwrap();
    let refused = problem(elsewhere, StatusCode::FORBIDDEN).await;
    assert_eq!(refused.kind, "ticket-wrong-address");
    assert!(refused.detail.unwrap().contains("127.0.0.2"));

    let another = Agent::new("3c:ec:ef:00:00:77", "OTHER01");
    let refused =
        problem(server.enrol(&another.enrolment(Some(ticket.clone()))).await, StatusCode::FORBIDDEN).await;
    assert_eq!(refused.kind, "ticket-foreign");

    // An answer that was lost: the same ticket and the same key are the same enrolment.
    expect(server.enrol(&agent.enrolment(Some(ticket.clone()))).await, StatusCode::OK).await;
    expect(server.enrol(&agent.enrolment(Some(ticket.clone()))).await, StatusCode::OK).await;
    let thief = Agent::new(MAC, "ABC1234");
    let refused =
        problem(server.enrol(&thief.enrolment(Some(ticket.clone()))).await, StatusCode::FORBIDDEN).await;
    assert_eq!(refused.kind, "ticket-replayed");

    let late = server.ticket(MAC).await;
    server.clock.advance(Duration::from_secs(31 * 60));
    let refused =
        problem(server.enrol(&thief.enrolment(Some(late.clone()))).await, StatusCode::FORBIDDEN).await;
    assert_eq!(refused.kind, "ticket-expired");

    // Each refusal is an event, and none of them shows a ticket.
    let events = events::after(&readers(&server).await, 0, 100).await.unwrap();
    let refusals: Vec<_> = events.iter().filter(|e| e.kind == events::Kind::TicketRefused).collect();
    assert!(!refusals.is_empty());
    assert!(events.iter().all(|event| {
        let text = format!("{} {}", event.summary, event.data);
        !text.contains(&ticket) && !text.contains(&late)
    }));
}

/// A second look at the database, beside the server.
async fn readers(server: &TestServer) -> sqlx::SqlitePool {
    let path = server.dir.path().join("data/muster.db");
    sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(path)).await.unwrap()
}
