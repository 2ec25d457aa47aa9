//! What dnsmasq's file becomes, and whether dnsmasq then runs.

use fake_opnsense::{FakeOpnSense, Options, Release, Runner};
use serde_json::{Value, json};

use crate::client::{Client, run};

const TAG: &str = "0f0e0d0c-0b0a-5908-8706-050403020100";
const BARE: &str = "0f0e0d0c0b0a59088706050403020100";

async fn add(client: &Client, what: &str, item: Value) -> String {
    let root = what.to_lowercase();
    let reply = client.post(&format!("dnsmasq/settings/add{what}"), &json!({root: item})).await;
    reply.json()["uuid"].as_str().unwrap_or_else(|| panic!("{}", reply.text)).to_owned()
}

async fn reconfigure(client: &Client) -> String {
    let reply = client.post("dnsmasq/service/reconfigure", &Value::Null).await;
    assert_eq!(reply.json(), json!({"status": "ok"}), "it always says so");
    client.get("dnsmasq/service/status").await.json()["status"].as_str().unwrap().to_owned()
}

fn lines(fake: &FakeOpnSense, beginning: &str) -> Vec<String> {
    let file = fake.dnsmasq_file();
    file.lines().filter_map(|line| line.strip_prefix(beginning)).map(str::to_owned).collect()
}

#[test]
fn a_site_that_boots_is_rendered_as_the_template_does() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        client.post(&format!("dnsmasq/settings/setTag/{TAG}"), &json!({"tag": {"tag": "efi64"}})).await;
        add(&client, "Option", json!({"type": "match", "option": "93", "value": "7", "set_tag": TAG})).await;
        add(&client, "Option", json!({"type": "match", "option": "175", "set_tag": TAG})).await;
        add(
            &client,
            "Option",
            json!({"type": "set", "option": "60", "value": "HTTPClient", "tag": TAG, "force": "1"}),
        )
        .await;
        add(&client, "Boot", json!({"tag": TAG, "interface": "lan", "filename": "a.efi", "servername": "s", "address": "192.168.1.5"})).await;
        add(&client, "Boot", json!({"tag": TAG, "filename": "trap", "address": "192.168.1.5"})).await;
        for (name, mac, lease) in [
            ("n1", "52:54:00:00:00:01", ""),
            ("n2", "52:54:00:00:00:02", "0"),
            ("dash", "52-54-00-00-00-03", ""),
        ] {
            add(&client, "Host", json!({"host": name, "ip": format!("192.168.1.2{}", name.len()), "hwaddr": mac, "lease_time": lease, "set_tag": TAG})).await;
            if name == "n1" {
                // Its address is given to the next one: another file must not depend on it.
                let uuid = fake.rows("dnsmasq.hosts")[0].uuid.unwrap();
                client
                    .post(
                        &format!("dnsmasq/settings/setHost/{uuid}"),
                        &json!({"host": {"ip": "192.168.1.21"}}),
                    )
                    .await;
            }
        }
        add(
            &client,
            "Host",
            json!({"host": "*", "domain": "apps.okd.lab", "ip": "192.168.1.11", "local": "1"}),
        )
        .await;
        add(&client, "Range", json!({"interface": "opt1", "start_addr": "10.20.0.50", "end_addr": "10.20.0.90", "lease_time": "600", "domain": "okd.lab"})).await;
        assert_eq!(reconfigure(&client).await, "running");
        assert_eq!(lines(&fake, "dhcp-match="), [format!("set:{BARE},93,7"), format!("set:{BARE},175")]);
        assert_eq!(lines(&fake, "dhcp-option-force="), [format!("tag:{BARE},60,HTTPClient")]);
        assert_eq!(
            lines(&fake, "dhcp-boot="),
            [format!("tag:igc1,tag:{BARE},a.efi,s,192.168.1.5"), format!("tag:{BARE},trap,192.168.1.5")]
        );
        assert_eq!(
            lines(&fake, "dhcp-host="),
            [
                format!("52:54:00:00:00:01,set:{BARE},192.168.1.21,n1"),
                format!("52:54:00:00:00:02,set:{BARE},192.168.1.22,n2,infinite")
            ]
        );
        assert_eq!(lines(&fake, "address="), ["/apps.okd.lab/192.168.1.11"]);
        assert_eq!(lines(&fake, "local="), ["/apps.okd.lab/", "/internal/", "/okd.lab/"]);
        let ranges = lines(&fake, "dhcp-range=");
        assert_eq!(ranges[0], "tag:igc1,192.168.1.100,192.168.1.199,86400");
        assert_eq!(ranges[1], "tag:igc1,::1000,::2000,constructor:igc1,slaac,64,86400");
        assert_eq!(ranges[2], "tag:igc2,10.20.0.50,10.20.0.90,600");
        assert_eq!(lines(&fake, "domain="), ["internal", "okd.lab,10.20.0.50,10.20.0.90"]);
    });
}

#[test]
fn boot_lines_stand_as_they_were_added() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let mut ids = Vec::new();
        for name in ["bios", "ipxe", "efi64"] {
            ids.push(
                add(&client, "Boot", json!({"filename": name, "servername": "s", "address": "192.168.1.5"}))
                    .await,
            );
        }
        // A set keeps the place; to stand last, it must go and come anew.
        let ipxe = format!("dnsmasq/settings/setBoot/{}", ids[1]);
        client.post(&ipxe, &json!({"boot": {"filename": "ipxe2"}})).await;
        reconfigure(&client).await;
        let names =
            || lines(&fake, "dhcp-boot=").into_iter().map(|line| line.split(',').next().unwrap().to_owned());
        assert_eq!(names().collect::<Vec<_>>(), ["bios", "ipxe2", "efi64"]);
        client.post(&format!("dnsmasq/settings/delBoot/{}", ids[1]), &json!({})).await;
        client
            .post(&ipxe, &json!({"boot": {"filename": "ipxe", "servername": "s", "address": "192.168.1.5"}}))
            .await;
        reconfigure(&client).await;
        assert_eq!(names().collect::<Vec<_>>(), ["bios", "efi64", "ipxe"]);
    });
}

#[test]
fn a_value_that_is_saved_brings_dnsmasq_down_behind_an_ok_and_nobody_says_so() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        assert_eq!(
            client.get("dnsmasq/service/status").await.json()["status"],
            "running",
            "from the beginning"
        );
        let bad =
            json!({"host": "neg", "ip": "192.168.1.9", "hwaddr": "52:54:00:00:00:09", "lease_time": "-5"});
        let uuid = add(&client, "Host", bad).await;
        assert_eq!(
            client.get("dnsmasq/service/status").await.json()["status"],
            "running",
            "saved is not applied"
        );
        assert_eq!(reconfigure(&client).await, "stopped");
        client.post(&format!("dnsmasq/settings/delHost/{uuid}"), &json!({})).await;
        assert_eq!(client.get("dnsmasq/service/status").await.json()["status"], "stopped");
        assert_eq!(reconfigure(&client).await, "running");
    });
}

#[test]
fn a_newline_is_a_line_of_its_own_until_26_1_10() {
    run(async {
        for (release, taken) in [(Release(26, 1, 10), true), (Release::V26_1_11, false)] {
            let fake = FakeOpnSense::start(Options::new(release));
            let client = Client::root(&fake);
            let option = json!({"option": {"type": "set", "option": "15", "value": "x\nlog-queries"}});
            let reply = client.post("dnsmasq/settings/addOption", &option).await;
            assert_eq!(reply.json()["result"] == "saved", taken, "{}", reply.text);
            reconfigure(&client).await;
            assert_eq!(fake.dnsmasq_file().lines().any(|line| line == "log-queries"), taken);
        }
    });
}

#[test]
fn switched_off_it_stops_and_its_file_stays() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let before = fake.dnsmasq_file();
        client.post("dnsmasq/settings/set", &json!({"dnsmasq": {"enable": "0"}})).await;
        add(&client, "Boot", json!({"filename": "x"})).await;
        assert_eq!(reconfigure(&client).await, "disabled");
        assert_eq!(fake.dnsmasq_file(), before);
        client.post("dnsmasq/settings/set", &json!({"dnsmasq": {"enable": true}})).await;
        assert_eq!(reconfigure(&client).await, "running");
        assert_eq!(client.post("dnsmasq/service/stop", &json!({})).await.json()["response"], "OK\n\n");
        assert_eq!(client.get("dnsmasq/service/status").await.json()["status"], "stopped");
        assert_eq!(
            client.post("core/service/start/dnsmasq", &json!({})).await.json(),
            json!({"result": "ok"})
        );
        assert_eq!(client.get("dnsmasq/service/status").await.json()["status"], "running");
    });
}

#[test]
fn it_really_runs_when_it_shall_and_dies_with_the_fake() {
    run(async {
        // No DHCP, a port that is free, nobody's interface: it needs no rights and is in nobody's way.
        let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let line = |text: &str| text.to_owned();
        let lines = ["listen-address=127.0.0.1", "bind-interfaces", "no-resolv"].map(line);
        let mut options = Options {
            dnsmasq: Runner::Really { prefix: vec![line("env"), line("LC_ALL=C")], lines: lines.into() },
            ..Options::default()
        };
        options.site.interfaces.iter_mut().for_each(|interface| interface.device = line("lo"));
        let fake = FakeOpnSense::start(options);
        let client = Client::root(&fake);
        let range = fake.rows("dnsmasq.dhcp_ranges");
        for item in range {
            client.post(&format!("dnsmasq/settings/delRange/{}", item.uuid.unwrap()), &json!({})).await;
        }
        client.post("dnsmasq/settings/set", &json!({"dnsmasq": {"port": port, "interface": ""}})).await;
        add(&client, "Host", json!({"host": "node", "domain": "okd.lab", "ip": "192.168.1.77"})).await;
        assert_eq!(reconfigure(&client).await, "running");
        assert!(answers(port), "it does not answer");
        let bad =
            json!({"host": "neg", "ip": "192.168.1.9", "hwaddr": "52:54:00:00:00:09", "lease_time": "-5"});
        add(&client, "Host", bad).await;
        assert_eq!(reconfigure(&client).await, "stopped");
        assert!(std::net::UdpSocket::bind(("127.0.0.1", port)).is_ok(), "its port is free again");
    });
}

/// Whether the name of the test above is answered, within a while.
fn answers(port: u16) -> bool {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_millis(200))).unwrap();
    let mut question = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in ["node", "okd", "lab", ""] {
        question.push(u8::try_from(label.len()).unwrap());
        question.extend(label.as_bytes());
    }
    question.extend([0, 1, 0, 1]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    let mut answer = [0_u8; 512];
    while std::time::Instant::now() < deadline {
        socket.send_to(&question, ("127.0.0.1", port)).ok();
        if let Ok(length) = socket.recv(&mut answer)
            && answer[..length].ends_with(&[192, 168, 1, 77])
        {
            return true;
        }
    }
    false
}
