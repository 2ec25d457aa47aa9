//! The history of the configuration, and the file itself.

use fake_opnsense::{FakeOpnSense, Options, User};
use serde_json::{Value, json};

use crate::client::{Client, run};

async fn list(client: &Client) -> Vec<Value> {
    client.get("core/backup/backups/this").await.json()["items"].as_array().unwrap().clone()
}

#[test]
fn each_save_is_a_revision_with_who_and_what() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::new(&fake, Some(User::muster()));
        let begun = list(&client).await.len();
        for _ in 0..3 {
            client.post("dnsmasq/settings/set", &json!({"wrong": {}})).await;
        }
        client.post("dnsmasq/settings/addTag", &json!({"tag": {}})).await;
        client.post("dnsmasq/service/reconfigure", &json!({})).await;
        fake.human("anna", |desk| desk.post("unbound/settings/set", &json!({})));
        let items = list(&client).await;
        assert_eq!(items.len(), begun + 4, "what is refused or applied is no revision");
        let who: Vec<_> = items[..2].iter().map(|item| item["username"].as_str().unwrap()).collect();
        assert_eq!(who, ["anna@192.168.1.77", "muster@127.0.0.1"]);
        assert_eq!(items[1]["description"], "/api/dnsmasq/settings/set made changes");
        let mut ids: Vec<_> = items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        ids.dedup();
        assert_eq!(ids.len(), items.len());
        assert!(ids[0].starts_with("config-") && ids[0].ends_with(".xml"));
        let reply = client.post(&format!("core/backup/deleteBackup/{}", ids[3]), &json!({})).await;
        assert_eq!((reply.json(), list(&client).await.len()), (json!({"status": "deleted"}), begun + 3));
        let lines = client.get(&format!("core/backup/diff/this/{}/{}", ids[0], ids[1])).await.json();
        assert!(
            lines["items"].as_array().unwrap().iter().any(|line| line.as_str().unwrap().contains("anna@"))
        );
        assert_eq!(
            client.get("core/backup/providers").await.json()["items"]["this"]["dirname"],
            "/conf/backup"
        );
    });
}

#[test]
fn a_hundred_are_kept() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        fake.human("anna", |desk| {
            for _ in 0..120 {
                desk.post("unbound/settings/set", &json!({}));
            }
        });
        assert_eq!(list(&Client::root(&fake)).await.len(), 100);
    });
}

#[test]
fn a_way_back_takes_everything_along_and_applies_nothing() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let before = list(&client).await[0]["id"].as_str().unwrap().to_owned();
        client.post("dnsmasq/settings/addBoot", &json!({"boot": {"filename": "x"}})).await;
        fake.human("anna", |desk| desk.post("dnsmasq/settings/addTag", &json!({"tag": {"tag": "hers"}})));
        client.post("dnsmasq/service/reconfigure", &json!({})).await;
        let reply = client.post(&format!("core/backup/revertBackup/{before}"), &Value::Null).await;
        assert_eq!(reply.json(), json!({"status": "reverted"}));
        assert!(fake.rows("dnsmasq.dhcp_tags").is_empty() && fake.rows("dnsmasq.dhcp_boot").is_empty());
        assert!(fake.dnsmasq_file().contains("dhcp-boot=x"));
        let newest = list(&client).await[0]["description"].as_str().unwrap().to_owned();
        assert_eq!(newest, format!("/api/core/backup/revertBackup/{before} made changes"));
        let reply = client.post("core/backup/revertBackup/config-1.xml", &Value::Null).await;
        assert_eq!(reply.json(), json!({"status": "not_found"}));
    });
}

#[test]
fn the_file_is_whole_and_well_formed_and_full_of_secrets() {
    run(async {
        let mut options = Options { ballast_bytes: 2_000_000, ..Options::default() };
        options.site.virtual_ips.push(("lan".into(), "192.168.1.10/32".into(), "okd".into()));
        options.site.kea.push("opt1".into());
        options.site.isc.push("wan".into());
        options.site.web.port = Some(8443);
        let fake = FakeOpnSense::start(options);
        let client = Client::root(&fake);
        let evil = "<\"&'>]]> \u{1} \u{fc}\n--";
        client.post("dnsmasq/settings/addTag", &json!({"tag": {"tag": "t"}})).await;
        client
            .post("dnsmasq/settings/addHost", &json!({"host": {"host": "a", "ip": "1.2.3.4", "descr": evil}}))
            .await;
        let server = json!({"server": {"name": "cp0", "address": "192.168.1.20"}});
        client.post("haproxy/settings/addServer", &server).await;
        let reply = client.get("core/backup/download/this").await;
        assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/octet-stream"));
        assert!(
            reply.headers["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with("attachment; filename=config-OPNsense.internal-")
        );
        assert!(reply.text.len() > 2_000_000);
        let file = roxmltree::Document::parse(&reply.text).unwrap();
        let at = |path: &str| {
            let mut node = file.root_element();
            for name in path.split('/') {
                node = node
                    .children()
                    .find(|child| child.has_tag_name(name))
                    .unwrap_or_else(|| panic!("no {name} of {path}"));
            }
            node
        };
        let text = |path: &str| at(path).text().unwrap_or_default().to_owned();
        assert_eq!(text("system/webgui/port"), "8443");
        assert_eq!(
            (text("interfaces/lan/ipaddr"), text("interfaces/lan/if")),
            ("192.168.1.1".into(), "igc1".into())
        );
        assert_eq!(
            (text("virtualip/vip/subnet"), text("virtualip/vip/interface")),
            ("192.168.1.10".into(), "lan".into())
        );
        assert_eq!(
            (text("OPNsense/Kea/dhcp4/general/enabled"), text("dhcpd/wan/enable")),
            ("1".into(), "1".into())
        );
        assert_eq!(
            (text("dnsmasq/dhcp/fqdn"), text("dnsmasq/hosts/descr")),
            ("1".into(), evil.replace('\u{1}', ""))
        );
        assert_eq!(at("dnsmasq/dhcp_tags").attribute("uuid").unwrap().len(), 36);
        assert_eq!(text("OPNsense/HAProxy/servers/server/name"), "cp0");
        assert_eq!(
            (text("OPNsense/unboundplus/general/enabled"), text("revision/username")),
            ("1".into(), "root@127.0.0.1".into())
        );
        let keys = file.descendants().filter(|node| node.has_tag_name("apikeys")).count();
        assert_eq!(keys, 3);
        assert!(
            text("system/user/apikeys").contains("|$6$$")
                && text("system/user/password").starts_with("$2y$11$")
        );
        let old = fake.revisions()[3].id.clone();
        let reply = client.get(&format!("core/backup/download/this/{old}")).await;
        assert!(!reply.text.contains("dhcp_tags uuid"));
        assert_eq!(client.get("core/backup/download/this/config-1.xml").await.text, "");
    });
}
