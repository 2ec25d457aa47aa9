//! Models: what is checked, what is shown, what refers to what.

use fake_opnsense::{FakeOpnSense, Options, Release};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Client, run};

const ID: &str = "0f0e0d0c-0b0a-5908-8706-050403020100";

#[test]
fn a_set_of_an_unknown_uuid_makes_the_item_with_it() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let path = format!("dnsmasq/settings/setTag/{ID}");
        assert_eq!(
            client.post(&path, &json!({"tag": {"tag": "efi64"}})).await.json(),
            json!({"result": "saved"})
        );
        assert_eq!(fake.rows("dnsmasq.dhcp_tags")[0].uuid, Some(ID.parse::<Uuid>().unwrap()));
        for wrong in ["nonsense", "0f0e0d0c0b0a59088706050403020100"] {
            let reply =
                client.post(&format!("dnsmasq/settings/setTag/{wrong}"), &json!({"tag": {"tag": "x"}})).await;
            assert_eq!(reply.json(), json!({"result": "failed"}), "{wrong}");
        }
        // A set changes what is posted, checks all, and keeps the place.
        let boot = |fields: Value| json!({"boot": fields});
        for name in ["a", "b"] {
            client
                .post("dnsmasq/settings/addBoot", &boot(json!({"filename": name, "description": name})))
                .await;
        }
        let first = fake.rows("dnsmasq.dhcp_boot")[0].uuid.unwrap();
        client.post(&format!("dnsmasq/settings/set_boot/{first}"), &boot(json!({"servername": "s"}))).await;
        let reply =
            client.post(&format!("dnsmasq/settings/setBoot/{first}"), &boot(json!({"filename": ""}))).await;
        assert_eq!(reply.json()["validations"], json!({"boot.filename": "A value is required."}));
        let rows = fake.rows("dnsmasq.dhcp_boot");
        let shown: Vec<_> = rows.iter().map(|row| (row.field("filename"), row.field("servername"))).collect();
        assert_eq!(shown, [("a", "s"), ("b", "")]);
    });
}

#[test]
fn each_model_says_what_it_does_not_take() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        client.post(&format!("dnsmasq/settings/setTag/{ID}"), &json!({"tag": {"tag": "t"}})).await;
        let rule = json!({"source_net": "nowhere", "protocol": "XYZ", "destination_port": "70000", "interface": "opt9"});
        for (path, root, item, fields) in [
            ("dnsmasq/settings/addTag", "tag", json!({"tag": "a b"}), vec!["tag"]),
            (
                "dnsmasq/settings/addHost",
                "host",
                json!({"host": "a.b", "ip": "1.2.3.4", "hwaddr": "x"}),
                vec!["host", "hwaddr"],
            ),
            (
                "dnsmasq/settings/addHost",
                "host",
                json!({"host": "a", "ip": "1.2.3.4,1.2.3.5", "hwaddr": "52:54:00:00:00:01"}),
                vec!["ip"],
            ),
            ("dnsmasq/settings/addHost", "host", json!({"host": "a"}), vec!["host", "ip"]),
            (
                "dnsmasq/settings/addHost",
                "host",
                json!({"host": "*", "ip": "1.2.3.4", "hwaddr": "52:54:00:00:00:01"}),
                vec!["host"],
            ),
            ("dnsmasq/settings/addRange", "range", json!({"start_addr": "1.2.3.4"}), vec!["end_addr"]),
            (
                "dnsmasq/settings/addRange",
                "range",
                json!({"start_addr": "x", "end_addr": "1.2.3.4", "interface": "opt7"}),
                vec!["interface", "start_addr"],
            ),
            (
                "dnsmasq/settings/addRange",
                "range",
                json!({"start_addr": "1.2.3.4", "end_addr": "1.2.3.9", "lease_time": "1h"}),
                vec!["lease_time"],
            ),
            (
                "dnsmasq/settings/addOption",
                "option",
                json!({"type": "match", "option": "93"}),
                vec!["set_tag"],
            ),
            ("dnsmasq/settings/addOption", "option", json!({"type": "set"}), vec!["option"]),
            ("dnsmasq/settings/addOption", "option", json!({"type": "set", "option": "300"}), vec!["option"]),
            (
                "dnsmasq/settings/addBoot",
                "boot",
                json!({"tag": "11111111-2222-4333-8444-555555555555", "filename": "x"}),
                vec!["tag"],
            ),
            (
                "unbound/settings/addHostOverride",
                "host",
                json!({"hostname": "a", "domain": "b_c"}),
                vec!["domain", "server"],
            ),
            (
                "unbound/settings/addHostAlias",
                "alias",
                json!({"host": ID}),
                vec!["domain", "host", "hostname"],
            ),
            (
                "haproxy/settings/addServer",
                "server",
                json!({"name": "a b", "port": "0"}),
                vec!["name", "port"],
            ),
            (
                "haproxy/settings/addBackend",
                "backend",
                json!({"name": "b", "linkedServers": ID}),
                vec!["linkedServers"],
            ),
            ("haproxy/settings/addFrontend", "frontend", json!({"name": "f"}), vec!["bind"]),
            (
                "firewall/filter/addRule",
                "rule",
                rule,
                vec!["destination_port", "interface", "protocol", "source_net"],
            ),
            (
                "firewall/filter/addRule",
                "rule",
                json!({"destination_port": "80", "destination_net": "::1", "source_net": "any,lan", "interfacenot": "1"}),
                vec!["destination_net", "destination_port", "interfacenot", "source_net"],
            ),
            ("firewall/alias/addItem", "alias", json!({"name": "1a", "type": "host"}), vec!["name"]),
        ] {
            let reply = client.post(path, &json!({root: item})).await;
            let said = reply.json();
            let keys: Vec<&String> =
                said["validations"].as_object().map(|said| said.keys().collect()).unwrap_or_default();
            let wanted: Vec<String> = fields.iter().map(|field| format!("{root}.{field}")).collect();
            assert_eq!((reply.status, keys), (200, wanted.iter().collect()), "{path} {item}: {said}");
        }
    });
}

#[test]
fn what_is_foolish_and_taken_all_the_same() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let host =
            |name: &str, ip: &str| json!({"host": {"host": name, "ip": ip, "hwaddr": "52:54:00:00:00:01"}});
        for (path, item) in [
            ("dnsmasq/settings/addHost", host("a", "10.1.1.1")),
            ("dnsmasq/settings/addHost", host("a", "10.1.1.2")),
            ("dnsmasq/settings/addRange", json!({"range": {"start_addr": "9.9.9.9", "end_addr": "1.1.1.1"}})),
            ("dnsmasq/settings/addBoot", json!({"boot": {"filename": "a,b", "address": "not an address"}})),
            ("haproxy/settings/addFrontend", json!({"frontend": {"name": "f", "bind": "complete nonsense"}})),
        ] {
            let reply = client.post(path, &item).await;
            assert_eq!(reply.json()["result"], "saved", "{path} {item}: {}", reply.text);
        }
    });
}

#[test]
fn a_blank_item_shows_the_schema() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let server = client.get("haproxy/settings/getServer").await.json()["server"].clone();
        assert_eq!(server["sslVerify"], "1");
        let mode = json!({"": {"value": "None", "selected": 0}, "active": {"value": "active [default]", "selected": 1},
            "backup": {"value": "backup", "selected": 0}, "disabled": {"value": "disabled", "selected": 0}});
        assert_eq!(server["mode"], mode);
        let boot = client.get("dnsmasq/settings/getBoot").await.json()["boot"].clone();
        assert_eq!((&boot["tag"], &boot["filename"]), (&json!([]), &json!("")));
        assert_eq!(boot["interface"]["opt1"], json!({"value": "servers", "selected": 0}));
        assert_eq!(boot["interface"][""], json!({"value": "Any", "selected": 1}));
        let all = client.get("dnsmasq/settings/get").await.json()["dnsmasq"].clone();
        assert_eq!((&all["hosts"], &all["dns_port"]), (&json!([]), &json!("53053")));
        assert_eq!((&all["dhcp"]["this_domain"], &all["dhcp"]["fqdn"]), (&json!("internal"), &json!("1")));
        let range = fake.rows("dnsmasq.dhcp_ranges")[0].uuid.unwrap().to_string();
        assert_eq!(all["dhcp_ranges"][&range]["start_addr"], "192.168.1.100");
        assert_eq!(client.get(&format!("dnsmasq/settings/getRange/{ID}")).await.json(), json!([]));
    });
}

#[test]
fn what_is_in_use_stays() {
    run(async {
        for (release, title) in [
            (Release::V25_7_11, "Item in use by".to_owned()),
            (Release::V26_1_11, format!("Item dhcp_tags {{{ID}}} in use by:")),
        ] {
            let fake = FakeOpnSense::start(Options::new(release));
            let client = Client::root(&fake);
            client.post(&format!("dnsmasq/settings/setTag/{ID}"), &json!({"tag": {"tag": "t"}})).await;
            let boot = json!({"boot": {"tag": ID, "filename": "x", "description": "mine"}});
            let boot = client.post("dnsmasq/settings/addBoot", &boot).await.json()["uuid"]
                .as_str()
                .unwrap()
                .to_owned();
            let reply = client.post(&format!("dnsmasq/settings/delTag/{ID}"), &json!({})).await;
            let message = format!("dnsmasq - mine {{dnsmasq.dhcp_boot.{boot}}}\n");
            assert_eq!(
                (reply.status, reply.json()),
                (500, json!({"errorMessage": message, "errorTitle": title}))
            );
            client.post(&format!("dnsmasq/settings/delBoot/{boot}"), &json!({})).await;
            let reply = client.post(&format!("dnsmasq/settings/delTag/{ID}"), &json!({})).await;
            assert_eq!(reply.json(), json!({"result": "deleted"}));
        }
    });
}

#[test]
fn several_are_deleted_at_once_since_26_1_3() {
    run(async {
        for (release, left) in [(Release(26, 1, 2), 2), (Release(26, 1, 3), 0)] {
            let fake = FakeOpnSense::start(Options::new(release));
            let client = Client::root(&fake);
            for name in ["a", "b"] {
                client.post("dnsmasq/settings/addTag", &json!({"tag": {"tag": name}})).await;
            }
            let ids: Vec<String> =
                fake.rows("dnsmasq.dhcp_tags").iter().map(|row| row.uuid.unwrap().to_string()).collect();
            let revisions = fake.revisions().len();
            client.post(&format!("dnsmasq/settings/delTag/{}", ids.join(",")), &json!({})).await;
            assert_eq!(fake.rows("dnsmasq.dhcp_tags").len(), left, "{release}");
            assert_eq!(fake.revisions().len(), revisions + usize::from(left == 0));
        }
    });
}
