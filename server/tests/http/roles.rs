//! A host is given its role: as an operator types it, over the API, and with machines that say what they like.

use std::time::Duration;

use inventory::sections::{Content, Cpu, Disk, Firmware, Memory, Signature, Transport};
use inventory::{Report, Section};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::cli::{done, failed};
use crate::installer::Installer;
use crate::support::{Agent, START, TestServer, expect, problem};

fn disk(name: &str, serial: &str, size_bytes: u64) -> Disk {
    Disk {
        name: name.into(),
        serial: Some(serial.into()),
        size_bytes: Some(size_bytes),
        model: Some("INTEL SSDSC2KB480G8".into()),
        transport: Some(Transport::Ata),
        rotational: Some(false),
        by_id: vec![format!("ata-INTEL_{serial}")],
        ..Disk::default()
    }
}

/// A machine that makes a good node, with an empty disk, one of Ceph's, and a stick.
fn machine(agent: &Agent) -> Report {
    let stick = Disk { transport: Some(Transport::Usb), ..disk("sdc", "STICK1", 480_103_981_056) };
    let ceph = Signature { kind: "ceph_bluestore".into(), ..Signature::default() };
    let content = |device: &str| Content { device: device.into(), ..Content::default() };
    let cpu = Cpu {
        architecture: Some("x86_64".into()),
        threads: Some(8),
        x86_64_level: Some(3),
        ..Cpu::default()
    };
    let mut report = agent.report();
    report.sections.cpu = Section::new(cpu, vec![]);
    report.sections.memory =
        Section::new(Memory { installed_bytes: Some(32 << 30), ..Memory::default() }, vec![]);
    report.sections.firmware =
        Section::new(Firmware { secure_boot: Some(false), ..Firmware::default() }, vec![]);
    report.sections.disks = Section::new(
        vec![disk("sda", "PHYF1", 480_103_981_056), disk("sdb", "PHYF2", 1_920_383_410_176), stick],
        vec![],
    );
    report.sections.contents = Section::new(
        vec![content("sda"), Content { signatures: vec![ceph], ..content("sdb") }, content("sdc")],
        vec![],
    );
    report
}

/// A server with the cluster okd1, and node1 that is ready.
async fn site() -> (TestServer, Agent) {
    site_with("").await
}

async fn site_with(settings: &str) -> (TestServer, Agent) {
    let server = TestServer::with(settings).await;
    let agent = Agent::new("3c:ec:ef:00:00:01", "ABC1234");
    ready(&server, &agent, "node1", &machine(&agent)).await;
    let written = Installer::new("okd1", START.0).run();
    let files: serde_json::Map<String, Value> =
        written.files().map(|(name, text)| (name.to_owned(), text.into())).into_iter().collect();
    let message = json!({"name": "okd1", "domain": "example.lan", "ignition": files});
    let made = server.operator(Method::POST, "/api/v1/clusters").json(&message).send().await.unwrap();
    expect(made, StatusCode::OK).await;
    (server, agent)
}

async fn ready(server: &TestServer, agent: &Agent, name: &str, report: &Report) {
    let host = agent.enrolled(server).await;
    expect(agent.send(server, Method::PUT, "/agent/v1/inventory", report).await, StatusCode::OK).await;
    for (path, body) in [("approve", json!(null)), ("rename", json!({"name": name}))] {
        let path = format!("/api/v1/hosts/{host}/{path}");
        let answer = server.operator(Method::POST, &path).json(&body).send().await.unwrap();
        expect(answer, StatusCode::OK).await;
    }
}

fn role(disk: &str) -> Value {
    json!({"cluster": "okd1", "role": "control-plane", "hostname": "cp1", "disk": disk})
}

async fn put(server: &TestServer, host: &str, body: &Value) -> reqwest::Response {
    server.operator(Method::PUT, &format!("/api/v1/hosts/{host}/role")).json(body).send().await.unwrap()
}

fn set_role<'a>(disk: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args = [
        "host",
        "set-role",
        "node1",
        "control-plane",
        "--cluster",
        "okd1",
        "--hostname",
        "cp1",
        "--disk",
        disk,
    ];
    args.iter().chain(more).copied().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_looked_at_given_shown_and_changed() {
    let (server, _agent) = site().await;
    let looked = done(&server, &set_role("rotational=no,size<1TB", &["--dry-run"])).await;
    for part in [
        "node1 would be control-plane cp1 of okd1; nothing was changed",
        "written: INTEL SSDSC2KB480G8, 480.1 GB, serial PHYF1 (sda at present), empty",
        "kept: INTEL SSDSC2KB480G8, 1.92 TB, serial PHYF2 (sdb at present), with the disk: ceph_bluestore",
        "kept: INTEL SSDSC2KB480G8, 480.1 GB, serial STICK1 (sdc at present), empty",
        "good     hostname       cp1.okd1.example.lan",
        "refused  image          no boot image is chosen for okd1: choose one with muster cluster set",
        "node1 can't be armed so: 1 check refuses",
    ] {
        assert!(looked.contains(part), "{part:?} in:\n{looked}");
    }
    assert_eq!(server.read("/api/v1/hosts/node1").await["host"]["state"], "ready");
    let none = server.operator(Method::GET, "/api/v1/hosts/node1/role").send().await.unwrap();
    assert!(problem(none, StatusCode::CONFLICT).await.kind.ends_with("no-role"));

    let given = done(&server, &set_role("rotational=no,size<1TB", &["--address", "10.0.0.21"])).await;
    assert!(given.contains("node1 is to be control-plane cp1 of okd1"), "{given}");
    assert_eq!(server.read("/api/v1/hosts/node1").await["host"]["state"], "assigned");
    let shown = server.read("/api/v1/hosts/node1/role").await;
    assert_eq!(shown["assignment"]["target"]["by_id"], "ata-INTEL_PHYF1");
    assert_eq!(shown["assignment"]["address"], "10.0.0.21");
    assert_eq!((&shown["disks"][0]["fate"], &shown["disks"][1]["fate"]), (&json!("written"), &json!("kept")));
    let history = done(&server, &["host", "history", "node1"]).await;
    assert!(history.contains("host.assigned") && history.contains("serial PHYF1"), "{history}");

    let json = ["--output", "json", "--wipe-data", "PHYF2", "--accept", "memory"];
    let again = done(&server, &set_role("serial=PHYF2", &json)).await;
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!((&again["assignment"]["version"], &again["assignment"]["address"]), (&json!(2), &Value::Null));
    assert_eq!(again["assignment"]["target"]["carries"], json!(["ceph_bluestore"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn data_is_given_up_only_where_its_disk_is_typed_out() {
    let (server, _agent) = site().await;
    let refused = failed(&server, &set_role("serial=PHYF2", &[])).await;
    assert!(refused.contains("ceph_bluestore") && refused.contains("say --wipe-data PHYF2"), "{refused}");
    let other = failed(&server, &set_role("serial=PHYF2", &["--wipe-data", "PHYF1"])).await;
    assert!(other.contains("\"PHYF1\" may be lost, but the disk that would be written is"), "{other}");
    assert_eq!(server.read("/api/v1/hosts/node1").await["host"]["state"], "ready");
    let agreed = done(&server, &set_role("serial=PHYF2", &["--wipe-data", "PHYF2"])).await;
    assert!(agreed.contains("written, and what is on it is lost: INTEL"), "{agreed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_is_refused_in_words() {
    let (server, _agent) = site().await;
    for (body, status, words) in [
        (role("serial=PHYF3"), StatusCode::BAD_REQUEST, "fits none of its disks"),
        (role("rotational=no"), StatusCode::BAD_REQUEST, "fits 2 disks"),
        (role("serial=STICK1"), StatusCode::BAD_REQUEST, "attached by USB"),
        (role("sda"), StatusCode::UNPROCESSABLE_ENTITY, "after the next boot"),
    ] {
        let said = problem(put(&server, "node1", &body).await, status).await.detail.unwrap();
        assert!(said.contains(words), "{body}: {said}");
    }
    let good = role("serial=PHYF1");
    for (key, value, status, words) in [
        ("cluster", json!("okd9"), StatusCode::NOT_FOUND, "okd9"),
        ("cluster", json!("../okd1"), StatusCode::UNPROCESSABLE_ENTITY, "cluster"),
        ("hostname", json!("localhost"), StatusCode::CONFLICT, "has no name"),
        ("hostname", json!("cp1.okd1"), StatusCode::UNPROCESSABLE_ENTITY, "hostname"),
        ("role", json!("arbiter"), StatusCode::UNPROCESSABLE_ENTITY, "role"),
        ("address", json!("10.0.0.300"), StatusCode::UNPROCESSABLE_ENTITY, "address"),
        ("address", json!("127.0.0.1"), StatusCode::CONFLICT, "no address of a machine"),
        ("wipe", json!(""), StatusCode::BAD_REQUEST, "named by the serial number"),
        ("wipe", json!("x".repeat(1000)), StatusCode::BAD_REQUEST, "named by the serial number"),
        ("accept", json!(["disk-data"]), StatusCode::BAD_REQUEST, "cores, memory"),
        ("colour", json!("blue"), StatusCode::UNPROCESSABLE_ENTITY, "colour"),
    ] {
        let mut body = good.clone();
        body[key] = value;
        let said = problem(put(&server, "node1", &body).await, status).await.detail.unwrap();
        assert!(said.contains(words), "{key}: {said}");
    }
    problem(put(&server, "node9", &good).await, StatusCode::NOT_FOUND).await;
    assert_eq!(
        server.read("/api/v1/hosts/node1").await["host"]["state"],
        "ready",
        "nothing of that did anything"
    );

    // A host that nobody took in yet, and one whose name is taken.
    let stranger = Agent::new("3c:ec:ef:00:00:02", "ABC1235");
    let host = stranger.enrolled(&server).await;
    expect(
        stranger.send(&server, Method::PUT, "/agent/v1/inventory", &machine(&stranger)).await,
        StatusCode::OK,
    )
    .await;
    let said = problem(put(&server, &host, &good).await, StatusCode::CONFLICT).await;
    assert!(said.detail.unwrap().contains("muster host approve"));
    expect(put(&server, "node1", &good).await, StatusCode::OK).await;
    let approve = format!("/api/v1/hosts/{host}/approve");
    expect(server.operator(Method::POST, &approve).json(&json!(null)).send().await.unwrap(), StatusCode::OK)
        .await;
    let said = problem(put(&server, &host, &good).await, StatusCode::CONFLICT).await.detail.unwrap();
    assert!(said.contains("another host of okd1 is cp1 already"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_that_was_chosen_is_swapped_for_another() {
    let (server, agent) = site().await;
    expect(put(&server, "node1", &role("size<1TB,rotational=no")).await, StatusCode::OK).await;
    let mut report = machine(&agent);
    let swapped = vec![disk("sda", "OTHER1", 480_103_981_056), disk("sdb", "PHYF2", 1_920_383_410_176)];
    report.sections.disks = Section::new(swapped, vec![]);
    expect(agent.send(&server, Method::PUT, "/agent/v1/inventory", &report).await, StatusCode::OK).await;
    let shown = server.read("/api/v1/hosts/node1/role").await;
    let findings = shown["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["rule"] == "disk-identity").unwrap();
    assert_eq!(found["verdict"], "refused");
    let words = found["words"].as_str().unwrap();
    assert!(words.contains("PHYF1") && words.contains("OTHER1"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_machine_says_moves_no_terminal() {
    let (server, agent) = site().await;
    let mut report = machine(&agent);
    let odd = Disk {
        model: Some("\u{1b}[2J\u{202e}evil\nmodel".into()),
        by_id: vec!["ata-x_PHYF1".into()],
        ..disk("sda", "PHYF1", 480_103_981_056)
    };
    report.sections.disks = Section::new(vec![odd], vec![]);
    expect(agent.send(&server, Method::PUT, "/agent/v1/inventory", &report).await, StatusCode::OK).await;
    let shown = done(&server, &set_role("serial=PHYF1", &["--dry-run"])).await;
    let failed = failed(&server, &set_role("serial=NONE1", &[])).await;
    for text in [&shown, &failed] {
        assert!(text.contains("evil"), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}']) && !text.contains("evil\n"), "{text:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critical_incident_stands_against_a_host() {
    let (server, _agent) = site_with("[rules.identity.claim]\nseverity = \"crit\"\n").await;
    expect(put(&server, "node1", &role("serial=PHYF1")).await, StatusCode::OK).await;
    let stranger = Agent::new("3c:ec:ef:00:00:01", "ABC1234");
    problem(server.enrol(&stranger.enrolment(None)).await, StatusCode::CONFLICT).await;
    let mut found = Value::Null;
    for _ in 0..200 {
        let shown = server.read("/api/v1/hosts/node1/role").await;
        let findings = shown["findings"].as_array().unwrap();
        found = findings.iter().find(|finding| finding["rule"] == "incidents").unwrap().clone();
        if found["verdict"] == "refused" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(found["words"].as_str().unwrap().starts_with("critical incidents are open: "), "{found}");
    // It is the machine's, not the operator's word: the role may be given all the same, and be armed when he takes it upon himself.
    let mut body = role("serial=PHYF1");
    body["accept"] = json!(["incidents"]);
    let looked = expect(put(&server, "node1", &body).await, StatusCode::OK).await;
    assert!(looked.contains("(accepted)"), "{looked}");
}
