//! All that an agent may tell: taken, kept, given out again, shown.

use inventory::{Report, Sample, Section, Sections};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::everything::{MAC, everything, report, sample};
use crate::support::{Agent, TestServer, expect, problem};

const HOSTILE: &str = r#""><script>alert('${jndi}')</script>"#;

async fn told(server: &TestServer, agent: &Agent, report: &Report) -> String {
    expect(agent.send(server, Method::PUT, "/agent/v1/inventory", report).await, StatusCode::OK).await
}

async fn shown(server: &TestServer, path: &str) -> String {
    expect(server.operator(Method::GET, path).send().await.unwrap(), StatusCode::OK).await
}

/// Takes the names out again that the server puts beside the numbers.
fn without_names(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_names),
        Value::Object(fields) => {
            let names =
                ["vendor_name", "device_name", "subsystem_vendor_name", "subsystem_name", "class_name"];
            fields.retain(|field, _| !names.contains(&field.as_str()));
            fields.values_mut().for_each(without_names);
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_all_sections_is_given_out_as_it_came_with_the_names_of_devices() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    let report = report(&agent, everything());
    told(&server, &agent, &report).await;
    let mut given = server.read(&format!("/api/v1/hosts/{host}")).await["inventory"].take();
    assert_eq!(given["pci"][0]["device_name"], "Ethernet Controller X710 for 10GbE SFP+");
    assert_eq!(given["pci"][0]["class_name"], "Ethernet controller");
    assert_eq!(given["pci"][1].get("device_name"), None, "a number without a name stays a number");
    assert_eq!(given["usb"][0]["vendor_name"], "Kingston Technology");
    assert_eq!(given["nics"][0]["vendor_name"], "Intel Corporation");
    assert_eq!(given["warnings"]["disks"][0]["reason"], "EIO");
    given.as_object_mut().unwrap().remove("warnings");
    without_names(&mut given);
    let mut sent = serde_json::to_value(&report.sections).unwrap();
    for section in sent.as_object_mut().unwrap().values_mut() {
        *section = section["data"].take();
    }
    assert_eq!(given, sent);

    let page = shown(&server, &format!("/hosts/{host}")).await;
    for text in [
        "Ethernet Controller X710",
        "abababababababab… (rsa)",
        "fff0:beef",
        "sw1 Eth1/7, VLAN 10",
        "https://10.0.9.5/",
        "DataTraveler",
        "hidden",
        "empty",
        "narrow",
        "ext4",
        "vpd_pg83",
        "spectre_v2",
    ] {
        assert!(page.contains(text), "{text} in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_shown_and_what_drives_said_outlasts_it() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    told(&server, &agent, &report(&agent, everything())).await;
    let first = sample(&agent, 1);
    expect(agent.send(&server, Method::POST, "/agent/v1/sample", &first).await, StatusCode::OK).await;
    let mut second = sample(&agent, 2);
    second["drives"] = json!([]);
    expect(agent.send(&server, Method::POST, "/agent/v1/sample", &second).await, StatusCode::OK).await;
    let detail = server.read(&format!("/api/v1/hosts/{host}")).await;
    assert_eq!(detail["sample"]["arrays"][0]["degraded"], 1);
    assert_eq!(detail["sample"]["drives"], Value::Null);
    assert_eq!(detail["drives"][1]["pending_sectors"], 8, "{:#}", detail["drives"]);
    assert_eq!(detail["drives"][0]["verdict"], "failing");
    assert!(detail["drives"][0]["at"].is_i64());
    let page = shown(&server, &format!("/hosts/{host}")).await;
    for text in
        ["8 sectors pending", "failing", "degraded", "input lost", "not synchronised", "EAGAIN", "A1", "full"]
    {
        assert!(page.contains(text), "{text} in {page}");
    }
}

/// Puts the hostile text into every string of a message that may be any text.
fn hostile<T: serde::Serialize + serde::de::DeserializeOwned>(message: &T) -> (T, usize) {
    fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
        match value {
            Value::String(_) => all.push(at.to_owned()),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(n, item)| pointers(item, &format!("{at}/{n}"), all));
            }
            Value::Object(fields) => {
                fields.iter().for_each(|(name, field)| pointers(field, &format!("{at}/{name}"), all));
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(message).unwrap();
    let mut all = Vec::new();
    pointers(&value, "", &mut all);
    let mut done = 0;
    for pointer in all {
        if ["/schema", "/agent/start_id", "/agent/boot_id"].contains(&pointer.as_str())
            || pointer.ends_with("/status")
        {
            continue;
        }
        let place = value.pointer_mut(&pointer).unwrap();
        let before = std::mem::replace(place, Value::from(HOSTILE));
        if serde_json::from_value::<T>(value.clone()).is_ok() {
            done += 1;
        } else {
            *value.pointer_mut(&pointer).unwrap() = before;
        }
    }
    (serde_json::from_value(value).unwrap(), done)
}

/// The one script of the host's page.
const OUR_SCRIPT: &str = r#"<script src="/static/live.js" defer></script>"#;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_machine_says_stays_text() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, HOSTILE);
    let host = agent.enrolled(&server).await;
    let (report, strings) = hostile(&report(&agent, everything()));
    assert!(strings > 60, "{strings}");
    told(&server, &agent, &report).await;
    let typed: Sample = serde_json::from_value(sample(&agent, 1)).unwrap();
    let (sample, strings) = hostile(&typed);
    assert!(strings > 15, "{strings}");
    expect(agent.send(&server, Method::POST, "/agent/v1/sample", &sample).await, StatusCode::OK).await;
    for path in ["/".to_owned(), format!("/hosts/{host}")] {
        let page = shown(&server, &path).await;
        let page = page.replace(OUR_SCRIPT, "");
        assert!(!page.contains("<script") && !page.contains(HOSTILE), "{path}: {page}");
        assert!(page.contains("&#60;script&#62;"), "{path}: {page}");
    }
    let page = shown(&server, &format!("/hosts/{host}")).await;
    let links: Vec<&str> =
        page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let ours = |link: &&str| link.starts_with('/') || *link == "https://10.0.9.5/";
    assert!(links.iter().all(ours), "{links:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_told_stays_and_what_comes_later_is_no_change() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    let all: Sections = serde_json::from_value(everything()).unwrap();
    let quick = Sections {
        drives: Section::Untold,
        contents: Section::Untold,
        neighbours: Section::Untold,
        bmc: Section::Untold,
        ..all.clone()
    };
    told(&server, &agent, &Report { sections: quick, ..agent.report() }).await;
    for slow in [
        Sections { drives: all.drives.clone(), contents: all.contents.clone(), ..Sections::default() },
        Sections { bmc: all.bmc.clone(), ..Sections::default() },
        Sections { neighbours: all.neighbours.clone(), ..Sections::default() },
    ] {
        told(&server, &agent, &Report { sections: slow, ..agent.report() }).await;
    }
    let given = server.read(&format!("/api/v1/hosts/{host}")).await["inventory"].take();
    for section in ["system", "disks", "drives", "contents", "nics", "neighbours", "pci", "bmc", "os"] {
        assert!(given[section].is_object() || given[section].is_array(), "{section} in {given:#}");
    }
    let revisions = server.read(&format!("/api/v1/hosts/{host}/revisions")).await;
    assert_eq!(revisions.as_array().unwrap().len(), 1, "{revisions:#}");
    let first = server.read(&format!("/api/v1/hosts/{host}?revision=1")).await;
    assert_eq!(first["inventory"]["neighbours"][0]["system_name"], "sw1");

    let mut moved = everything();
    moved["neighbours"]["data"][0]["port_id"] = json!("Eth1/3");
    let moved: Sections = serde_json::from_value(moved).unwrap();
    let moved = Sections { neighbours: moved.neighbours, ..Sections::default() };
    told(&server, &agent, &Report { sections: moved, ..agent.report() }).await;
    let revisions = server.read(&format!("/api/v1/hosts/{host}/revisions")).await;
    assert_eq!(revisions[0]["summary"], format!("switch port of {MAC} changed: sw1 Eth1/7 → sw1 Eth1/3"));
}

#[tokio::test(flavor = "multi_thread")]
async fn four_thousand_disks_are_taken_and_five_mebibytes_are_not() {
    let server = TestServer::new().await;
    let agent = Agent::new(MAC, "ABC1234");
    let host = agent.enrolled(&server).await;
    let disks: Vec<Value> =
        (0..4096).map(|n| json!({ "name": format!("sd{n}"), "serial": format!("S{n:04}") })).collect();
    let mut report = agent.report();
    report.sections.disks = Section::new(serde_json::from_value(Value::from(disks)).unwrap(), vec![]);
    told(&server, &agent, &report).await;
    let listed = server.read(&format!("/api/v1/hosts/{host}")).await;
    assert_eq!(listed["inventory"]["disks"].as_array().unwrap().len(), 4096);
    let page = shown(&server, &format!("/hosts/{host}")).await;
    assert!(page.contains("and 3840 more"), "a page shows so many rows and no more");
    assert!(page.len() < 400 << 10, "{} bytes", page.len());

    let Section::Ok { data } = &mut report.sections.disks else { panic!() };
    data.iter_mut().for_each(|disk| disk.model = Some("x".repeat(1300)));
    assert!(serde_json::to_vec(&report).unwrap().len() > 5 << 20);
    let refused = agent.send(&server, Method::PUT, "/agent/v1/inventory", &report).await;
    problem(refused, StatusCode::PAYLOAD_TOO_LARGE).await;
    let kept = server.read(&format!("/api/v1/hosts/{host}")).await;
    assert_eq!(kept["inventory"]["disks"][0].get("model"), None);
}
