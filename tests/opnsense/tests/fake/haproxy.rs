//! HAProxy: what is saved, what is tested, and what runs.

use fake_opnsense::{FakeOpnSense, Options};
use serde_json::{Value, json};

use crate::client::{Client, run};

async fn add(client: &Client, what: &str, item: Value) -> String {
    let root = what.to_lowercase();
    let reply = client.post(&format!("haproxy/settings/add{what}"), &json!({root: item})).await;
    reply.json()["uuid"].as_str().unwrap_or_else(|| panic!("{}", reply.text)).to_owned()
}

async fn site(client: &Client, bind: &str) -> [String; 3] {
    let server = add(
        client,
        "Server",
        json!({"name": "cp0", "address": "192.168.1.20", "port": "6443", "sslVerify": "0"}),
    )
    .await;
    let check = json!({"name": "readyz", "type": "http", "ssl": "ssl", "http_method": "get", "http_uri": "/readyz", "http_version": "http11"});
    let check = add(client, "Healthcheck", check).await;
    let backend = json!({"name": "be_api", "mode": "tcp", "algorithm": "roundrobin", "linkedServers": server, "healthCheck": check, "persistence": ""});
    let backend = add(client, "Backend", backend).await;
    add(
        client,
        "Frontend",
        json!({"name": "fe_api", "bind": bind, "mode": "tcp", "defaultBackend": backend}),
    )
    .await;
    client.post("haproxy/settings/set", &json!({"haproxy": {"general": {"enabled": "1"}}})).await;
    [server, check, backend]
}

async fn status(client: &Client) -> Value {
    client.get("haproxy/service/status").await.json()["status"].clone()
}

async fn diff(client: &Client) -> String {
    client.get("haproxy/export/diff").await.json()["response"].as_str().unwrap().to_owned()
}

#[test]
fn duplicate_names_are_saved_and_the_old_file_runs_on_behind_an_ok() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        assert_eq!(status(&client).await, "disabled");
        let [server, ..] = site(&client, "192.168.1.1:6443").await;
        assert_eq!(status(&client).await, "stopped");
        let test = client.get("haproxy/service/configtest").await.json();
        assert_eq!(test["result"].as_str().unwrap().trim(), "");
        assert!(diff(&client).await.contains("+frontend fe_api"));
        client.post("haproxy/service/reconfigure", &json!({})).await;
        assert_eq!((status(&client).await, diff(&client).await.as_str()), (json!("running"), "\n\n"));
        let before = fake.haproxy_file();
        assert!(
            before.contains("server cp0 192.168.1.20:6443 check inter 2s check-ssl verify none"),
            "{before}"
        );
        let twin =
            add(&client, "Backend", json!({"name": "be_api", "mode": "tcp", "linkedServers": server})).await;
        let test = client.get("haproxy/service/configtest").await.json();
        assert!(test["result"].as_str().unwrap().contains("[ALERT]"), "{test}");
        let reply = client.post("haproxy/service/reconfigure", &json!({})).await;
        assert_eq!(reply.json(), json!({"status": "ok"}));
        assert_eq!((status(&client).await, fake.haproxy_file()), (json!("running"), before));
        assert!(diff(&client).await.contains("+    # health checking is DISABLED"));
        client.post(&format!("haproxy/settings/delBackend/{twin}"), &json!({})).await;
        assert_eq!(diff(&client).await, "\n\n");
        let reply = client.post(&format!("haproxy/settings/delServer/{server}"), &json!({})).await;
        assert_eq!(reply.status, 500);
        assert!(
            reply.json()["errorMessage"]
                .as_str()
                .unwrap()
                .starts_with("HAProxy - be_api {HAProxy.backends.backend.")
        );
    });
}

#[test]
fn what_the_plugin_takes_and_haproxy_does_not() {
    run(async {
        for (what, item) in [
            ("Frontend", json!({"name": "f", "bind": "nonsense", "mode": "tcp"})),
            ("Frontend", json!({"name": "fe_api", "bind": "192.168.1.1:80", "mode": "tcp"})),
            (
                "Frontend",
                json!({"name": "f", "bind": "192.168.1.1:99", "mode": "tcp", "tuning_timeoutClient": "1 hour"}),
            ),
        ] {
            let fake = FakeOpnSense::start(Options::default());
            let client = Client::root(&fake);
            site(&client, "192.168.1.1:6443").await;
            add(&client, what, item.clone()).await;
            let test = client.get("haproxy/service/configtest").await.json();
            assert_eq!(
                test["result"].as_str().unwrap().contains("[ALERT]"),
                !item["tuning_timeoutClient"].is_string(),
                "{item}"
            );
        }
    });
}

#[test]
fn addresses_and_ports_that_it_cannot_have() {
    run(async {
        for (bind, state) in [
            ("192.168.1.1:6443", "running"),
            ("192.168.1.10:443", "running"),
            ("192.168.1.1:443", "stopped"),
            ("192.168.1.1:80", "stopped"),
            ("192.168.1.99:6443", "stopped"),
        ] {
            let mut options = Options::default();
            options.site.virtual_ips.push(("lan".into(), "192.168.1.10/32".into(), "okd".into()));
            options.site.web.interfaces.push("lan".into());
            let fake = FakeOpnSense::start(options);
            let client = Client::root(&fake);
            site(&client, bind).await;
            client.post("haproxy/service/reconfigure", &json!({})).await;
            assert_eq!(status(&client).await, state, "{bind}");
        }
    });
}
