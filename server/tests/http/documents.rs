//! What starts an agent in a system that is not Muster's own: the kickstart, the Ignition document, the agent itself.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{Agent, TestServer, asset_id, expect, problem};

const MAC: &str = "3c:ec:ef:00:00:01";

fn centos() -> Value {
    json!({"by": "centos", "stream": "9", "repo": "http://mirror.lan/9/BaseOS/x86_64/os"})
}

/// A live system's files, as far as anybody here looks at them: each holds its own name.
const FILES: [(&str, &str); 3] =
    [("live-kernel", "kernel"), ("live-initramfs", "initramfs"), ("live-rootfs", "rootfs")];

/// Gives the server the files of [`coreos`].
async fn add_coreos(server: &TestServer) {
    for (name, kind) in FILES {
        expect(server.upload(name, kind, name.as_bytes()).await, StatusCode::OK).await;
    }
}

fn coreos(arch: &str) -> Value {
    let [kernel, initramfs, rootfs] = FILES.map(|(name, _)| asset_id(name.as_bytes()));
    json!({"by": "coreos", "arch": arch, "build": "9.0.20250510-0", "kernel": kernel, "initramfs": initramfs, "rootfs": rootfs})
}

/// Where the script sends the machine for its document.
async fn document_path(server: &TestServer, argument: &str, arch: &str) -> String {
    let script = server.script_for(MAC, arch).await;
    let (_, rest) = script.split_once(argument).unwrap_or_else(|| panic!("no {argument} in {script}"));
    rest.split_whitespace().next().unwrap().strip_prefix(&server.base).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_for_the_one_machine_that_booted() {
    let server = TestServer::new().await;
    add_coreos(&server).await;
    for (system, argument, forged) in [
        (centos(), "inst.ks=", "/boot/kickstart/AAAA.ks"),
        (coreos("x86_64"), "ignition.config.url=", "/boot/ignition/AAAA.ign?arch=x86_64"),
    ] {
        expect(server.choose(&system).await, StatusCode::OK).await;
        let path = document_path(&server, argument, "x86_64").await;
        let get = || server.request(Method::GET, &path);
        let stranger = server.request_from("127.0.0.2", Method::GET, &path).send().await.unwrap();
        assert_eq!(problem(stranger, StatusCode::FORBIDDEN).await.kind, "ticket-wrong-address");
        let first = get().header("Accept", "application/vnd.coreos.ignition+json;version=3.5.0").send().await;
        let first = first.unwrap();
        assert_eq!(first.headers()["cache-control"], "no-store");
        let document = expect(first, StatusCode::OK).await;
        assert!(document.contains("ssh-ed25519 "), "{document}");
        // A retry is answered; after two minutes it is a replay.
        expect(get().send().await.unwrap(), StatusCode::OK).await;
        server.clock.advance(Duration::from_secs(180));
        let late = get().send().await.unwrap();
        assert_eq!(problem(late, StatusCode::FORBIDDEN).await.kind, "ticket-replayed");
        let late = server.request(Method::HEAD, &path).send().await.unwrap();
        assert_eq!(late.status(), StatusCode::FORBIDDEN);
        let forged = server.request(Method::GET, forged).send().await.unwrap();
        assert_eq!(problem(forged, StatusCode::FORBIDDEN).await.kind, "ticket-forged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_for_one_document_is_good_for_no_other() {
    let server = TestServer::new().await;
    expect(server.choose(&centos()).await, StatusCode::OK).await;
    let kickstart = document_path(&server, "inst.ks=", "x86_64").await;
    let ignition = kickstart.replace("kickstart", "ignition").replace(".ks", ".ign?arch=x86_64");
    let refused = server.request(Method::GET, &ignition).send().await.unwrap();
    assert_eq!(problem(refused, StatusCode::FORBIDDEN).await.kind, "ticket-wrong-purpose");
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_by_head_costs_no_ticket_and_says_how_long_the_document_is() {
    let server = TestServer::new().await;
    add_coreos(&server).await;
    expect(server.choose(&coreos("x86_64")).await, StatusCode::OK).await;
    let path = document_path(&server, "ignition.config.url=", "x86_64").await;
    let head = server.request(Method::HEAD, &path).send().await.unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    let length: usize = head.headers()["content-length"].to_str().unwrap().parse().unwrap();
    server.clock.advance(Duration::from_secs(180));
    let document = expect(server.request(Method::GET, &path).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(document.len(), length);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_brings_a_ticket_and_the_agent_that_is_there() {
    let server = TestServer::new().await;
    add_coreos(&server).await;
    server.give_agent("aarch64", "for ARM");
    for arch in ["x86_64", "aarch64"] {
        expect(server.choose(&coreos(arch)).await, StatusCode::OK).await;
    }
    let path = document_path(&server, "ignition.config.url=", "aarch64").await;
    let get =
        || async { expect(server.request(Method::GET, &path).send().await.unwrap(), StatusCode::OK).await };
    let document: Value = serde_json::from_str(&get().await).unwrap();
    let fetched = &document["storage"]["files"][0]["contents"];
    let url = fetched["source"].as_str().unwrap().strip_prefix(&server.base).unwrap();
    assert_eq!(url, "/boot/agent/aarch64/muster-agent?mac=3c-ec-ef-00-00-01");
    let agent = server.request(Method::GET, url).send().await.unwrap().bytes().await.unwrap();
    let hash = |bytes: &[u8]| format!("sha256-{}", hex::encode(Sha256::digest(bytes)));
    assert_eq!(fetched["verification"]["hash"], hash(&agent));
    // An agent that was replaced meanwhile is promised as it is now.
    let newer = server.give_agent("aarch64", "for ARM, newer");
    let document: Value = serde_json::from_str(&get().await).unwrap();
    assert_eq!(document["storage"]["files"][0]["contents"]["verification"]["hash"], hash(&newer));
    let settings = document["storage"]["files"][2]["contents"]["source"].as_str().unwrap();
    let ticket = settings.split_once("MUSTER_TICKET=%27").unwrap().1.split('%').next().unwrap();
    let enrolled = server.enrol(&Agent::new(MAC, "ABC1234").enrolment(Some(ticket.to_owned()))).await;
    expect(enrolled, StatusCode::OK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_agent_a_machine_is_told_to_wait_and_keeps_its_ticket() {
    let server = TestServer::without_agent("").await;
    add_coreos(&server).await;
    let chosen: Value =
        serde_json::from_str(&expect(server.choose(&coreos("x86_64")).await, StatusCode::OK).await).unwrap();
    let notice = chosen["notices"][0].as_str().unwrap();
    assert!(notice.contains("no agent for 64-bit x86") && notice.contains("--agent"), "{notice}");
    let path = document_path(&server, "ignition.config.url=", "x86_64").await;
    let wait = server.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(wait.headers()["retry-after"], "30");
    assert_eq!(problem(wait, StatusCode::SERVICE_UNAVAILABLE).await.kind, "not-ready");
    let missing = server.request(Method::GET, "/boot/agent/x86_64/muster-agent").send().await.unwrap();
    problem(missing, StatusCode::NOT_FOUND).await;
    server.clock.advance(Duration::from_secs(600));
    // An agent for another processor is no help.
    server.give_agent("aarch64", "for ARM");
    let wait = server.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(problem(wait, StatusCode::SERVICE_UNAVAILABLE).await.kind, "not-ready");
    server.give_agent("x86_64", "at last");
    expect(server.request(Method::GET, &path).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(server.read("/api/v1/status").await["notices"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_are_served_by_processor_and_nothing_else_is() {
    let server = TestServer::new().await;
    let arm = server.give_agent("aarch64", "for ARM");
    let agent = server.request(Method::GET, "/boot/agent/aarch64/muster-agent").send().await.unwrap();
    assert_eq!(agent.bytes().await.unwrap(), arm);
    let x86 = server.request(Method::GET, "/boot/agent/x86_64/muster-agent").send().await.unwrap();
    assert!(expect(x86, StatusCode::OK).await.ends_with("the agent"));
    for missing in ["i386", "unknown", "riscv64", "..%2f..%2fdata", "x86_64%2f..%2faarch64"] {
        let path = format!("/boot/agent/{missing}/muster-agent");
        let answer = server.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{missing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_booted_is_not_chosen() {
    let server = TestServer::new().await;
    add_coreos(&server).await;
    let with = |mut system: Value, key: &str, value: Value| {
        system[key] = value;
        system
    };
    let same = coreos("x86_64")["kernel"].clone();
    for system in [
        with(coreos("x86_64"), "rootfs", same),
        with(coreos("x86_64"), "build", json!("9\n0")),
        with(coreos("x86_64"), "kernel", json!("../../etc/passwd")),
        coreos("i386"),
        coreos("unknown"),
        with(centos(), "arch", json!("aarch64")),
        with(centos(), "stream", json!("8")),
        with(centos(), "repo", json!("http://mirror.lan/${x}")),
    ] {
        let refused = server.choose(&system).await;
        assert!([400, 422].contains(&refused.status().as_u16()), "{system}: {refused:?}");
    }
    // All three must be there before machines are sent to them; and then they are handed out.
    let strange = with(coreos("x86_64"), "rootfs", json!(asset_id(b"somebody else's")));
    assert_eq!(problem(server.choose(&strange).await, StatusCode::NOT_FOUND).await.kind, "not-found");
    let rootfs = format!("/boot/asset/{}/rootfs.img", asset_id(b"live-rootfs"));
    let before = server.request(Method::GET, &rootfs).send().await.unwrap();
    assert_eq!(before.status(), StatusCode::NOT_FOUND);
    expect(server.choose(&coreos("x86_64")).await, StatusCode::OK).await;
    let after = server.request(Method::GET, &rootfs).send().await.unwrap();
    assert_eq!(expect(after, StatusCode::OK).await, "live-rootfs");
    let secure = with(centos(), "repo", json!("https://mirror.lan/9/BaseOS/x86_64/os"));
    let chosen = expect(server.choose(&secure).await, StatusCode::OK).await;
    assert!(chosen.contains("use an http:// mirror"), "{chosen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_a_step_of_the_boot() {
    let server = TestServer::new().await;
    add_coreos(&server).await;
    expect(server.choose(&coreos("x86_64")).await, StatusCode::OK).await;
    let path = document_path(&server, "ignition.config.url=", "x86_64").await;
    server.request(Method::HEAD, &path).send().await.unwrap();
    let document = expect(server.request(Method::GET, &path).send().await.unwrap(), StatusCode::OK).await;
    let document: Value = serde_json::from_str(&document).unwrap();
    let url = document["storage"]["files"][0]["contents"]["source"].as_str().unwrap();
    server.request(Method::GET, url.strip_prefix(&server.base).unwrap()).send().await.unwrap();
    let settings = document["storage"]["files"][2]["contents"]["source"].as_str().unwrap();
    let ticket = settings.split_once("MUSTER_TICKET=%27").unwrap().1.split('%').next().unwrap();
    let enrolled = server.enrol(&Agent::new(MAC, "ABC1234").enrolment(Some(ticket.to_owned()))).await;
    let host: inventory::EnrolReply = enrolled.json().await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let trail = server.read(&format!("/api/v1/hosts/{}/trail", host.host)).await;
        let steps = trail[0]["steps"].as_array().cloned().unwrap_or_default();
        let kinds: Vec<&str> = steps.iter().filter_map(|step| step["kind"].as_str()).collect();
        if kinds == ["decision", "ignition", "agent", "agent-first-word"] {
            assert!(!trail.to_string().contains(ticket));
            break;
        }
        assert!(Instant::now() < deadline, "{trail:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
