//! What operators do.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Agent, TestServer, expect, problem};

#[tokio::test(flavor = "multi_thread")]
async fn hosts_are_approved_renamed_found_and_deleted() {
    let server = TestServer::new().await;
    let agent = Agent::new("3c:ec:ef:00:00:01", "ABC1234");
    let host = agent.enrolled(&server).await;
    let post =
        |path: String, body: serde_json::Value| server.operator(Method::POST, &path).json(&body).send();
    expect(post(format!("/api/v1/hosts/{host}/approve"), json!(null)).await.unwrap(), StatusCode::OK).await;
    let again = post(format!("/api/v1/hosts/{host}/approve"), json!(null)).await.unwrap();
    assert_eq!(problem(again, StatusCode::CONFLICT).await.kind, "illegal-transition");
    expect(
        post(format!("/api/v1/hosts/{host}/rename"), json!({"name": "shelf-1"})).await.unwrap(),
        StatusCode::OK,
    )
    .await;
    let bad = post("/api/v1/hosts/shelf-1/rename".into(), json!({"name": "../x"})).await.unwrap();
    problem(bad, StatusCode::BAD_REQUEST).await;
    assert_eq!(server.read("/api/v1/hosts/shelf-1").await["host"]["id"], host.as_str());
    assert_eq!(
        server.read("/api/v1/hosts?state=ready&text=shelf").await["items"].as_array().unwrap().len(),
        1
    );
    assert_eq!(server.read("/api/v1/hosts?state=discovered").await["items"].as_array().unwrap().len(), 0);
    let wrong = server.operator(Method::GET, "/api/v1/hosts?state=sleeping").send().await.unwrap();
    problem(wrong, StatusCode::BAD_REQUEST).await;
    let deleted = server.operator(Method::DELETE, "/api/v1/hosts/shelf-1").send().await.unwrap();
    expect(deleted, StatusCode::OK).await;
    let gone = server.operator(Method::GET, "/api/v1/hosts/shelf-1").send().await.unwrap();
    problem(gone, StatusCode::NOT_FOUND).await;
    // Its agent is told to enrol anew.
    let response = agent.send(&server, Method::POST, "/agent/v1/sample", &agent.sample(1)).await;
    problem(response, StatusCode::UNAUTHORIZED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_tells_how_it_does_itself() {
    let server = TestServer::new().await;
    let status = server.read("/api/v1/status").await;
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert!(status["health"]["memory_bytes"].as_u64() > Some(1 << 20), "{status:#}");
    assert!(status["health"]["load_one"].is_f64() && status["health"]["uptime_secs"].is_u64(), "{status:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_goes_in_and_never_comes_out() {
    let server = TestServer::new().await;
    let set = server.operator(Method::PUT, "/api/v1/secrets/ntfy").body("tk_very_secret\nwith a second line");
    expect(set.send().await.unwrap(), StatusCode::OK).await;
    let listed = server.read("/api/v1/secrets").await;
    assert_eq!(listed[0]["name"], "ntfy");
    assert!(!listed.to_string().contains("tk_very_secret"));
    let provider =
        json!({"name": "phone", "kind": "ntfy", "url": "http://127.0.0.1:9", "token_secret": "ntfy"});
    let added = server.operator(Method::POST, "/api/v1/providers").json(&provider).send().await.unwrap();
    expect(added, StatusCode::OK).await;
    let used = server.operator(Method::DELETE, "/api/v1/secrets/ntfy").send().await.unwrap();
    assert!(problem(used, StatusCode::CONFLICT).await.detail.unwrap().contains("phone"));
    expect(server.operator(Method::DELETE, "/api/v1/providers/phone").send().await.unwrap(), StatusCode::OK)
        .await;
    expect(server.operator(Method::DELETE, "/api/v1/secrets/ntfy").send().await.unwrap(), StatusCode::OK)
        .await;
    let gone = server.operator(Method::DELETE, "/api/v1/secrets/ntfy").send().await.unwrap();
    problem(gone, StatusCode::NOT_FOUND).await;
    let large =
        server.operator(Method::PUT, "/api/v1/secrets/big").body("x".repeat(100_000)).send().await.unwrap();
    problem(large, StatusCode::PAYLOAD_TOO_LARGE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_discover_score_lists_who_is_there() {
    let server = TestServer::new().await;
    let agent = Agent::new("3c:ec:ef:00:00:01", "ABC1234");
    agent.enrolled(&server).await;
    expect(agent.send(&server, Method::PUT, "/agent/v1/inventory", &agent.report()).await, StatusCode::OK)
        .await;
    assert_eq!(server.read("/api/v1/scores").await[0]["name"], "Discover");
    let start = |body: serde_json::Value| server.operator(Method::POST, "/api/v1/jobs").json(&body).send();
    let plan: serde_json::Value = start(json!({"score": "Discover", "params": {}, "dry_run": true}))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(plan["job"].is_null() && !plan["plan"].as_array().unwrap().is_empty(), "{plan}");
    let unknown = start(json!({"score": "Discovery"})).await.unwrap();
    problem(unknown, StatusCode::NOT_FOUND).await;
    let wrong = start(json!({"score": "Discover", "params": {"wait_for": -1}})).await.unwrap();
    problem(wrong, StatusCode::BAD_REQUEST).await;
    let started: serde_json::Value =
        start(json!({"score": "Discover", "params": {"wait_for": 1, "timeout_secs": 10}}))
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
    let job = started["job"].as_str().unwrap();
    let mut after = 0;
    let ended = loop {
        let progress = server.read(&format!("/api/v1/jobs/{job}?after={after}&wait_secs=5")).await;
        after = progress["job"]["seq"].as_i64().unwrap();
        if !progress["job"]["ended_at"].is_null() {
            break progress["job"].clone();
        }
    };
    assert_eq!(ended["state"], "done", "{ended:#}");
    assert_eq!(ended["result"]["hosts"][0]["serial"], "ABC1234", "{ended:#}");
}
