//! Searching tables, and what their rows hold.

use fake_opnsense::{FakeOpnSense, Options, Release};
use serde_json::{Value, json};

use crate::client::{Client, run};

const ID: &str = "0f0e0d0c-0b0a-5908-8706-050403020100";

async fn names(client: &Client, path: &str, field: &str, asked: Value) -> Vec<String> {
    let rows = client.post(path, &asked).await.json();
    rows["rows"].as_array().unwrap().iter().map(|row| row[field].as_str().unwrap_or("-").to_owned()).collect()
}

#[test]
fn rows_are_found_sorted_and_cut() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        client.post(&format!("dnsmasq/settings/setTag/{ID}"), &json!({"tag": {"tag": "bios"}})).await;
        for (name, ip, tag) in
            [("n10", "192.168.1.10", ""), ("n9", "192.168.1.9", ID), ("other", "10.0.0.1", "")]
        {
            let host = json!({"host": {"host": name, "ip": ip, "set_tag": tag, "hwaddr": format!("52:54:00:00:00:{:02}", name.len())}});
            client.post("dnsmasq/settings/addHost", &host).await;
        }
        let path = "dnsmasq/settings/searchHost";
        for (asked, found) in [
            (Value::Null, vec!["n10", "n9", "other"]),
            (json!({"searchPhrase": "192.168"}), vec!["n10", "n9"]),
            (json!({"searchPhrase": "N1 168.1.10"}), vec!["n10"]),
            (json!({"searchPhrase": "bios"}), vec!["n9"]),
            (json!({"sort": {"host": "asc"}}), vec!["n9", "n10", "other"]),
            (json!({"sort": {"host": "desc"}}), vec!["other", "n10", "n9"]),
            (json!({"rowCount": 2, "current": 2}), vec!["other"]),
            (json!({"rowCount": -1, "current": 1}), vec!["n10", "n9", "other"]),
            (json!({"tags": [ID]}), vec!["n9"]),
            (json!({"tags": ["lan"]}), vec![]),
        ] {
            assert_eq!(names(&client, path, "host", asked.clone()).await, found, "{asked}");
        }
        let get = client.get("dnsmasq/settings/searchHost?searchPhrase=other&rowCount=1").await.json();
        assert_eq!((&get["total"], &get["rows"][0]["host"]), (&json!(1), &json!("other")));
    });
}

#[test]
fn rows_hold_values_since_25_7_and_names_before() {
    run(async {
        for (release, tag, label) in
            [(Release::V25_1_12, json!("bios"), Value::Null), (Release::V25_7_11, json!(ID), json!("bios"))]
        {
            let fake = FakeOpnSense::start(Options::new(release));
            let client = Client::root(&fake);
            client.post(&format!("dnsmasq/settings/setTag/{ID}"), &json!({"tag": {"tag": "bios"}})).await;
            let option = json!({"option": {"type": "match", "option": "93", "value": "0", "set_tag": ID}});
            client.post("dnsmasq/settings/addOption", &option).await;
            let row = client.get("dnsmasq/settings/searchOption").await.json()["rows"][0].clone();
            assert_eq!((&row["set_tag"], &row["%set_tag"]), (&tag, &label), "{release}");
            if release == Release::V25_1_12 {
                assert_eq!((&row["option"], &row["interface"]), (&json!("client-arch [93]"), &json!("Any")));
                let range = client.get("dnsmasq/settings/searchRange").await.json()["rows"][0].clone();
                assert_eq!((&range["interface"], &range["set_tag"]), (&json!("LAN"), &json!("None")));
                let host = client.get("dnsmasq/settings/getHost").await.json();
                assert_eq!(host["host"].get("cnames"), None);
            } else {
                assert_eq!((&row["option"], &row["%option"]), (&json!("93"), &json!("client-arch [93]")));
                assert_eq!(row.get("%interface"), None);
            }
        }
    });
}

#[test]
fn what_was_written_by_hand_has_another_uuid_at_each_reading() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        fake.human("root", |desk| {
            desk.by_hand(|config| {
                config.add("dnsmasq.dhcp_tags", Release::V26_1_11, &[("tag", "byhand")]);
                config.tables.get_mut("dnsmasq.dhcp_tags").unwrap()[0].uuid = None;
            });
        });
        let path = "dnsmasq/settings/searchTag";
        let seen = |reply: Value| reply["rows"][0]["uuid"].clone();
        assert_ne!(seen(client.get(path).await.json()), seen(client.get(path).await.json()));
        client.post("unbound/settings/set", &json!({})).await;
        assert_eq!(seen(client.get(path).await.json()), seen(client.get(path).await.json()));
    });
}

#[test]
fn an_option_to_set_has_no_tag_and_one_to_look_for_no_condition() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        client.post(&format!("dnsmasq/settings/setTag/{ID}"), &json!({"tag": {"tag": "bios"}})).await;
        for kind in ["set", "match"] {
            let option = json!({"option": {"type": kind, "option": "60", "value": "HTTPClient", "tag": ID, "set_tag": ID, "interface": "lan", "force": "1"}});
            client.post("dnsmasq/settings/addOption", &option).await;
        }
        let rows = fake.rows("dnsmasq.dhcp_options");
        let shown: Vec<[&str; 4]> = rows
            .iter()
            .map(|row| ["tag", "set_tag", "interface", "force"].map(|name| row.field(name)))
            .collect();
        assert_eq!(shown, [[ID, "", "lan", "1"], ["", ID, "", "0"]]);
    });
}
