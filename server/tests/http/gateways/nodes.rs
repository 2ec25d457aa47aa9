//! From a role that is given to the firewall's own rows, and back: reservations for all cards, names and the ways back, and the
//! load balancer's servers; and the same by hand.

use fake_opnsense::{Options, WebPage};
use inventory::sections::{Content, Disk, Nic};
use inventory::{Section, Sections};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Place, Said};
use crate::installer::Installer;
use crate::support::{Agent, START, TestServer, expect, problem};

/// A firewall with an address for the cluster on its LAN.
async fn place() -> Place {
    let mut options = Options::default();
    options.site.virtual_ips.push(("lan".into(), "192.168.1.11/24".into(), "okd1".into()));
    // Its own page leaves 80 and 443 to the cluster.
    options.site.web = WebPage { port: Some(8443), no_redirect: true, ..options.site.web };
    let place = Place::with(options).await;
    place.add().await;
    place
}

async fn create(server: &TestServer, front: Value) {
    let written = Installer::new("okd1", START.0).run();
    let files: serde_json::Map<String, Value> =
        written.files().map(|(name, text)| (name.to_owned(), text.into())).into_iter().collect();
    let mut message = json!({"name": "okd1", "domain": "example.lan", "ignition": files});
    if !front.is_null() {
        message["front"] = front;
    }
    let created = server.operator(Method::POST, "/api/v1/clusters").json(&message).send().await.unwrap();
    expect(created, StatusCode::OK).await;
}

fn front() -> Value {
    json!({"gateway": "opnsense", "api": "192.168.1.11", "inside": ["lan"]})
}

fn cards(number: u8) -> [String; 2] {
    [1, 2].map(|card| format!("3c:ec:ef:00:{number:02x}:0{card}"))
}

/// A machine with two cards and one empty disk, taken in; its id.
async fn machine(server: &TestServer, number: u8) -> String {
    let [first, second] = cards(number);
    let agent = Agent::new(&first, &format!("SN{number}"));
    let mut report = agent.report();
    let nic = |name: &str, mac: &str| Nic {
        name: name.into(),
        mac: mac.parse().ok(),
        permanent_mac: mac.parse().ok(),
        physical: true,
        carrier: Some(true),
        ..Nic::default()
    };
    let disk = Disk {
        name: "sda".into(),
        serial: Some(format!("D-SN{number}")),
        size_bytes: Some(500_000_000_000),
        by_id: vec![format!("ata-DISK_D-SN{number}")],
        ..Disk::default()
    };
    report.sections = Sections {
        nics: Section::new(vec![nic("eno1", &first), nic("eno2", &second)], vec![]),
        disks: Section::new(vec![disk], vec![]),
        contents: Section::new(vec![Content { device: "sda".into(), ..Content::default() }], vec![]),
        ..report.sections
    };
    let id = agent.enrolled(server).await;
    expect(agent.send(server, Method::PUT, "/agent/v1/inventory", &report).await, StatusCode::OK).await;
    let approved = server.operator(Method::POST, &format!("/api/v1/hosts/{id}/approve")).json(&json!({}));
    expect(approved.send().await.unwrap(), StatusCode::OK).await;
    id
}

fn role(id: &str, role: &str, hostname: &str, number: u8, address: Option<&str>) -> Vec<String> {
    let disk = format!("serial=D-SN{number}");
    let mut args =
        vec!["host", "set-role", id, role, "--cluster", "okd1", "--hostname", hostname, "--disk", &disk];
    args.extend(address.iter().flat_map(|address| ["--address", address]));
    args.into_iter().map(str::to_owned).collect()
}

impl Place {
    async fn said(&self, args: &[String]) -> String {
        self.done(&args.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    /// What stands on the firewall, as text that can be searched.
    fn standing(&self, kind: &str) -> String {
        format!("{:?}", self.fake.rows(kind)).to_lowercase()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_needs_is_planned_with_its_role_and_goes_with_it() {
    let place = place().await;
    create(&place.server, front()).await;
    let (cp, worker, late) =
        (machine(&place.server, 1).await, machine(&place.server, 2).await, machine(&place.server, 3).await);
    let told = place.said(&role(&cp, "control-plane", "cp1", 1, Some("192.168.1.21"))).await;
    assert!(
        told.contains("not applied to the gateway opnsense yet")
            && told.contains("address 192.168.1.21 for cp1"),
        "{told}"
    );
    let bond = format!(
        "dns = [\"192.168.1.1\"]\n[[bond]]\nname = \"bond0\"\nmode = \"802.3ad\"\ncards = [\"{}\", \"{}\"]\n\
         addresses = [\"192.168.1.31/24\"]\ngateway = \"192.168.1.1\"\n",
        cards(2)[0],
        cards(2)[1]
    );
    let file = place.server.dir.path().join("net.toml");
    std::fs::write(&file, bond).unwrap();
    place.said(&role(&worker, "worker", "w1", 2, None)).await;
    let described = place.done(&["host", "set-network", &worker, "--file", file.to_str().unwrap()]).await;
    for shown in [
        "bond=bond0:boot0:mode=802.3ad",
        "ip=192.168.1.31::192.168.1.1:255.255.255.0:w1.okd1.example.lan:bond0:none",
        "bond0.nmconnection",
        "address 192.168.1.31 for w1",
    ] {
        assert!(described.contains(shown), "{shown}: {described}");
    }
    // Without an address nothing can be kept; that is told and holds up nobody else.
    let lacking = place.said(&role(&late, "worker", "w2", 3, None)).await;
    assert!(lacking.contains("w2 has no address"), "{lacking}");

    let plan = place.done(&["gateway", "plan", "opnsense"]).await.to_lowercase();
    let all_cards = [cards(1), cards(2)].concat();
    let names =
        ["cp1.okd1.example.lan", "w1.okd1.example.lan", "api-int.okd1.example.lan", "apps.okd1.example.lan"];
    let planned = [&all_cards[..], &["192.168.1.21".to_owned(), "192.168.1.31".to_owned()]].concat();
    for wanted in planned.iter().map(String::as_str).chain(["22623", "6443", "cp1", "w1", "readyz"]) {
        assert!(plan.contains(wanted), "{wanted}: {plan}");
    }
    assert!(!plan.contains("w2"), "{plan}");
    // Whoever is about to arm is told.
    let order = json!({"hosts": [cp], "occasion": "first"});
    let armed = place.server.operator(Method::POST, "/api/v1/arming-plan").json(&order).send().await.unwrap();
    let armed: Value = serde_json::from_str(&expect(armed, StatusCode::OK).await).unwrap();
    assert!(
        armed["gateway"][0].as_str().unwrap().starts_with("okd1: not applied to the gateway opnsense yet"),
        "{armed}"
    );
    assert!(armed["digest"].is_string() && armed["hosts"].is_array(), "{armed}");

    place.done(&["gateway", "apply", "opnsense", "-y"]).await;
    let hosts = place.standing("dnsmasq.hosts");
    for mac in &all_cards {
        assert!(hosts.contains(mac.as_str()), "{mac}: {hosts}");
    }
    let shown = place.done(&["cluster", "show", "okd1"]).await;
    assert!(!shown.contains("not applied"), "{shown}");
    assert!(shown.contains("w2 has no address"), "{shown}");
    let parts = place.get("/api/v1/gateways/opnsense").await;
    let part = &parts["wish"]["cluster/okd1"];
    let ptr = |name: &str| {
        let records = part["dns"].as_array().unwrap();
        records.iter().find(|record| record["name"] == name).unwrap_or_else(|| panic!("{name}: {records:?}"))
            ["ptr"]
            == true
    };
    assert!(ptr(names[0]) && ptr(names[1]) && !ptr(names[2]));
    let page =
        expect(place.server.operator(Method::GET, "/clusters/okd1").send().await.unwrap(), StatusCode::OK)
            .await;
    assert!(page.contains("w2 has no address"), "{page}");

    // Released, its reservations, names and servers are planned to go; the others' stay.
    place.done(&["host", "release", &worker, "-y"]).await;
    let plan = place.done(&["gateway", "plan", "opnsense", "--output", "json"]).await.to_lowercase();
    assert!(plan.contains("192.168.1.31") && plan.contains("\"delete\""), "{plan}");
    place.done(&["gateway", "apply", "opnsense", "-y"]).await;
    let part = &place.get("/api/v1/gateways/opnsense").await["wish"]["cluster/okd1"];
    assert!(
        !part.to_string().contains("192.168.1.31") && part.to_string().contains("192.168.1.21"),
        "{part}"
    );
    let servers =
        &part["balancers"].as_array().unwrap().iter().find(|one| one["port"] == 443).unwrap()["servers"];
    assert_eq!(
        servers[0]["name"], "cp1",
        "the control plane takes the work of the workers that are not there"
    );

    // And all of it when the cluster goes.
    for host in [&cp, &late] {
        place.done(&["host", "release", host, "-y"]).await;
    }
    place.done(&["cluster", "remove", "okd1", "-y"]).await;
    assert!(place.get("/api/v1/gateways/opnsense").await["wish"].get("cluster/okd1").is_none());
    place.done(&["gateway", "apply", "opnsense", "-y"]).await;
    assert!(!place.standing("dnsmasq.hosts").contains("cp1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_s_address_keeps_the_gateway_from_it_and_nobody_from_his_role() {
    let place = place().await;
    let site = place.server.dir.path().join("site.toml");
    std::fs::write(
        &site,
        "[[reservation]]\nname = \"printer\"\nmac = \"02:00:00:00:00:09\"\nip = \"192.168.1.21\"\n",
    )
    .unwrap();
    let site = place
        .server
        .operator(Method::PUT, "/api/v1/gateways/opnsense/wish/site")
        .body(std::fs::read(site).unwrap());
    expect(site.send().await.unwrap(), StatusCode::OK).await;
    create(&place.server, front()).await;
    let cp = machine(&place.server, 1).await;
    let told = place.said(&role(&cp, "control-plane", "cp1", 1, Some("192.168.1.21"))).await;
    assert!(
        told.contains("the gateway can't be told what the cluster wants") && told.contains("printer"),
        "{told}"
    );
    let parts = place.get("/api/v1/gateways/opnsense").await;
    assert!(!parts["wish"]["cluster/okd1"].to_string().contains("cp1"), "{parts}");
    // With another address it is well.
    let told = place.said(&role(&cp, "control-plane", "cp1", 1, Some("192.168.1.22"))).await;
    assert!(!told.contains("can't be told"), "{told}");
    // The cluster goes to no gateway: its part goes, too.
    place.done(&["cluster", "set", "okd1", "--no-gateway"]).await;
    assert!(place.get("/api/v1/gateways/opnsense").await["wish"].get("cluster/okd1").is_none());
    let by_hand = place.done(&["cluster", "dns", "okd1"]).await;
    assert!(by_hand.contains("make it by hand") && by_hand.contains("192.168.1.22"), "{by_hand}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_gateway_it_is_a_list() {
    let server = TestServer::new().await;
    create(&server, Value::Null).await;
    let id = machine(&server, 1).await;
    let asked = json!({"cluster": "okd1", "role": "control-plane", "hostname": "cp1", "disk": "serial=D-SN1", "address": "10.0.0.21"});
    let given =
        server.operator(Method::PUT, &format!("/api/v1/hosts/{id}/role")).json(&asked).send().await.unwrap();
    let given: Value = serde_json::from_str(&expect(given, StatusCode::OK).await).unwrap();
    assert_eq!(given["gateway"], json!([]));
    let list = server.read("/api/v1/clusters/okd1/dns").await;
    assert_eq!(list["gateway"], Value::Null);
    assert_eq!(list["reservations"], json!([{"name": "cp1", "address": "10.0.0.21", "cards": cards(1)}]));
    let name =
        |name: &str| list["names"].as_array().unwrap().iter().find(|it| it["name"] == name).unwrap().clone();
    assert_eq!(name("api.okd1.example.lan")["address"], Value::Null);
    assert_eq!(
        name("cp1.okd1.example.lan"),
        json!({"name": "cp1.okd1.example.lan", "address": "10.0.0.21", "ptr": true})
    );
    let ports: Vec<u64> =
        list["balancers"].as_array().unwrap().iter().map(|it| it["port"].as_u64().unwrap()).collect();
    assert_eq!(ports, [6443, 22623, 80, 443]);
    let missing = server.operator(Method::GET, "/api/v1/clusters/other/dns").send().await.unwrap();
    problem(missing, StatusCode::NOT_FOUND).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_refused_with_the_reason_and_kept_until_it_is_cleared() {
    let place = Place::with(Options::default()).await;
    create(&place.server, Value::Null).await;
    let id = machine(&place.server, 1).await;
    let path = format!("/api/v1/hosts/{id}/network");
    let put = |text: String| place.server.operator(Method::PUT, &path).body(text).send();
    let good = format!("[[card]]\nmac = \"{}\"\naddresses = [\"10.0.0.21/24\"]\n", cards(1)[0]);
    assert_eq!(problem(put(good.clone()).await.unwrap(), StatusCode::CONFLICT).await.kind, "no-role");
    place.said(&role(&id, "worker", "w1", 1, Some("10.0.0.21"))).await;
    let table = [
        ("[[card]]\nmac = 5\n".to_owned(), "line 2: card[0].mac"),
        (good.replace("10.0.0.21", "10.0.0.22"), "is 10.0.0.21 by its role, and 10.0.0.22 by its network"),
        (
            good.replace(&cards(1)[0], "02:00:00:00:00:01"),
            "02:00:00:00:00:01 is none of the host's cards, which are 3c:ec:ef:00:01:01",
        ),
        ("\u{0}".to_owned(), "line 1"),
        ("#".repeat(70_000), ""),
    ];
    for (text, words) in table {
        let refused = put(text.clone()).await.unwrap();
        let status = refused.status();
        let said = refused.text().await.unwrap();
        assert!(status.is_client_error() && said.contains(words), "{text:.60}: {status} {said}");
    }
    expect(put(good.clone()).await.unwrap(), StatusCode::OK).await;
    let shown = place.get(&path).await;
    assert_eq!(shown["network"]["card"][0]["addresses"], json!(["10.0.0.21/24"]));
    assert_eq!(shown["arguments"]["boots_from"], json!(cards(1)[0]));
    assert_eq!(shown["keyfiles"].as_array().unwrap().len(), 1);
    // As it is shown, it can be set.
    let again = place.server.operator(Method::PUT, &path).json(&shown["network"]).send().await.unwrap();
    expect(again, StatusCode::OK).await;
    assert_eq!(place.get(&path).await["network"], shown["network"]);
    let cleared = place.done(&["host", "set-network", &id, "--clear"]).await;
    assert!(cleared.contains("speaks by DHCP"), "{cleared}");
    assert_eq!(place.get(&path).await["network"], Value::Null);
    // Two of its cards have a link: both would be given the address that is kept.
    let looked = place.get(&format!("/api/v1/hosts/{id}/role")).await;
    let finding = looked["findings"].as_array().unwrap().iter().find(|it| it["rule"] == "network").unwrap();
    assert_eq!(finding["verdict"], "warning", "{finding}");
    // An example needs no server and no host.
    let example = place.muster(&["host", "set-network", "--example"]).await;
    assert!(
        matches!(example, Said { code: Some(0), .. }) && example.out.contains("[[bond]]"),
        "{}",
        example.err
    );
    let neither = place.muster(&["host", "set-network", &id]).await;
    assert_eq!(neither.code, Some(2), "{}", neither.err);
}
