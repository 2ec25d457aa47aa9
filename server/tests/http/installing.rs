//! A node is installed: what its machine is answered over HTTP, and everybody else.

use std::time::{Duration, Instant};

use inventory::sections::{BootMode, Content, Disk, Firmware};
use inventory::{Report, Section};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection};

use crate::installer::Installer;
use crate::support::{Agent, START, TestServer, asset_id, expect, problem};

const MAC: &str = "3c:ec:ef:00:00:01";
const SERIAL: &str = "SVC0001";

/// A machine with one empty disk, as its agent tells it.
fn report(agent: &Agent) -> Report {
    let disk = Disk {
        name: "sda".into(),
        serial: Some(format!("D-{}", agent.serial)),
        by_id: vec![format!("ata-DISK_D-{}", agent.serial)],
        size_bytes: Some(500_000_000_000),
        ..Disk::default()
    };
    let content = Content { device: "sda".into(), ..Content::default() };
    let mut report = agent.report();
    report.sections.disks = Section::new(vec![disk], vec![]);
    report.sections.contents = Section::new(vec![content], vec![]);
    report
}

/// A server with a cluster, whose image it has.
async fn site() -> TestServer {
    let server = TestServer::new().await;
    let mut image = json!({"arch": "x86_64", "build": "9.0.20250510-0"});
    for kind in ["kernel", "initramfs", "rootfs"] {
        expect(server.upload(kind, kind, kind.as_bytes()).await, StatusCode::OK).await;
        image[kind] = kind.into();
    }
    let written = Installer::new("okd1", START.0).run();
    let files: serde_json::Map<String, Value> =
        written.files().map(|(name, text)| (name.to_owned(), text.into())).into_iter().collect();
    let cluster = json!({"name": "okd1", "domain": "example.lan", "ignition": files, "image": image});
    post(&server, "/api/v1/clusters", &cluster).await;
    server
}

/// An approved host with a role; answers its id.
async fn worker(server: &TestServer, mac: &str, serial: &str) -> String {
    worker_of(server, mac, serial, |_| ()).await
}

/// The same, of a machine that differs so.
async fn worker_of(
    server: &TestServer,
    mac: &str,
    serial: &str,
    differs: impl FnOnce(&mut Report),
) -> String {
    let agent = Agent::new(mac, serial);
    let host = agent.enrolled(server).await;
    let mut report = report(&agent);
    differs(&mut report);
    let told = agent.send(server, Method::PUT, "/agent/v1/inventory", &report).await;
    assert!(told.status().is_success(), "{told:?}");
    post(server, &format!("/api/v1/hosts/{host}/approve"), &json!(null)).await;
    let (hostname, disk) = (format!("w{}", &serial[6..]), format!("serial=D-{serial}"));
    let role = json!({"cluster": "okd1", "role": "worker", "hostname": hostname, "disk": disk});
    let path = format!("/api/v1/hosts/{host}/role");
    expect(server.operator(Method::PUT, &path).json(&role).send().await.unwrap(), StatusCode::OK).await;
    host
}

async fn post(server: &TestServer, path: &str, message: &Value) -> Value {
    let answer = server.operator(Method::POST, path).json(message).send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

async fn arm(server: &TestServer, hosts: &[&str], occasion: &str) -> Value {
    let order = json!({"hosts": hosts, "occasion": occasion});
    let plan = post(server, "/api/v1/arming-plan", &order).await;
    post(server, "/api/v1/armings", &json!({"order": order, "digest": plan["digest"]})).await
}

async fn state(server: &TestServer, host: &str) -> String {
    let shown = server.read(&format!("/api/v1/hosts/{host}")).await;
    shown["host"]["state"].as_str().unwrap_or_else(|| panic!("{shown}")).to_owned()
}

/// The paths of the two documents that the script of this machine names: the live system's and the node's.
async fn documents(server: &TestServer, mac: &str) -> (String, String) {
    let script = server.script(mac).await;
    let path = |name: &str| {
        let mut words = script.split_whitespace();
        let url =
            words.find_map(|word| word.strip_prefix(name)).unwrap_or_else(|| panic!("{name}: {script}"));
        url.strip_prefix(&server.base).unwrap().to_owned()
    };
    (path("ignition.config.url="), path("coreos.inst.ignition_url="))
}

async fn get(server: &TestServer, path: &str) -> reqwest::Response {
    server.request(Method::GET, path).send().await.unwrap()
}

/// It is refused, for this reason.
async fn refused(answer: reqwest::Response, kind: &str) {
    assert_eq!(problem(answer, StatusCode::FORBIDDEN).await.kind, kind);
}

fn installs(script: &str) -> bool {
    let installs = script.contains("coreos.inst");
    assert!(installs || script.contains("local disk, because"), "{script}");
    installs
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nodes_document_is_given_out_once_and_to_its_machine() {
    let server = site().await;
    let host = worker(&server, MAC, SERIAL).await;
    assert_eq!(arm(&server, &[&host], "first").await[0]["generation"], 1);
    // A boot may fail before it begins: it is asked again, and both documents are named anew.
    documents(&server, MAC).await;
    let (live, node) = documents(&server, MAC).await;
    // The live system's, as often as it likes.
    for _ in 0..2 {
        let document = expect(get(&server, &live).await, StatusCode::OK).await;
        assert!(document.contains("ata-DISK_D-SVC0001") && !document.contains("MUSTER_TICKET"), "{document}");
    }
    for path in [&live, &node] {
        let stranger = server.request_from("127.0.0.2", Method::GET, path).send().await.unwrap();
        refused(stranger, "ticket-wrong-address").await;
    }
    refused(get(&server, &live.replace("/live/", "/node/")).await, "ticket-wrong-purpose").await;
    refused(get(&server, &node.replace("/node/", "/live/")).await, "ticket-wrong-purpose").await;
    refused(get(&server, "/boot/node/AAAA.ign").await, "ticket-forged").await;
    let head = || server.request(Method::HEAD, &node).send();
    let answer = head().await.unwrap();
    assert_eq!((answer.status(), answer.text().await.unwrap().as_str()), (StatusCode::OK, ""));
    assert_eq!(state(&server, &host).await, "armed", "none of that used anything");

    // Two at once: one is answered.
    let (one, two) = tokio::join!(get(&server, &node), get(&server, &node));
    let (given, turned_away) = if one.status() == StatusCode::OK { (one, two) } else { (two, one) };
    refused(turned_away, "not-armed").await;
    assert_eq!(given.headers()["cache-control"], "no-store");
    let document: Value = serde_json::from_str(&expect(given, StatusCode::OK).await).unwrap();
    let merged = document["ignition"]["config"]["merge"][0]["source"].as_str().unwrap();
    assert!(merged.starts_with("data:"), "{merged}");
    assert_eq!(state(&server, &host).await, "installing");
    refused(get(&server, &node).await, "not-armed").await;
    assert_eq!(head().await.unwrap().status(), StatusCode::FORBIDDEN);
    refused(get(&server, &live).await, "not-armed").await;

    // What was refused is known, and rings.
    let deadline = Instant::now() + Duration::from_secs(20);
    let rings = async || {
        let open = server.read("/api/v1/incidents?state=open").await;
        open["items"].as_array().unwrap().iter().any(|incident| incident["rule"] == "install.refused")
    };
    while !rings().await {
        assert!(Instant::now() < deadline, "no incident was opened");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let events = server.read(&format!("/api/v1/hosts/{host}/events")).await.to_string();
    assert!(events.contains("install.started") && events.contains("install.refused"), "{events}");
    assert!(!events.contains(&node[11..40]), "a ticket is in an event");
    assert!(!installs(&server.script(MAC).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_the_machine_that_was_armed_boots_his_own_disk() {
    let server = site().await;
    let host = worker(&server, MAC, SERIAL).await;
    let other = worker(&server, "3c:ec:ef:00:00:02", "SVC0002").await;
    arm(&server, &[&host], "first").await;
    let ask = async |said: &str| {
        let path = format!("/boot/by-mac/{}.ipxe?platform=pcbios&arch=x86_64{said}", MAC.replace(':', "-"));
        get(&server, &path).await.text().await.unwrap()
    };
    assert!(installs(&ask("&serial=SVC0001&uuid=").await));
    assert!(
        installs(&ask("&uuid=4c4c4544-0048-5110-804a-c6c04f590001").await),
        "none was known when it was armed"
    );
    for said in
        ["&serial=SVC0009", "&serial=SVC0001%20%24%7Bx%7D", "&serial=To+be+filled", "&arch=arm64&serial=x"]
    {
        let script = ask(said).await;
        assert!(!installs(&script) && !script.contains("${x}"), "{said}: {script}");
    }
    for mac in ["3c:ec:ef:00:00:02", "3c:ec:ef:00:00:99"] {
        assert!(!server.script(mac).await.contains("coreos.inst"), "{mac}");
    }
    assert_eq!(state(&server, &other).await, "assigned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bios_that_starts_another_disk_first_is_left_by_exit() {
    let server = site().await;
    let first = worker(&server, MAC, SERIAL).await;
    let second = worker_of(&server, "3c:ec:ef:00:00:02", "SVC0002", |report| {
        let bios = Firmware { boot_mode: Some(BootMode::Bios), ..Firmware::default() };
        report.sections.firmware = Section::new(bios, vec![]);
        let disk = |name: &str, serial: &str| Disk {
            name: name.into(),
            serial: Some(serial.into()),
            by_id: vec![format!("ata-DISK_{serial}")],
            size_bytes: Some(500_000_000_000),
            ..Disk::default()
        };
        report.sections.disks = Section::new(vec![disk("sda", "DATA"), disk("sdb", "D-SVC0002")], vec![]);
        let read = ["sda", "sdb"].map(|device| Content { device: device.into(), ..Content::default() });
        report.sections.contents = Section::new(read.to_vec(), vec![]);
    })
    .await;
    let order = json!({"hosts": [&first, &second], "occasion": "first"});
    let plan = post(&server, "/api/v1/arming-plan", &order).await;
    assert_eq!(plan["hosts"][0]["leaves_by_exit"], json!(null));
    assert!(plan["hosts"][1]["leaves_by_exit"].as_str().unwrap().contains("ata-DISK_DATA"), "{plan}");
    arm(&server, &[&first, &second], "first").await;
    // The way to the disk stays as it was set, whatever becomes of the arming.
    for (host, mac, sanboots) in [(&first, MAC, true), (&second, "3c:ec:ef:00:00:02", false)] {
        post(&server, &format!("/api/v1/hosts/{host}/disarm"), &json!(null)).await;
        let script = server.script(mac).await;
        assert!(!installs(&script) && script.contains("sanboot") == sanboots, "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_or_ran_out_gives_nothing_out() {
    let server = site().await;
    let host = worker(&server, MAC, SERIAL).await;
    arm(&server, &[&host], "first").await;
    let (_, first) = documents(&server, MAC).await;
    post(&server, &format!("/api/v1/hosts/{host}/disarm"), &json!(null)).await;
    let script = server.script(MAC).await;
    assert!(!installs(&script) && script.contains("was taken back"), "{script}");
    refused(get(&server, &first).await, "not-armed").await;
    // An old ticket is good for no new generation.
    arm(&server, &[&host], "first").await;
    refused(get(&server, &first).await, "not-armed").await;
    server.clock.advance(Duration::from_secs(90 * 60));
    let (_, second) = documents(&server, MAC).await;
    server.clock.advance(Duration::from_secs(40 * 60));
    refused(get(&server, &second).await, "not-armed").await;
    assert!(!installs(&server.script(MAC).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_on_our_side_makes_the_installer_wait_and_costs_nothing() {
    let server = site().await;
    let host = worker(&server, MAC, SERIAL).await;
    arm(&server, &[&host], "first").await;
    let (_, node) = documents(&server, MAC).await;
    std::fs::remove_file(server.dir.path().join("agents/x86_64/muster-agent")).unwrap();
    let wait = get(&server, &node).await;
    assert!(wait.headers().contains_key("retry-after"), "{wait:?}");
    assert_eq!(problem(wait, StatusCode::SERVICE_UNAVAILABLE).await.kind, "not-ready");
    server.give_agent("x86_64", "the agent");
    // The database takes no word: what can't be written down is not given out.
    let file = server.dir.path().join("data/muster.db");
    let mut lock = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut lock).await.unwrap();
    let wait = get(&server, &node).await;
    assert_eq!(problem(wait, StatusCode::SERVICE_UNAVAILABLE).await.kind, "not-ready");
    sqlx::query("ROLLBACK").execute(&mut lock).await.unwrap();
    // The same in the middle of it, when the host's state is to be written.
    let stuck = "CREATE TRIGGER stuck BEFORE UPDATE ON host BEGIN SELECT RAISE(ABORT, 'no room'); END";
    sqlx::query(stuck).execute(&mut lock).await.unwrap();
    let wait = get(&server, &node).await;
    assert_eq!(problem(wait, StatusCode::SERVICE_UNAVAILABLE).await.kind, "not-ready");
    sqlx::query("DROP TRIGGER stuck").execute(&mut lock).await.unwrap();
    assert_eq!(state(&server, &host).await, "armed");
    expect(get(&server, &node).await, StatusCode::OK).await;
}

/// A node fetches its agent when its cluster lets it go on: hours later.
#[tokio::test(flavor = "multi_thread")]
async fn the_agent_that_a_document_names_is_there_though_the_servers_own_is_another_one_by_then() {
    let server = site().await;
    let host = worker(&server, MAC, SERIAL).await;
    let first = server.give_agent("x86_64", "the first agent");
    arm(&server, &[&host], "first").await;
    let (_, node) = documents(&server, MAC).await;
    let document: Value =
        serde_json::from_str(&expect(get(&server, &node).await, StatusCode::OK).await).unwrap();
    let files = document["storage"]["files"].as_array().unwrap();
    let agent = files.iter().find(|file| file["path"] == "/usr/local/bin/muster-agent").unwrap();
    let url = agent["contents"]["source"].as_str().unwrap();
    let path = &url[url.find("/boot/").unwrap()..];
    server.give_agent("x86_64", "the next agent");
    let given = get(&server, path).await;
    assert_eq!(given.status(), StatusCode::OK);
    assert_eq!(given.bytes().await.unwrap(), first);
    // What is not there may be there later; 404 would be the end of the node's first boot.
    let other = path.replace(&asset_id(&first), &asset_id(b"another"));
    let wait = get(&server, &other).await;
    assert_eq!(problem(wait, StatusCode::SERVICE_UNAVAILABLE).await.kind, "not-ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_not_deleted_while_nobody_knows_whose_hands_its_document_is_in() {
    let server = site().await;
    let host = worker(&server, MAC, SERIAL).await;
    arm(&server, &[&host], "first").await;
    let (_, node) = documents(&server, MAC).await;
    expect(get(&server, &node).await, StatusCode::OK).await;
    let path = format!("/api/v1/hosts/{host}");
    let release = server.operator(Method::POST, &format!("{path}/release")).send().await.unwrap();
    expect(release, StatusCode::OK).await;
    let refused = server.operator(Method::DELETE, &path).send().await.unwrap();
    let refused = problem(refused, StatusCode::CONFLICT).await;
    assert!(refused.detail.unwrap_or_default().contains("delete it in five minutes"));
    server.clock.advance(Duration::from_secs(6 * 60));
    server.incidents("install.leaked", 1).await;
    expect(server.operator(Method::DELETE, &path).send().await.unwrap(), StatusCode::OK).await;
}

/// The table is gone, as it would be with a database that is damaged: whoever asks boots what he has.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_answer_installs_nobody() {
    let server = site().await;
    let host = worker(&server, MAC, SERIAL).await;
    arm(&server, &[&host], "first").await;
    let (live, node) = documents(&server, MAC).await;
    let file = server.dir.path().join("data/muster.db");
    let mut other = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    sqlx::query("ALTER TABLE arming RENAME TO lost").execute(&mut other).await.unwrap();
    let script = server.script(MAC).await;
    assert!(!installs(&script) && script.contains("does not say for what"), "{script}");
    for path in [&live, &node] {
        let wait = get(&server, path).await;
        assert_eq!(problem(wait, StatusCode::SERVICE_UNAVAILABLE).await.kind, "not-ready");
    }
    sqlx::query("ALTER TABLE lost RENAME TO arming").execute(&mut other).await.unwrap();
    // What is only remembered of a host installs nobody, whatever is armed: it may have been turned away since.
    sqlx::query("ALTER TABLE host RENAME COLUMN approved TO lost").execute(&mut other).await.unwrap();
    let script = server.script(MAC).await;
    assert!(!installs(&script) && script.contains("does not say for what"), "{script}");
    sqlx::query("ALTER TABLE host RENAME COLUMN lost TO approved").execute(&mut other).await.unwrap();
    expect(get(&server, &node).await, StatusCode::OK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_tried_again_in_one_word_and_released_with_what_its_disk_still_holds() {
    let server = site().await;
    let host = worker(&server, MAC, SERIAL).await;
    arm(&server, &[&host], "first").await;
    let (_, node) = documents(&server, MAC).await;
    expect(get(&server, &node).await, StatusCode::OK).await;
    assert_eq!(arm(&server, &[&host], "again").await[0]["generation"], 2);
    refused(get(&server, &node).await, "not-armed").await;
    assert!(installs(&server.script(MAC).await));
    let released = post(&server, &format!("/api/v1/hosts/{host}/release"), &json!(null)).await;
    assert!(released["disks"].as_str().unwrap().contains("still holds"), "{released}");
    assert_eq!(state(&server, &host).await, "ready");
}
