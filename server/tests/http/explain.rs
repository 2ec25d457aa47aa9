//! What a host is given to be installed, read before it is.

use inventory::sections::{Content, Cpu, Disk, Firmware, Memory, Nic};
use inventory::{Report, Section};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::cli::done;
use crate::installer::{Installer, Written};
use crate::support::{Agent, START, TestServer, asset_id, expect};

const MAC: &str = "52:54:00:aa:bb:01";
const WWN: &str = "5000c500aabbccdd";

/// A machine that will do for a worker: an empty disk, and one with data.
fn report(agent: &Agent) -> Report {
    let disk = |name: &str, number: &str| Disk {
        name: name.into(),
        size_bytes: Some(480 << 30),
        serial: Some(format!("SN-{name}")),
        wwn: Some(format!("naa.{number}")),
        by_id: vec![format!("wwn-0x{number}")],
        rotational: Some(false),
        ..Disk::default()
    };
    let content = |device: &str| Content { device: device.into(), ..Content::default() };
    let nic = |name: &str, mac: &str| Nic {
        name: name.into(),
        mac: Some(mac.parse().unwrap()),
        permanent_mac: Some(mac.parse().unwrap()),
        physical: true,
        ..Nic::default()
    };
    let mut report = agent.report();
    let sections = &mut report.sections;
    sections.cpu = Section::new(
        Cpu {
            architecture: Some("x86_64".into()),
            x86_64_level: Some(3),
            cores: Some(8),
            threads: Some(16),
            ..Cpu::default()
        },
        vec![],
    );
    let installed = Some(64 << 30);
    sections.memory = Section::new(
        Memory { usable_bytes: installed, installed_bytes: installed, ..Memory::default() },
        vec![],
    );
    sections.firmware = Section::new(Firmware { secure_boot: Some(false), ..Firmware::default() }, vec![]);
    sections.nics = Section::new(vec![nic("eth0", MAC), nic("eth1", "52:54:00:aa:bb:02")], vec![]);
    sections.disks = Section::new(vec![disk("sda", WWN), disk("sdb", "5000c500ffffffff")], vec![]);
    sections.contents = Section::new(vec![content("sda"), content("sdb")], vec![]);
    report
}

async fn post(server: &TestServer, path: &str, message: &Value) -> String {
    expect(server.operator(Method::POST, path).json(message).send().await.unwrap(), StatusCode::OK).await
}

/// A cluster with what its nodes boot, and a host that was taken in. Answers the host's name.
async fn ready(server: &TestServer, written: &Written) -> String {
    let mut assets = Vec::new();
    for kind in ["kernel", "initramfs", "rootfs"] {
        expect(server.upload(kind, kind, kind.as_bytes()).await, StatusCode::OK).await;
        assets.push(asset_id(kind.as_bytes()));
    }
    let files: serde_json::Map<String, Value> =
        written.files().map(|(name, text)| (name.to_owned(), text.into())).into_iter().collect();
    post(server, "/api/v1/clusters", &json!({"name": "okd1", "domain": "example.lan", "ignition": files}))
        .await;
    let kinds = ["--kernel", "--initramfs", "--rootfs"];
    let chosen = kinds.into_iter().zip(&assets).flat_map(|(kind, asset)| [kind, asset.as_str()]);
    let args: Vec<&str> =
        ["cluster", "set", "okd1", "--build", "9.0.20250510-0"].into_iter().chain(chosen).collect();
    done(server, &args).await;

    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(server).await;
    let told = agent.send(server, Method::PUT, "/agent/v1/inventory", &report(&agent)).await;
    expect(told, StatusCode::OK).await;
    done(server, &["host", "approve", &host]).await;
    host
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_a_host_is_given_is_shown_and_no_secret() {
    let server = TestServer::new().await;
    let written = Installer::new("okd1", START.0).run();
    let host = ready(&server, &written).await;

    let said = done(&server, &["host", "explain", &host]).await;
    assert!(said.contains("it has no role") && said.contains("It is given nothing"), "{said}");

    let role = ["worker", "--cluster", "okd1", "--hostname", "w1", "--disk", "serial=SN-sda"];
    done(&server, &[&["host", "set-role", &host][..], &role].concat()).await;
    let said = done(&server, &["host", "explain", &host]).await;
    for part in [
        "worker node w1 of okd1.example.lan, generation 1",
        "not armed: this is what arming would write now",
        "written: ",
        "kept: ",
        "  coreos.inst.install_dev=/dev/disk/by-id/wwn-0x5000c500aabbccdd\n",
        "/boot/live/TICKET.ign\n",
        "/boot/node/TICKET.ign\n",
        "  BOOTIF=01-52-54-00-aa-bb-01\n",
        "  /usr/local/bin/muster-guard 0755: ",
        "      serial=SN-sda\n",
        "  merged: worker.ign of okd1, not shown\n",
        "      w1.okd1.example.lan\n",
        "      MUSTER_TICKET='TICKET'\n",
        "  coreos-installer.service, with a drop-in\n",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }

    let path = format!("/api/v1/hosts/{host}/explain");
    let explained = server.read(&path).await;
    assert_eq!((&explained["stands"], &explained["installs"]["generation"]), (&json!(false), &json!(1)));
    assert_eq!(explained["given"]["missing"], json!([]));
    let all = explained.to_string();
    for secret in written.planted.iter().map(String::as_str).chain(["api-int.okd1"]) {
        assert!(!all.contains(secret), "{secret}");
    }

    // What is armed is what is shown, whatever an operator says afterwards.
    done(&server, &["host", "arm", &host, "--yes"]).await;
    let said = done(&server, &["host", "explain", &host]).await;
    assert!(said.contains("generation 1\narmed by operator 2026-11-21"), "{said}");
    assert!(!said.contains("refused"), "{said}");
    let explained = server.read(&path).await;
    assert_eq!((&explained["stands"], &explained["installs"]), (&json!(true), &explained["latest"]));

    // And its machine is given just that, but for the tickets.
    let script = server.script(MAC).await;
    let url = |from: &str| {
        let url = script.split_once(from).unwrap_or_else(|| panic!("{script}")).1;
        url.split_whitespace().next().unwrap().strip_prefix(&server.base).unwrap().to_owned()
    };
    let live: Value =
        server.request(Method::GET, &url("ignition.config.url=")).send().await.unwrap().json().await.unwrap();
    let masked = |document: &Value| {
        let files = document["storage"]["files"].as_array().unwrap().iter();
        files.filter(|file| file["mode"] != json!(0o600)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(masked(&live), masked(&explained["given"]["live"]));
    let node: Value = server
        .request(Method::GET, &url("coreos.inst.ignition_url="))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(masked(&node), masked(&explained["given"]["node"]));
    assert_eq!(
        (&node["systemd"], &node["passwd"]),
        (&explained["given"]["node"]["systemd"], &explained["given"]["node"]["passwd"])
    );
    let merged = node["ignition"]["config"]["merge"][0]["source"].as_str().unwrap();
    assert!(merged.starts_with("data:;base64,"), "{merged}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said() {
    let server = TestServer::without_agent("").await;
    let host = ready(&server, &Installer::new("okd1", START.0).run()).await;
    let role = ["worker", "--cluster", "okd1", "--hostname", "w1", "--disk", "serial=SN-sda"];
    done(&server, &[&["host", "set-role", &host][..], &role].concat()).await;
    let said = done(&server, &["host", "explain", &host]).await;
    assert!(said.contains("Missing: there is no agent for 64-bit x86 at "), "{said}");
    assert!(
        !said.contains("The node's document\n") && said.contains("The live system's document\n"),
        "{said}"
    );
}
