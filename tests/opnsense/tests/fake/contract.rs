//! HTTP as OPNsense speaks it: who may, what is read, what is answered.

use fake_opnsense::{FakeOpnSense, Options, Release, User};
use serde_json::{Value, json};

use crate::client::{Client, run};

fn host(number: u8) -> Value {
    json!({"host": {"host": format!("n{number}"), "ip": format!("192.168.1.{number}"), "hwaddr": format!("52:54:00:00:00:{number:02x}")}})
}

#[test]
fn who_asks_is_told_in_three_ways_that_they_may_not() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let nobody = Client::new(&fake, None);
        let reply = nobody.get("dnsmasq/settings/get").await;
        assert_eq!((reply.status, reply.text.as_str()), (302, ""));
        assert_eq!(reply.headers["location"], "/?url=/api/dnsmasq/settings/get");
        let bearer = nobody.request("GET", "core/firmware/status").bearer_auth("abc");
        assert_eq!(Client::try_send(bearer).await.unwrap().status, 401);
        let mut stranger = User::root();
        stranger.key = "wrong".into();
        let reply = Client::new(&fake, Some(stranger)).get("dnsmasq/settings/get").await;
        assert_eq!(reply.json(), json!({"status": 401, "message": "Authentication Failed"}));
        let limited = Client::new(&fake, Some(User::muster()));
        for (path, status) in [
            ("diagnostics/system/system_information", 200),
            ("diagnostics/system/systemInformation", 403),
            ("diagnostics/interface/get_interface_names", 403),
            ("dnsmasq/settings/search_host", 200),
            ("dnsmasq/settings/searchHost", 200),
            ("dnsmasq/settings/nope", 404),
            ("nope/settings/nope", 403),
        ] {
            let reply = limited.get(path).await;
            assert_eq!(reply.status, status, "{path}: {}", reply.text);
        }
        let root = Client::root(&fake);
        for path in ["diagnostics/system/systemInformation", "Dnsmasq/settings/searchHost"] {
            assert_eq!(root.get(path).await.status, 200, "{path}");
        }
        fake.set_users(vec![User::muster()]);
        assert_eq!(root.get("core/firmware/status").await.status, 401);
        let users: Vec<_> = fake.requests().into_iter().filter_map(|one| one.user).collect();
        assert!(users.contains(&"muster".to_owned()) && users.contains(&"root".to_owned()));
    });
}

#[test]
fn whoever_may_only_read_is_refused_when_they_save() {
    run(async {
        for (release, level) in [(Release::V26_1_11, Value::Null), (Release::V26_7_2, json!("error"))] {
            let fake = FakeOpnSense::start(Options::new(release));
            let client = Client::new(&fake, Some(User::read_only()));
            assert_eq!(client.get("dnsmasq/settings/get").await.status, 200);
            let reply = client.post("dnsmasq/settings/addHost", &host(9)).await;
            assert_eq!(reply.status, 500);
            assert!(reply.text.contains("user-config-readonly set"), "{}", reply.text);
            assert_eq!(reply.json()["errorLevel"], level);
            // What is wrong anyway is said first.
            let reply = client.post("dnsmasq/settings/addHost", &json!({"host": {}})).await;
            assert_eq!(reply.json()["result"], "failed");
            assert!(fake.rows("dnsmasq.hosts").is_empty());
            let reply = client.post("core/backup/revertBackup/config-1.xml", &Value::Null).await;
            assert_eq!(reply.status, 500);
        }
    });
}

#[test]
fn a_body_counts_only_in_the_right_words() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let path = "dnsmasq/settings/addHost";
        let posting = |kind: &'static str, body: String| {
            Client::try_send(client.request("POST", path).header("Content-Type", kind).body(body))
        };
        for (number, kind, result) in [
            (1, "application/json", "saved"),
            (2, "application/json; charset=utf-8", "saved"),
            (3, "application/json; charset=utf-16", "failed"),
            (4, "text/plain", "failed"),
        ] {
            let reply = posting(kind, host(number).to_string()).await.unwrap();
            assert_eq!((reply.status, &reply.json()["result"]), (200, &json!(result)), "{kind}");
        }
        let form = "host%5Bhost%5D=f1&host%5Bip%5D=192.168.1.77&host%5Bhwaddr%5D=52:54:00:00:00:77";
        let reply = posting("application/x-www-form-urlencoded", form.into()).await.unwrap();
        assert_eq!(reply.json()["result"], "saved");
        // An empty body is not sent at all unless its length is said.
        let empty = client
            .request("POST", path)
            .header("Content-Type", "application/json")
            .header("Content-Length", "0");
        let reply = Client::try_send(empty).await.unwrap();
        assert_eq!(
            (reply.status, reply.json()),
            (400, json!({"status": 400, "message": "Invalid JSON syntax"}))
        );
        let reply = posting("application/json", "{\"host\":".into()).await.unwrap();
        assert_eq!((reply.status, reply.json()), (200, json!({"result": "failed"})));
    });
}

#[test]
fn a_post_that_does_not_say_how_long_it_is_gets_a_page() {
    use std::io::{Read as _, Write as _};
    let fake = FakeOpnSense::start(Options { tls: false, ..Options::default() });
    let mut socket = std::net::TcpStream::connect(fake.address()).unwrap();
    socket
        .write_all(b"POST /api/dnsmasq/settings/addHost HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 411") && answer.contains("<h1>411 Length Required</h1>"),
        "{answer}"
    );
    assert!(answer.to_lowercase().contains("content-type: text/html"));
}

#[test]
fn wrong_verbs_fail_without_an_error() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        for (method, path, answer) in [
            ("GET", "dnsmasq/settings/addHost", json!({"result": "failed"})),
            ("GET", "dnsmasq/settings/set", json!({"result": "failed"})),
            ("GET", "dnsmasq/service/reconfigure", json!({"status": "failed"})),
            ("GET", "firewall/filter/apply", json!({"status": "error"})),
            ("GET", "core/backup/revertBackup/x", json!({"status": "failed"})),
            ("POST", "unbound/settings/get", json!([])),
        ] {
            let reply = match method {
                "GET" => client.get(path).await,
                _ => client.post(path, &Value::Null).await,
            };
            assert_eq!((reply.status, reply.json()), (200, answer), "{method} {path}");
        }
        for path in
            ["dnsmasq/settings/setHost", "dnsmasq/settings/addMatch", "dnsmasq", "core/backup/download"]
        {
            let reply = client.post(path, &json!({})).await;
            assert_eq!(
                (reply.status, reply.json()),
                (404, json!({"errorMessage": "Endpoint not found"})),
                "{path}"
            );
        }
    });
}

#[test]
fn values_are_texts_and_shapes_that_php_stumbles_over_are_an_error() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let item = json!({"host": {"host": "n1", "ip": "192.168.1.9", "hwaddr": "52:54:00:00:00:09",
            "ignore": true, "local": 300, "lease_time": 60, "descr": null, "no_such_field": "x"}});
        let uuid = client.post("dnsmasq/settings/addHost", &item).await.json()["uuid"].clone();
        let rows = client.post("dnsmasq/settings/searchHost", &json!({})).await.json();
        let row = &rows["rows"][0];
        assert_eq!((&row["uuid"], &row["ignore"], &row["local"]), (&uuid, &json!("1"), &json!("1")));
        assert_eq!(
            (&row["lease_time"], &row["descr"], &row["no_such_field"]),
            (&json!("60"), &json!(""), &Value::Null)
        );
        for body in [json!({"host": {"ip": ["192.168.1.10"]}}), json!({"host": {"host": {"a": "b"}}})] {
            let reply = client.post("dnsmasq/settings/addHost", &body).await;
            let text = "Unexpected error, check log for details";
            assert_eq!((reply.status, reply.json()), (500, json!({"errorMessage": text})));
        }
        let option = json!({"option": {"option": "15", "value": "x"}});
        let path = "dnsmasq/settings/setOption/11111111-2222-4333-8444-555555555555";
        assert_eq!(client.post(path, &option).await.status, 500);
        let reply = client.post("dnsmasq/settings/set", &json!({"dnsmasq": {"dhcp": "x"}})).await;
        assert_eq!(reply.status, 500);
    });
}

#[test]
fn answers_look_like_phps() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let item = json!({"boot": {"filename": "http://x/\u{fc}", "description": "a"}});
        client.post("dnsmasq/settings/addBoot", &item).await;
        let reply = client.get("dnsmasq/settings/searchBoot").await;
        assert!(reply.text.contains(r#""filename":"http:\/\/x\/\u00fc""#), "{}", reply.text);
        assert_eq!(reply.content_type, "application/json; charset=UTF-8");
        assert_eq!(reply.headers.get_all("set-cookie").iter().count(), 2);
        let page = reqwest::Client::builder()
            .tls_backend_preconfigured(pin::client_config(fake.fingerprint().parse().unwrap()).unwrap())
            .build()
            .unwrap()
            .get(fake.url())
            .send()
            .await
            .unwrap();
        assert!(page.text().await.unwrap().contains("Login | OPNsense"));
    });
}
