//! What machines in their firmware get.

use reqwest::{Method, StatusCode};

use crate::support::{Agent, TestServer, expect, problem};

pub(crate) const MAC: &str = "3c:ec:ef:00:00:01";

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_machine_is_told_why_it_boots_its_disk_and_discovers_once_an_image_is_there() {
    let server = TestServer::new().await;
    let script = server.script(MAC).await;
    assert!(
        script.contains("no discovery image: run muster image use") && script.contains("sanboot"),
        "{script}"
    );
    let image = server.choose_image().await;
    let script = server.script(MAC).await;
    assert!(script.contains(&format!("/boot/image/{image}/vmlinuz")), "{script}");
    assert!(script.contains("BOOTIF=01-3c-ec-ef-00-00-01"), "{script}");
    let preview = server.read(&format!("/api/v1/boot/preview?mac={MAC}")).await;
    assert_eq!(preview["decision"], "discovery");
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_name_the_address_that_was_reached_and_never_the_host_header() {
    let server = TestServer::new().await;
    let request = server.request(Method::GET, "/boot/boot.ipxe").header("Host", "evil.example");
    let script = expect(request.send().await.unwrap(), StatusCode::OK).await;
    assert!(script.contains(&server.base) && !script.contains("evil"), "{script}");
}

#[tokio::test(flavor = "multi_thread")]
async fn images_are_served_whole_in_parts_and_by_head() {
    let server = TestServer::new().await;
    let image = server.choose_image().await;
    let path = format!("/boot/image/{image}/vmlinuz?mac={}", MAC.replace(':', "-"));
    let whole = server.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(whole.headers()["content-length"], "16");
    assert_eq!(whole.headers()["accept-ranges"], "bytes");
    assert_eq!(expect(whole, StatusCode::OK).await, "kernel of a test");
    let head = server.request(Method::HEAD, &path).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], "16");
    assert_eq!(expect(head, StatusCode::OK).await, "");
    let part = server.request(Method::GET, &path).header("Range", "bytes=7-8").send().await.unwrap();
    assert_eq!(expect(part, StatusCode::PARTIAL_CONTENT).await, "of");
    let doubled = server.request(Method::GET, &format!("/{path}")).send().await.unwrap();
    assert_eq!(expect(doubled, StatusCode::OK).await, "kernel of a test");
    for missing in [
        format!("/boot/image/{image}/image.json"),
        format!("/boot/image/{image}/..%2f..%2fmuster.db"),
        "/boot/image/0000000000000000/vmlinuz".to_owned(),
        "/boot/image/..%2f..%2f/vmlinuz".to_owned(),
    ] {
        let response = server.request(Method::GET, &missing).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{missing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_not_whole_is_not_taken() {
    let server = TestServer::new().await;
    let image = server.choose_image().await;
    let other = server.operator(Method::POST, "/api/v1/images").body("{\"format\":1}").send().await.unwrap();
    problem(other, StatusCode::BAD_REQUEST).await;
    let facts = |byte: &str| serde_json::json!({"size_bytes": 5, "sha256": byte.repeat(32)});
    let manifest = serde_json::json!({
        "format": 1, "arch": "x86_64", "kernel_version": "6.1.0", "agent_version": "0.1.0", "muster_version": "0.1.0",
        "built_at": 1, "modules": 0, "vmlinuz": facts("ab"), "initramfs": facts("cd"),
    });
    let early =
        server.operator(Method::POST, "/api/v1/images").body(manifest.to_string()).send().await.unwrap();
    let early = problem(early, StatusCode::CONFLICT).await;
    assert!(
        early.detail.is_some_and(|detail| detail.contains("vmlinuz") && detail.contains(&"ab".repeat(32)))
    );
    let unknown = server.operator(Method::POST, "/api/v1/discovery");
    let unknown = unknown.json(&serde_json::json!({"by": "image", "image": "0000000000000000"}));
    problem(unknown.send().await.unwrap(), StatusCode::NOT_FOUND).await;
    assert_eq!(server.read("/api/v1/images").await[0]["id"], image.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boot_leaves_a_trail() {
    let server = TestServer::new().await;
    let image = server.choose_image().await;
    server.request(Method::GET, "/boot/boot.ipxe").send().await.unwrap();
    let ticket = server.ticket(MAC).await;
    let kernel = format!("/boot/image/{image}/vmlinuz?mac={}", MAC.replace(':', "-"));
    server.request(Method::GET, &kernel).send().await.unwrap();
    let agent = Agent::new(MAC, "ABC1234");
    let reply: inventory::EnrolReply =
        server.enrol(&agent.enrolment(Some(ticket.clone()))).await.json().await.unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let trail = server.read(&format!("/api/v1/hosts/{}/trail", reply.host)).await;
        let steps: Vec<&str> = trail[0]["steps"]
            .as_array()
            .map(|steps| steps.iter().filter_map(|step| step["kind"].as_str()).collect())
            .unwrap_or_default();
        if steps == ["entry-script", "decision", "kernel", "agent-first-word"] {
            assert!(!trail.to_string().contains(&ticket));
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{trail:#}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_with_an_older_agent_is_pointed_out() {
    let server = TestServer::new().await;
    server.choose_image_with("0.0.9").await;
    let status = server.read("/api/v1/status").await;
    let notice = status["notices"][0].as_str().unwrap();
    assert!(notice.contains("agent 0.0.9") && notice.contains("muster image build"), "{notice}");
    let page = server.operator(Method::GET, "/").send().await.unwrap();
    assert!(expect(page, StatusCode::OK).await.contains("agent 0.0.9"));
    server.choose_image().await;
    assert_eq!(server.read("/api/v1/status").await["notices"], serde_json::json!([]));
}
