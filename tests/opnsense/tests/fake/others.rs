//! Unbound, the packet filter, and what the firewall says of itself.

use std::time::{Duration, Instant};

use fake_opnsense::{FakeOpnSense, Options, Release};
use serde_json::{Value, json};

use crate::client::{Client, run};

#[test]
fn unbound_is_not_there_for_a_while_after_it_was_told() {
    run(async {
        let fake =
            FakeOpnSense::start(Options { unbound_start: Duration::from_millis(400), ..Options::default() });
        let client = Client::root(&fake);
        let path = "unbound/service/status";
        assert_eq!(client.get(path).await.json()["status"], "running");
        let host = json!({"host": {"hostname": "*", "domain": "apps.okd.lab", "server": "192.168.1.11"}});
        let uuid = client.post("unbound/settings/addHostOverride", &host).await.json()["uuid"].clone();
        assert!(fake.unbound_answers().is_empty());
        assert_eq!(
            client.post("unbound/service/reconfigure", &json!({})).await.json(),
            json!({"status": "ok"})
        );
        assert_eq!(client.get(path).await.json()["status"], "stopped");
        assert_eq!(fake.unbound_answers()[0].field("domain"), "apps.okd.lab");
        let deadline = Instant::now() + Duration::from_secs(10);
        while client.get(path).await.json()["status"] != "running" {
            assert!(Instant::now() < deadline, "it does not come");
        }
        let alias = json!({"alias": {"host": uuid, "hostname": "www", "domain": "okd.lab"}});
        assert_eq!(client.post("unbound/settings/addHostAlias", &alias).await.json()["result"], "saved");
        let row = client.get("unbound/settings/searchHostOverride").await.json()["rows"][0].clone();
        assert_eq!((&row["aliases"], &row["addptr"]), (&json!("www.okd.lab"), &json!("1")));
        let forward = json!({"dot": {"domain": "internal", "server": "127.0.0.1", "port": "53053"}});
        assert_eq!(client.post("unbound/settings/addForward", &forward).await.json()["result"], "saved");
        let uuid = uuid.as_str().unwrap();
        let reply = client.post(&format!("unbound/settings/toggleHostOverride/{uuid}"), &Value::Null).await;
        assert_eq!(reply.json(), json!({"result": "Disabled", "changed": true}));
        let reply = client.post(&format!("unbound/settings/toggleHostOverride/{uuid}/0"), &Value::Null).await;
        assert_eq!(reply.json(), json!({"result": "Disabled", "changed": false}));
        client.post(&format!("unbound/settings/delHostOverride/{uuid}"), &json!({})).await;
        assert!(fake.rows("unboundplus.aliases.alias").is_empty(), "its aliases went along");
    });
}

#[test]
fn two_who_answer_names_quarrel_about_a_port_only_when_one_changes_it() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let set = async |port: &str| {
            client.post("dnsmasq/settings/set", &json!({"dnsmasq": {"port": port}})).await.json()
        };
        let taken = json!({"result": "failed", "validations": {"dnsmasq.port": "Unbound DNS is currently using this port."}});
        assert_eq!((set("53").await, set("").await), (taken.clone(), taken));
        let reply =
            client.post("unbound/settings/set", &json!({"unbound": {"general": {"port": "53053"}}})).await;
        assert_eq!(
            reply.json()["validations"].as_object().unwrap().keys().next().unwrap(),
            "unbound.general.port"
        );
        client.post("unbound/settings/set", &json!({"unbound": {"general": {"enabled": "0"}}})).await;
        assert_eq!(set("").await, json!({"result": "saved"}));
        let all = client.get("dnsmasq/settings/get").await.json();
        assert_eq!((&all["dnsmasq"]["port"], &all["dnsmasq"]["dns_port"]), (&json!(""), &json!("53")));
        let reply = client
            .post(
                "dnsmasq/settings/set",
                &json!({"dnsmasq": {"dhcp": {"lease_max": "x", "reply_delay": "61"}}}),
            )
            .await;
        let said = reply.json()["validations"].clone();
        assert_eq!(
            said.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["dnsmasq.dhcp.lease_max", "dnsmasq.dhcp.reply_delay"]
        );
    });
}

#[test]
fn rules_stand_in_order_beside_those_that_are_nobodys_and_work_when_applied() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let alias = json!({"alias": {"name": "nodes", "type": "host", "content": "192.168.1.20\n192.168.1.21", "enabled": "1"}});
        let alias =
            client.post("firewall/alias/addItem", &alias).await.json()["uuid"].as_str().unwrap().to_owned();
        assert_eq!(
            client.post("firewall/alias/reconfigure", &json!({})).await.json(),
            json!({"status": "ok"})
        );
        for (interface, port) in [("lan", "6443"), ("lan,opt1", "tftp"), ("lan", "8000-8010")] {
            let rule = json!({"rule": {"interface": interface, "protocol": "TCP", "source_net": "nodes", "destination_net": "lanip", "destination_port": port, "description": port}});
            let reply = client.post("firewall/filter/addRule", &rule).await;
            assert_eq!(reply.json()["result"], "saved", "{}", reply.text);
        }
        let found = client.post("firewall/filter/searchRule", &json!({})).await.json();
        let shown: Vec<&str> = found["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["description"].as_str().unwrap())
            .collect();
        assert_eq!(
            shown,
            ["anti-lockout rule", "tftp", "6443", "8000-8010", "Default allow LAN to any rule"]
        );
        assert_eq!(found["rows"][0]["uuid"].as_str().unwrap().len(), 32, "a label, no uuid");
        assert_eq!(
            (&found["rows"][2]["sequence"], &found["rows"][2]["legacy"]),
            (&json!("101"), &Value::Null)
        );
        assert!(fake.applied_rules().is_empty());
        assert_eq!(
            client.post("firewall/filter/apply", &json!({})).await.json(),
            json!({"status": "OK\n\n"})
        );
        assert_eq!(fake.applied_rules().len(), 3);
        let reply = client.post(&format!("firewall/alias/delItem/{alias}"), &json!({})).await;
        assert_eq!((reply.status, &reply.json()["errorTitle"]), (500, &json!("Alias in use")));
    });
}

#[test]
fn one_that_is_too_old_has_no_dnsmasq_to_ask() {
    run(async {
        for (release, status) in [(Release(25, 1, 1), 404), (Release::V25_1_12, 200)] {
            let fake = FakeOpnSense::start(Options::new(release));
            let client = Client::root(&fake);
            assert_eq!(client.get("dnsmasq/settings/get").await.status, status);
            let version =
                client.get("core/firmware/status").await.json()["product"]["product_version"].clone();
            assert_eq!(version, release.to_string());
        }
    });
}

#[test]
fn it_says_what_it_is() {
    run(async {
        let mut options = Options { haproxy: false, ..Options::new(Release::V26_7_2) };
        options.site.virtual_ips.push(("lan".into(), "192.168.1.10/32".into(), "okd".into()));
        let fake = FakeOpnSense::start(options);
        let client = Client::root(&fake);
        let get = async |path: &str| client.get(path).await.json();
        assert_eq!(get("core/firmware/status").await["product"]["product_version"], "26.7.2");
        assert_eq!(
            get("diagnostics/system/system_information").await["versions"][0],
            "OPNsense 26.7.2-amd64"
        );
        let plugins = get("core/firmware/info").await["plugin"].clone();
        assert_eq!((&plugins[0]["name"], &plugins[0]["installed"]), (&json!("os-haproxy"), &json!("0")));
        assert_eq!(client.get("haproxy/settings/get").await.status, 404);
        let rows = get("interfaces/overview/interfacesInfo").await["rows"].clone();
        let lan = rows.as_array().unwrap().iter().find(|row| row["identifier"] == "lan").unwrap().clone();
        assert_eq!(
            (&lan["device"], &lan["addr4"], &lan["status"]),
            (&json!("igc1"), &json!("192.168.1.1/24"), &json!("up"))
        );
        assert_eq!(lan["ipv4"][1]["ipaddr"], "192.168.1.10/32");
        assert!(rows.as_array().unwrap().iter().any(|row| row["description"] == "Unassigned Interface"));
        assert_eq!(get("diagnostics/interface/getInterfaceNames").await["igc2"], "servers");
        let services = get("core/service/search").await;
        assert!(
            services["rows"]
                .as_array()
                .unwrap()
                .iter()
                .any(|row| row["id"] == "dnsmasq" && row["running"] == 1)
        );
        assert_eq!(get("core/system/status").await["metadata"]["system"]["status"], "OK");
        let tags = get("dnsmasq/settings/getTagList").await;
        assert_eq!(tags["interfaces"]["items"][0], json!({"value": "lan", "label": "LAN"}));
        assert_eq!(tags["tags"]["items"], json!([]));
    });
}
