//! A firewall that misbehaves, or something in between.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use gateway::opnsense::{Credential, CredentialSource};
use gateway::{Action, Gateway as _, GatewayError, Kind, Service, ServiceState};
use serde_json::{Value, json};

use crate::server::{Asked, Reply, SECRET, Server, ok};
use crate::transcripts::change;

const OURS: &str = "74738ff5-5367-5958-9aee-98fffdcd1876";

fn boot() -> gateway::Change {
    change(Action::Create, Kind::Boot, OURS, &[("filename", "ipxe.efi"), ("servername", "muster")])
}

/// Answers a write as `lost` says, by how many came before it: `true` forgets it, though it is answered.
async fn forgetful(lost: impl Fn(usize) -> bool + Send + Sync + 'static, silent: bool) -> Server {
    let (kept, count) = (Mutex::new(Value::Null), AtomicUsize::new(0));
    Server::start(move |asked: &Asked| {
        if asked.method == "GET" {
            let kept = kept.lock().unwrap().clone();
            return ok(if kept.is_null() { json!([]) } else { kept });
        }
        if !lost(count.fetch_add(1, Ordering::SeqCst)) {
            let deleted = asked.path.contains("/del");
            *kept.lock().unwrap() = if deleted { Value::Null } else { asked.json() };
        }
        if silent { Reply::Silence } else { ok(json!({"result": "saved"})) }
    })
    .await
}

#[tokio::test]
async fn a_lost_update_is_written_once_more() {
    let server = forgetful(|count| count == 0, false).await;
    server.client().write(&boot()).await.unwrap();
    assert_eq!(server.asked().iter().filter(|asked| asked.method == "POST").count(), 2);
}

#[tokio::test]
async fn an_update_that_is_lost_each_time_is_an_error() {
    let server = forgetful(|_| true, false).await;
    let error = server.client().write(&boot()).await.unwrap_err();
    assert!(matches!(error, GatewayError::NotAsWritten { .. }), "{error}");
    assert_eq!(error.to_string(), "boot \"one\" was saved and reads back differently: it is not there");
    let server = forgetful(|count| count == 1, false).await;
    let gone = change(Action::Delete, Kind::Boot, OURS, &[]);
    server.client().write(&gone).await.unwrap();
}

#[tokio::test]
async fn a_field_that_is_not_known_there_looks_saved_and_is_not() {
    let server = Server::start(|asked| match asked.method.as_str() {
        "POST" => ok(json!({"result": "saved"})),
        _ => ok(json!({"boot": {"filename": "ipxe.efi", "servername": "muster"}})),
    });
    let server = server.await;
    let mut misspelt = boot();
    misspelt.after.as_mut().unwrap().insert("serverame".into(), "muster".into());
    let error = server.client().write(&misspelt).await.unwrap_err().to_string();
    assert!(error.ends_with("serverame is no field that is known there"), "{error}");
}

#[tokio::test]
async fn a_write_without_an_answer_is_decided_by_reading_back() {
    // Done, and nobody said so.
    let server = forgetful(|_| false, true).await;
    server.impatient().write(&boot()).await.unwrap();
    assert_eq!(server.lines().len(), 2);
    // Neither said nor done, and done at the second time.
    let server = forgetful(|count| count == 0, true).await;
    server.impatient().write(&boot()).await.unwrap();
    // Not even the reading back is answered: what is not known is said.
    let server = Server::start(|_| Reply::Silence).await;
    let error = server.impatient().write(&boot()).await.unwrap_err();
    let what = format!("POST dnsmasq/settings/setBoot/{OURS}");
    assert!(matches!(&error, GatewayError::Timeout { what: asked, .. } if *asked == what), "{error}");
    assert!(error.to_string().contains("it may have been done"), "{error}");
}

#[tokio::test]
async fn a_read_without_an_answer_changed_nothing() {
    let server = Server::start(|_| Reply::Silence).await;
    let error = server.impatient().read(&[Service::Dnsmasq]).await.unwrap_err();
    assert!(matches!(error, GatewayError::Unreachable { .. }), "{error}");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = Server::start(|_| Reply::Silence).await.at(&format!("http://{nobody}"));
    let error = nobody.client().backup().await.unwrap_err().to_string();
    assert!(error.contains("refused") && !error.contains(SECRET), "{error}");
}

#[tokio::test]
async fn moving_an_object_puts_it_at_the_end() {
    let server = forgetful(|_| false, false).await;
    let moved = gateway::Change { action: Action::Move, ..boot() };
    server.client().write(&moved).await.unwrap();
    let actions: Vec<String> =
        server.lines().iter().map(|line| line.replace(&format!("/{OURS}"), "")).collect();
    assert_eq!(
        actions,
        [
            "POST dnsmasq/settings/delBoot",
            "GET dnsmasq/settings/getBoot",
            "POST dnsmasq/settings/setBoot",
            "GET dnsmasq/settings/getBoot"
        ]
    );
}

#[tokio::test]
async fn an_option_is_never_posted_without_its_type() {
    let kept = json!({"option": {"type": {"set": {"value": "Set", "selected": 0}, "match": {"value": "Match", "selected": 1}}, "value": "9"}});
    let server = Server::start(move |asked| match asked.method.as_str() {
        "POST" if asked.json()["option"]["type"] == "match" => ok(json!({"result": "saved"})),
        "POST" => Reply::Json(500, json!({"errorMessage": "Unexpected error, check log for details"})),
        _ => ok(kept.clone()),
    });
    let server = server.await;
    let value = change(Action::Update, Kind::DhcpOption, OURS, &[("value", "9")]);
    server.client().write(&value).await.unwrap();
}

#[tokio::test]
async fn what_is_too_much_is_not_swallowed() {
    let server = Server::start(|_| Reply::Raw(200, vec![], vec![b' '; 40 << 20])).await;
    let error = server.client().backup().await.unwrap_err().to_string();
    assert!(error.contains("more than 32 MiB"), "{error}");
    let error = server.client().revisions_since(&revision()).await.unwrap_err().to_string();
    assert!(error.contains("more than 16 MiB"), "{error}");
}

fn revision() -> gateway::Revision {
    gateway::Revision { id: "config-1.xml".into(), by: String::new(), what: String::new(), at_secs: 0 }
}

#[tokio::test]
async fn the_key_does_not_follow_a_redirect() {
    let other = Server::start(|_| ok(json!({}))).await;
    let to = other.url.clone();
    let server =
        Server::start(move |_| Reply::Raw(301, vec![("location", format!("{to}/api/x"))], vec![])).await;
    let error = server.client().backup().await.unwrap_err().to_string();
    assert!(error.contains("a redirect to") && error.contains(&other.url), "{error}");
    assert_eq!(other.asked().len(), 0);
}

#[tokio::test]
async fn a_backup_is_a_configuration_or_an_error() {
    for (body, good) in [
        ("<?xml version=\"1.0\"?>\n<opnsense/>", true),
        ("<html>log in</html>", false),
        ("", false),
        ("{}", false),
    ] {
        let server = Server::start(move |_| Reply::Raw(200, vec![], body.as_bytes().to_vec())).await;
        assert_eq!(server.client().backup().await.is_ok(), good, "{body}");
    }
}

#[tokio::test]
async fn only_a_kept_configuration_goes_into_a_url() {
    let server = Server::start(|_| ok(json!({"status": "not_found"}))).await;
    for (id, asked) in [("../../auth/user/add", 0), ("config-1.xml?x", 0), ("config-1.xml", 1)] {
        let error =
            server.client().revert(&gateway::Revision { id: id.into(), ..revision() }).await.unwrap_err();
        assert!(matches!(error, GatewayError::Absent { .. }), "{error}");
        assert_eq!(server.asked().len(), asked);
    }
}

/// The credential as it is set now.
struct Rotated(Mutex<&'static str>);

impl CredentialSource for Rotated {
    fn credential(&self) -> BoxFuture<'_, Result<Credential, GatewayError>> {
        let text = *self.0.lock().unwrap();
        Box::pin(async move {
            Credential::parse(text).map_err(|error| GatewayError::Credential(error.to_string()))
        })
    }
}

#[tokio::test]
async fn a_new_key_is_used_without_a_restart() {
    let server = Server::start(|_| ok(json!({"items": []}))).await;
    let source = Arc::new(Rotated(Mutex::new("a:b")));
    let client = server.client_of(source.clone());
    for text in ["a:b", "c:d"] {
        *source.0.lock().unwrap() = text;
        client.revisions_since(&revision()).await.unwrap();
    }
    *source.0.lock().unwrap() = "no-secret-here";
    let error = client.revisions_since(&revision()).await.unwrap_err().to_string();
    assert!(error.contains("can't be used") && !error.contains("no-secret-here"), "{error}");
    let keys: Vec<String> =
        server.asked().iter().map(|asked| asked.headers["authorization"].clone()).collect();
    assert_eq!(keys, ["Basic YTpi", "Basic Yzpk"]);
}

#[tokio::test]
async fn unbound_may_be_down_for_a_moment_and_haproxy_must_have_taken_it() {
    let looks = AtomicUsize::new(0);
    let server = Server::start(move |asked| match asked.path.as_str() {
        "unbound/service/status" if looks.fetch_add(1, Ordering::SeqCst) < 3 => {
            ok(json!({"status": "stopped"}))
        }
        path if path.ends_with("/status") => ok(json!({"status": "running"})),
        "haproxy/export/diff" => ok(json!({"response": "--- a\n+++ b\n+  user admin password s3cret\n"})),
        "haproxy/service/configtest" => ok(json!({"result": "[ALERT] (1) : Proxy 'a' has the same name\n"})),
        "firewall/filter/apply" => ok(json!({"status": "OK\n\n"})),
        "core/backup/backups/this" => ok(json!({"items": []})),
        _ => ok(json!({"status": "ok"})),
    });
    let server = server.await;
    let client = server.client();
    assert_eq!(client.activate(Service::Unbound).await.unwrap(), ServiceState::Running);
    assert_eq!(client.activate(Service::Firewall).await.unwrap(), ServiceState::Running);
    let error = client.activate(Service::Haproxy).await.unwrap_err().to_string();
    assert!(error.contains("old configuration") && !error.contains("s3cret"), "{error}");
    let error = client.check(Service::Haproxy).await.unwrap_err().to_string();
    assert!(error.contains("[ALERT] (1) : Proxy 'a' has the same name"), "{error}");
    assert!(client.check(Service::Dnsmasq).await.is_ok());
}

#[tokio::test]
async fn a_filter_that_is_not_loaded_is_down() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "core/backup/backups/this" => ok(json!({"items": []})),
        _ => ok(json!({"status": "error in line 7\n"})),
    });
    let error = server.await.client().activate(Service::Firewall).await.unwrap_err().to_string();
    assert_eq!(error, "firewall does not run: loading its rules ended with \"error in line 7\"");
}

#[tokio::test]
async fn a_release_that_can_not_be_read_is_said_and_the_mirror_is_not_asked() {
    for (versions, says) in [
        (json!(["OPNsense banana"]), "\"OPNsense banana\", which is no release"),
        (json!([]), "which is no release"),
        (
            json!(["OPNsense 25.1.6_4-amd64", "FreeBSD"]),
            "OPNsense 25.1.6_4 is too old: Muster needs 25.7 or later",
        ),
    ] {
        let server = Server::start(move |asked| match asked.path.as_str() {
            "diagnostics/system/system_information" => ok(json!({"versions": versions})),
            _ => Reply::Json(404, json!({"errorMessage": "Endpoint not found"})),
        });
        let server = server.await;
        for error in
            [server.client().read(&[]).await.unwrap_err(), server.client().examine(&[]).await.unwrap_err()]
        {
            assert!(error.to_string().contains(says), "{error}");
        }
        assert!(
            server.lines().iter().all(|line| line != "POST core/firmware/status"),
            "{:?}",
            server.lines()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_go_one_after_the_other() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = most.clone();
    let server = Server::start(move |asked| {
        if asked.method == "GET" {
            now.fetch_sub(1, Ordering::SeqCst);
            return ok(json!({"boot": {"filename": "ipxe.efi", "servername": "muster"}}));
        }
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        ok(json!({"result": "saved"}))
    });
    let client = server.await.client();
    let change = boot();
    futures_util::future::try_join_all((0..8).map(|_| client.write(&change))).await.unwrap();
    assert_eq!(seen.load(Ordering::SeqCst), 1, "a write begins when the one before was read back");
}
