//! What operators say of a machine's boot, and what the loop guard does.

use std::time::Duration;

use inventory::sections::{BootEntry, BootMode, Firmware};
use inventory::{Section, Timestamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::booting::MAC;
use crate::support::{Agent, START, TestServer, expect, problem};

impl TestServer {
    /// Changes how a host boots.
    pub(crate) async fn change(&self, host: &str, change: Value) {
        let path = format!("/api/v1/hosts/{host}/boot");
        let changed = self.operator(Method::PUT, &path).json(&change).send().await.unwrap();
        expect(changed, StatusCode::OK).await;
    }

    async fn next(&self, machine: &str, word: Value) {
        let path = format!("/api/v1/boot/next/{machine}");
        let said = self.operator(Method::POST, &path).json(&word).send().await.unwrap();
        expect(said, StatusCode::OK).await;
    }

    async fn page(&self, path: &str) -> String {
        expect(self.operator(Method::GET, path).send().await.unwrap(), StatusCode::OK).await
    }

    async fn approve(&self, host: &str) {
        let path = format!("/api/v1/hosts/{host}/approve");
        expect(self.operator(Method::POST, &path).send().await.unwrap(), StatusCode::OK).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_boots_again_and_again_is_held_rings_and_is_let_go_when_its_agent_speaks() {
    let server = TestServer::new().await;
    server.choose_image().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    server.approve(&host).await;
    for _ in 0..5 {
        server.clock.advance(Duration::from_secs(120));
        // What is asked again within seconds is the same boot.
        for _ in 0..3 {
            assert!(server.script(MAC).await.contains("muster.ticket="));
        }
    }
    server.clock.advance(Duration::from_secs(120));
    let preview = server.read(&format!("/api/v1/boot/preview?host={host}")).await;
    assert_eq!(preview["decision"], "local disk", "{preview:#}");
    assert_eq!(server.read("/api/v1/boot/holds").await, json!([]), "a preview holds nobody");
    let script = server.script(MAC).await;
    assert!(
        script.contains("is held at its disk: it booted 5 times") && !script.contains("kernel "),
        "{script}"
    );
    let incident = server.incidents("boot.loop", 1).await.remove(0);
    assert_eq!(incident["component"], MAC);
    assert!(incident["text"].as_str().unwrap().contains("its agent was not heard"), "{incident:#}");
    let status = server.read("/api/v1/status").await;
    assert!(status["notices"].to_string().contains("1 machine is held at the local disk"), "{status:#}");
    let page = server.page(&format!("/hosts/{host}")).await;
    assert!(page.contains("is held at its disk"), "{page}");

    expect(agent.send(&server, Method::POST, "/agent/v1/sample", &agent.sample(1)).await, StatusCode::OK)
        .await;
    server.incidents("boot.loop", 0).await;
    assert!(server.script(MAC).await.contains("muster.ticket="));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_lets_a_machine_go_that_nobody_knows() {
    let server = TestServer::new().await;
    server.choose_image().await;
    for _ in 0..6 {
        server.script(MAC).await;
        server.clock.advance(Duration::from_secs(60));
    }
    let holds = server.read("/api/v1/boot/holds").await;
    assert_eq!((&holds[0]["mac"], &holds[0]["host"]), (&json!(MAC), &Value::Null));
    let release = |machine: &str| server.operator(Method::POST, &format!("/api/v1/boot/release/{machine}"));
    let unknown = release("nobody").send().await.unwrap();
    problem(unknown, StatusCode::NOT_FOUND).await;
    let other = release("3c:ec:ef:00:00:02").send().await.unwrap();
    assert_eq!(problem(other, StatusCode::CONFLICT).await.kind, "not-held");
    expect(release("3cecef000001").send().await.unwrap(), StatusCode::OK).await;
    assert!(server.script(MAC).await.contains("muster.ticket="));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_for_the_next_boot_is_said_shown_used_once_and_written_down() {
    let server = TestServer::new().await;
    server.choose_image().await;
    let host = Agent::new(MAC, "ABC1234").enrolled(&server).await;
    server.next(&host, json!({"action": "local-disk", "reason": "a new disk", "for_secs": 600})).await;
    let preview = server.read(&format!("/api/v1/boot/preview?mac={MAC}")).await;
    assert!(preview["reason"].as_str().unwrap().contains("this once (a new disk)"), "{preview:#}");
    assert!(server.page(&format!("/hosts/{host}")).await.contains("It boots its local disk next, once"));
    // The preview used nothing; the boot does, and may ask again for two minutes.
    for _ in 0..2 {
        let script = server.script(MAC).await;
        assert!(
            script.contains("local disk, because operator asked for its local disk this once (a new disk)"),
            "{script}"
        );
        server.clock.advance(Duration::from_secs(60));
    }
    assert!(server.script(MAC).await.contains("muster.ticket="));
    server.next(MAC, json!({"action": "discover"})).await;
    let shown = server.read(&format!("/api/v1/hosts/{host}")).await;
    assert_eq!(shown["boot"]["next"]["action"], "discover", "a MAC of a host means the host");
    let clear = || server.operator(Method::DELETE, &format!("/api/v1/boot/next/{host}"));
    expect(clear().send().await.unwrap(), StatusCode::OK).await;
    problem(clear().send().await.unwrap(), StatusCode::NOT_FOUND).await;
    server.next(&host, json!({"action": "local-disk", "for_secs": 60})).await;
    server.clock.advance(Duration::from_secs(60));
    assert!(server.script(MAC).await.contains("muster.ticket="), "it is over");
    let events = server.read(&format!("/api/v1/hosts/{host}/events")).await.to_string();
    for kind in ["boot.next-set", "boot.next-used", "boot.next-cleared"] {
        assert!(events.contains(kind), "{kind}: {events}");
    }
    for (word, status) in [
        (json!({"action": "install"}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"action": "discover", "for_secs": 0}), StatusCode::BAD_REQUEST),
        (json!({"action": "discover", "for_secs": 9_999_999}), StatusCode::BAD_REQUEST),
        (json!({"action": "discover", "reason": "x".repeat(201)}), StatusCode::BAD_REQUEST),
    ] {
        let path = format!("/api/v1/boot/next/{host}");
        problem(server.operator(Method::POST, &path).json(&word).send().await.unwrap(), status).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_of_any_machine_and_any_architecture() {
    let server = TestServer::new().await;
    server.choose_image().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    let name =
        server.read(&format!("/api/v1/hosts/{host}")).await["host"]["name"].as_str().unwrap().to_owned();
    for (query, decision, says) in [
        (format!("host={name}"), "discovery", "BOOTIF=01-3c-ec-ef-00-00-01"),
        (format!("host={name}&manufacturer=Supermicro"), "discovery", "console=ttyS1,115200n8"),
        (format!("mac={MAC}&arch=arm64"), "local disk", "no discovery system is for its processor"),
        ("mac=02-00-00-00-00-01&platform=pcbios".to_owned(), "discovery", "not known yet"),
    ] {
        let preview = server.read(&format!("/api/v1/boot/preview?{query}")).await;
        assert_eq!(preview["decision"], decision, "{query}: {preview:#}");
        assert!(preview["script"].as_str().unwrap().contains(says), "{query}: {preview:#}");
    }
    for (query, status) in [
        ("", StatusCode::BAD_REQUEST),
        ("mac=x", StatusCode::BAD_REQUEST),
        ("host=nobody", StatusCode::NOT_FOUND),
        ("mac=02-00-00-00-00-01&host=x", StatusCode::BAD_REQUEST),
    ] {
        let path = format!("/api/v1/boot/preview?{query}");
        problem(server.operator(Method::GET, &path).send().await.unwrap(), status).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firmware_that_never_tries_its_disk_is_pointed_out() {
    let server = TestServer::new().await;
    server.choose_image().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    let send = async |entries: &[(&str, bool)], at: i64| {
        let mut report = agent.report();
        let entries = entries.iter().map(|(name, network)| BootEntry {
            description: Some((*name).to_owned()),
            active: true,
            network: *network,
            ..BootEntry::default()
        });
        let firmware = Firmware {
            boot_mode: Some(BootMode::Uefi),
            boot_entries: entries.collect(),
            ..Firmware::default()
        };
        report.collected_at = Timestamp(START.millis() + at);
        report.sections.firmware = Section::new(firmware, vec![]);
        expect(agent.send(&server, Method::PUT, "/agent/v1/inventory", &report).await, StatusCode::OK).await;
    };
    let wrong =
        async || server.read("/api/v1/hosts?boot_order=wrong").await["items"].as_array().unwrap().len();
    send(&[("UEFI PXEv4", true), ("UEFI PXEv6", true)], 1).await;
    let shown = server.read(&format!("/api/v1/hosts/{host}")).await;
    assert!(
        shown["boot_order"].as_str().unwrap().contains("the network again and never its disk"),
        "{shown:#}"
    );
    assert_eq!(wrong().await, 1);
    let status = server.read("/api/v1/status").await;
    assert!(
        status["notices"].to_string().contains("firmware of 1 host does not go from the network"),
        "{status:#}"
    );
    assert!(server.page(&format!("/hosts/{host}")).await.contains("never its disk"));
    send(&[("UEFI PXEv4", true), ("Fedora", false)], 2).await;
    assert_eq!(wrong().await, 0);
    let shown = server.read(&format!("/api/v1/hosts/{host}")).await;
    assert_eq!(shown["boot_order"], "its disk follows its network");
}
