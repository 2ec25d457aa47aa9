//! Bad input: each gets a clear error that names the thing, and nothing else breaks.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Agent, TestServer, expect, problem};

async fn put(server: &TestServer, agent: &Agent, body: impl Into<reqwest::Body>) -> reqwest::Response {
    server
        .request(Method::PUT, "/agent/v1/inventory")
        .bearer_auth(agent.key.reveal())
        .body(body)
        .send()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_can_not_be_is_refused_by_name_and_the_next_good_one_is_taken() {
    let server = TestServer::new().await;
    let agent = Agent::new("3c:ec:ef:00:00:01", "ABC1234");
    let host = agent.enrolled(&server).await;
    let report = serde_json::to_value(agent.report()).unwrap();
    let with = |pointer: &str, value: Value| {
        let mut changed = report.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed.to_string()
    };
    let disks = "/sections/disks/data";
    for (body, status, names) in [
        (" ".repeat(20 << 20), StatusCode::PAYLOAD_TOO_LARGE, "4194304"),
        (
            with(disks, vec![json!({"name": "sda"}); 15_000].into()),
            StatusCode::UNPROCESSABLE_ENTITY,
            "15000 items",
        ),
        (
            with("/sections/disks/data/0/name", "a".repeat(1 << 20).into()),
            StatusCode::UNPROCESSABLE_ENTITY,
            "sections.disks.data[0].name",
        ),
        (
            with(disks, json!([{"name": "sda", "size_bytes": -1}])),
            StatusCode::UNPROCESSABLE_ENTITY,
            "sections.disks",
        ),
        (
            report.to_string().replace("\"duration_ms\":5", "\"duration_ms\":NaN"),
            StatusCode::BAD_REQUEST,
            "line 1",
        ),
        (with("/schema", "9.0".into()), StatusCode::UNPROCESSABLE_ENTITY, "upgrade the server"),
        (with("/schema", 1.into()), StatusCode::UNPROCESSABLE_ENTITY, "schema"),
        ("[".repeat(100_000), StatusCode::BAD_REQUEST, "JSON"),
        (String::new(), StatusCode::BAD_REQUEST, "JSON"),
    ] {
        let problem = problem(put(&server, &agent, body).await, status).await;
        assert!(problem.detail.as_ref().is_some_and(|detail| detail.contains(names)), "{names}: {problem:?}");
    }
    let mut bytes = report.to_string().into_bytes();
    let place = bytes.windows(3).position(|window| window == b"sda").unwrap();
    bytes[place] = 0xff;
    problem(put(&server, &agent, bytes).await, StatusCode::BAD_REQUEST).await;

    expect(put(&server, &agent, report.to_string()).await, StatusCode::OK).await;
    let shown = server.read(&format!("/api/v1/hosts/{host}")).await;
    assert_eq!(shown["inventory"]["disks"][0]["serial"], "D-ABC1234");
    assert_eq!(shown["host"]["revision"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_serial_number_is_only_text_wherever_it_shows() {
    let server = TestServer::new().await;
    let agent = Agent::new("3c:ec:ef:00:00:01", "<script>alert(1)</script>\u{1b}[2J${net0/mac}");
    let host = agent.enrolled(&server).await;
    expect(agent.send(&server, Method::PUT, "/agent/v1/inventory", &agent.report()).await, StatusCode::OK)
        .await;
    let page = server.operator(Method::GET, &format!("/hosts/{host}")).send().await.unwrap();
    let page = expect(page, StatusCode::OK).await;
    assert!(!page.contains("<script>") && !page.contains('\u{1b}'), "{page}");
    let script = server.script("3c:ec:ef:00:00:01").await;
    assert!(!script.contains("${net0/mac}") && !script.contains("<script>"), "{script}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mac_in_a_boot_request_is_a_mac_or_nothing() {
    let server = TestServer::new().await;
    for path in [
        "/boot/by-mac/..%2f..%2fetc%2fpasswd.ipxe",
        "/boot/by-mac/$%7Bx%7D.ipxe",
        "/boot/by-mac/52-54-00-aa-bb-0g.ipxe",
        "/boot/inventory.ipxe?mac=%0aboot",
        "/boot/inventory.ipxe?mac=${net0/mac}",
        "/boot/inventory.ipxe",
        "//boot//inventory.ipxe?mac=52:54:00:aa:bb:01&mac=x&platform=%ff",
    ] {
        let response = server.request(Method::GET, path).send().await.unwrap();
        let script = expect(response, StatusCode::OK).await;
        assert!(script.starts_with("#!ipxe\n"), "{path}: {script}");
        assert!(!script.contains("kernel"), "{path}: {script}");
        for line in script.lines().filter(|line| line.contains("${")) {
            assert!(line.starts_with("iseq ${platform} efi"), "{path}: {line}");
        }
    }
    let outside = server.request(Method::GET, "/boot/by-mac/../../etc/passwd").send().await.unwrap();
    assert_eq!(outside.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_enrolments_is_slowed_and_told_when_to_come_back() {
    let server = TestServer::new().await;
    let mut refused = None;
    for number in 0..60 {
        let agent = Agent::new(&format!("3c:ec:ef:00:01:{number:02x}"), &format!("FLOOD{number:03}"));
        let response = server.enrol(&agent.enrolment(None)).await;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(response);
            break;
        }
        expect(response, StatusCode::OK).await;
    }
    let refused = refused.expect("60 enrolments from one address at once");
    assert!(refused.headers().contains_key("retry-after"));
    problem(refused, StatusCode::TOO_MANY_REQUESTS).await;
    // Another machine is not held up by it.
    let other = Agent::new("3c:ec:ef:00:02:00", "OTHER01");
    let response =
        server.request_from("127.0.0.2", Method::POST, "/agent/v1/enrol").json(&other.enrolment(None));
    expect(response.send().await.unwrap(), StatusCode::OK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_strangers_are_taken_in_than_the_settings_say() {
    let server = TestServer::with("[agents]\nmax_unapproved = 2").await;
    for number in 0..2 {
        Agent::new(&format!("3c:ec:ef:00:00:0{number}"), &format!("ROOM{number:03}")).enrolled(&server).await;
    }
    let third = Agent::new("3c:ec:ef:00:00:09", "ROOM009");
    let refused = problem(server.enrol(&third.enrolment(None)).await, StatusCode::TOO_MANY_REQUESTS).await;
    assert!(refused.detail.unwrap().contains("approve or delete"));
}
