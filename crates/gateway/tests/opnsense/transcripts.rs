//! What goes over the wire is what real OPNsenses were asked, and what they answered is understood.
//!
//! The transcripts were recorded with `addX`; the adapter writes `setX` with an id of its own, which has the same body and the
//! same answers. What was not recorded, reading back such an object, is answered with what was posted.

use std::path::PathBuf;
use std::sync::Mutex;

use gateway::{Action, Change, Fields, Gateway as _, GatewayError, Kind, Service, ServiceState};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{Asked, Reply, SECRET, Server, ok};

/// The transcripts of a release. Where there are none, one line says so; where they were named and are not there, that is an
/// error.
fn transcript(release: &str) -> Option<Vec<Value>> {
    let named = std::env::var_os("MUSTER_FIXTURES").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let file = named.clone().unwrap_or(beside).join(format!("opnsense/rec-{release}.jsonl"));
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()),
        Err(error) => {
            assert!(named.is_none(), "MUSTER_FIXTURES has no {}: {error}", file.display());
            println!("no transcript at {}: nothing was tried", file.display());
            None
        }
    }
}

/// A recorded story, told on from where the last write was.
struct Story {
    entries: Vec<Value>,
    at: usize,
    posted: Vec<(String, Value)>,
}

impl Story {
    fn reply(&mut self, asked: &Asked) -> Reply {
        let body = asked.json();
        let recorded = |entry: &Value, path: &str| {
            let any_body = body.is_null() || body == json!({}) || path.contains("/search");
            let same_body = entry["body"] == body || (entry["body"].is_null() && any_body);
            entry["method"] == *asked.method
                && entry["path"] == path
                && same_body
                && entry["status"] != 302
                && entry["status"] != 401
        };
        let path = as_recorded(&self.entries, asked);
        let found =
            self.entries.iter().skip(self.at).position(|entry| recorded(entry, &path)).map(|on| self.at + on);
        let found = found.or_else(|| self.entries.iter().position(|entry| recorded(entry, &path)));
        if let Some(found) = found {
            let entry = self.entries.get(found).unwrap().clone();
            let writes = asked.method == "POST" && !asked.path.contains("/search");
            if writes {
                self.at = found + 1;
                self.posted.push((asked.path.clone(), body));
            }
            let status = u16::try_from(entry.get("status").unwrap().as_u64().unwrap()).unwrap();
            return Reply::Json(status, entry.get("response").unwrap().clone());
        }
        // What was posted reads back.
        let set = asked.path.replace("settings/get", "settings/set");
        if let Some((_, posted)) = self.posted.iter().rev().find(|(path, _)| *path == set) {
            return ok(posted.clone());
        }
        match asked.path.as_str() {
            "haproxy/export/diff" => ok(json!({"response": "\n\n"})),
            path if path.contains("/search") => {
                ok(json!({"rows": [], "rowCount": 0, "total": 0, "current": 1}))
            }
            "core/backup/download/this" => {
                Reply::Raw(200, vec![], b"<?xml version=\"1.0\"?><opnsense/>".to_vec())
            }
            "dnsmasq/settings/get" => ok(json!({"dnsmasq": {"enable": "1", "hosts": []}})),
            _ => Reply::Json(404, json!({"errorMessage": "Endpoint not found"})),
        }
    }
}

/// `setHost/…` as `addHost`, where it was recorded so.
fn as_recorded(entries: &[Value], asked: &Asked) -> String {
    let there = |path: &str| entries.iter().any(|entry| entry["path"] == path);
    let added = asked.path.rsplit_once('/').map(|(action, _)| action.replace("settings/set", "settings/add"));
    added.filter(|added| !there(&asked.path) && there(added)).unwrap_or_else(|| asked.path.clone())
}

async fn recorded(entries: &[Value]) -> Server {
    let story = Mutex::new(Story { entries: entries.to_vec(), at: 0, posted: Vec::new() });
    Server::start(move |asked| story.lock().unwrap().reply(asked)).await
}

pub(crate) fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub(crate) fn change(action: Action, kind: Kind, id: &str, after: &[(&str, &str)]) -> Change {
    Change {
        service: kind.service(),
        kind,
        id: (!kind.is_settings()).then(|| id.parse().unwrap()),
        name: "one".into(),
        action,
        before: None,
        after: (action != Action::Delete).then(|| fields(after)),
        because: None,
    }
}

const KNOWN: &str = "11111111-2222-4333-8444-555555555555";
const UNKNOWN: &str = "11111111-2222-4333-8444-555555555556";
const OURS: &str = "74738ff5-5367-5958-9aee-98fffdcd1876";

#[tokio::test]
async fn objects_are_written_as_they_were_recorded_and_what_is_wrong_is_said() {
    for release in ["25.7.11", "26.1.11"] {
        let Some(entries) = transcript(release) else { return };
        let server = recorded(&entries).await;
        let client = server.client();
        let tag_in_use: Uuid = {
            let entry = entries.iter().find(|e| e["path"].as_str().unwrap().contains("/delTag/")).unwrap();
            entry["path"].as_str().unwrap().rsplit('/').next().unwrap().parse().unwrap()
        };
        let host = [("host", "node2"), ("ip", "192.168.1.51"), ("hwaddr", "52:54:00:aa:bb:02")];
        client.write(&change(Action::Create, Kind::Reservation, KNOWN, &host)).await.unwrap();
        client.write(&change(Action::Delete, Kind::Reservation, UNKNOWN, &[])).await.unwrap();
        for (wrong, says) in [
            (change(Action::Delete, Kind::Tag, &tag_in_use.to_string(), &[]), "in use by"),
            (
                change(
                    Action::Create,
                    Kind::Reservation,
                    OURS,
                    &[("host", "x"), ("ip", "192.168.1.500"), ("hwaddr", "52:54:00:aa:bb")],
                ),
                "host.hwaddr: Invalid MAC address.; host.ip: Please specify a valid",
            ),
            (
                change(
                    Action::Create,
                    Kind::Reservation,
                    OURS,
                    &[("host", "dup"), ("ip", "192.168.1.50"), ("hwaddr", "52:54:00:aa:bb:09")],
                ),
                "host.ip: '192.168.1.50' is already used",
            ),
            (
                change(Action::Update, Kind::DnsmasqSettings, "", &[("port", "53")]),
                "dnsmasq.port: Unbound DNS is currently using this port.",
            ),
        ] {
            let error = client.write(&wrong).await.unwrap_err();
            let said = error.to_string();
            assert!(
                matches!(error, GatewayError::Refused { .. }) && said.contains(says),
                "{release}: {said}"
            );
            assert!(said.contains(&format!("{} \"one\" was refused", wrong.kind)), "{said}");
        }
        // Lines of a file must not come in by a value: newer releases see to it themselves.
        let injected =
            client.write(&change(Action::Create, Kind::Boot, OURS, &[("filename", "a\nport=1")])).await;
        assert_eq!(injected.is_err(), release == "26.1.11", "{injected:?}");

        for asked in server.asked() {
            let sent = asked.headers.get("content-type").map(String::as_str);
            assert_eq!(sent, (asked.method == "POST").then_some("application/json"), "{asked:?}");
            assert!(
                asked.headers["authorization"].starts_with("Basic ")
                    && !format!("{asked:?}").contains(SECRET)
            );
            assert!(asked.method == "GET" || asked.headers.contains_key("content-length"), "{asked:?}");
            assert!(asked.method == "GET" || asked.json().is_object(), "an empty body is no JSON: {asked:?}");
        }
        let lines = server.lines();
        assert_eq!(
            lines[..2],
            [
                format!("POST dnsmasq/settings/setHost/{KNOWN}"),
                format!("GET dnsmasq/settings/getHost/{KNOWN}")
            ]
        );
        assert_eq!(
            lines[3],
            format!("GET dnsmasq/settings/getHost/{UNKNOWN}"),
            "what is deleted is looked for"
        );
    }
}

#[tokio::test]
async fn a_value_that_is_saved_and_brings_the_service_down_is_seen_and_reverted() {
    let Some(entries) = transcript("25.7.11") else { return };
    let server = recorded(&entries).await;
    let client = server.client();
    assert_eq!(client.activate(Service::Dnsmasq).await.unwrap(), ServiceState::Running);
    let long_ago =
        gateway::Revision { id: "config-1.xml".into(), by: String::new(), what: String::new(), at_secs: 0 };
    let kept = client.revisions_since(&long_ago).await.unwrap().unwrap();
    let revision = kept.last().unwrap().revision.clone();

    let host =
        [("host", "neg"), ("ip", "192.168.1.52"), ("hwaddr", "52:54:00:aa:bb:03"), ("lease_time", "-5")];
    client.write(&change(Action::Create, Kind::Reservation, OURS, &host)).await.unwrap();
    let error = client.activate(Service::Dnsmasq).await.unwrap_err();
    assert!(matches!(error, GatewayError::Down { service: Service::Dnsmasq, .. }), "{error}");
    assert!(error.to_string().contains("it does not take that"), "{error}");

    client.revert(&revision).await.unwrap();
    assert_eq!(client.activate(Service::Dnsmasq).await.unwrap(), ServiceState::Running);

    // Switched off it is as bad, however "ok" the answer.
    client.write(&change(Action::Update, Kind::DnsmasqSettings, "", &[("enable", "0")])).await.unwrap();
    let error = client.activate(Service::Dnsmasq).await.unwrap_err().to_string();
    assert!(error.contains("switched off"), "{error}");
}

#[tokio::test]
async fn the_load_balancer_is_tried_before_it_is_activated() {
    for release in ["25.7.11", "26.1.11"] {
        let Some(entries) = transcript(release) else { return };
        let server = recorded(&entries).await;
        let client = server.client();
        client
            .write(&change(Action::Update, Kind::HaproxySettings, "", &[("general.enabled", "1")]))
            .await
            .unwrap();
        client.check(Service::Haproxy).await.unwrap();
        assert_eq!(client.activate(Service::Haproxy).await.unwrap(), ServiceState::Running);
        assert!(server.lines().contains(&"GET haproxy/export/diff".to_owned()), "ok is not believed");
    }
}

#[tokio::test]
async fn a_release_and_its_rows_are_read() {
    for release in ["25.7.11", "26.1.11"] {
        let Some(entries) = transcript(release) else { return };
        let server = recorded(&entries).await;
        let reading = server.client().read(&[Service::Dnsmasq]).await.unwrap();
        assert_eq!(reading.facts.version, release);
        let ranges: Vec<_> = reading.of(Kind::Range).collect();
        let rows = entries.iter().find(|entry| entry["path"] == "dnsmasq/settings/searchRange").unwrap();
        let rows = rows["response"]["rows"].as_array().unwrap();
        let starts: Vec<&str> = rows.iter().map(|row| row["start_addr"].as_str().unwrap()).collect();
        assert_eq!(ranges.iter().map(|range| range.field("start_addr")).collect::<Vec<_>>(), starts);
        assert!(!ranges.is_empty() && ranges.iter().all(|range| range.field("interface") == "lan"));
        assert!(ranges.iter().all(|range| range.id.is_some() && !range.fields.contains_key("%interface")));
        let newest = reading.revision.unwrap();
        assert!(newest.id.starts_with("config-17952") && newest.by == "root@127.0.0.1", "{newest:?}");
        let kept = server.client().revisions_since(&newest).await.unwrap().unwrap();
        assert_eq!(kept, []);
        assert_eq!(reading.facts.unapplied[&Service::Dnsmasq].len(), 1, "{:?}", reading.facts.unapplied);
    }
}

#[tokio::test]
async fn without_a_key_or_with_a_wrong_one_it_says_what_to_do() {
    let Some(entries) = transcript("26.1.11") else { return };
    for (status, says) in [(302, "asks for a login"), (401, "System › Access › Users")] {
        let entry = entries.iter().find(|entry| entry["status"] == status).unwrap().clone();
        let server = Server::start(move |_| match &entry["response"] {
            Value::String(_) => Reply::Raw(status, vec![("location", "/?url=/api/dnsmasq".into())], vec![]),
            response => Reply::Json(status, response.clone()),
        });
        let server = server.await;
        let error = server.client().read(&[Service::Dnsmasq]).await.unwrap_err();
        assert!(
            matches!(error, GatewayError::NotAuthorised { .. }) && error.to_string().contains(says),
            "{error}"
        );
        assert_eq!(server.asked().len(), 1, "no redirect is followed");
    }
}
