//! What the real ones were asked, and what they answered, once more: record by record, in order.

use std::collections::BTreeMap;
use std::path::PathBuf;

use fake_opnsense::{FakeOpnSense, Lease, Options, Release, User};
use serde_json::Value;

use crate::client::{Client, run};

/// The recorded requests of a release; absent where the fixtures are not beside the repository.
fn records(release: &str) -> Option<Vec<Value>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let root = std::env::var_os("MUSTER_FIXTURES").map_or(beside, PathBuf::from);
    let file = root.join(format!("opnsense/rec-{release}.jsonl"));
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("not replayed: there is no {}", file.display());
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Recorded ids, and ours in their place.
#[derive(Default)]
struct Ids(BTreeMap<String, String>);

impl Ids {
    fn translate(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours))
    }

    /// Learns which of ours stand where theirs do.
    fn learn(&mut self, theirs: &str, ours: &str) {
        for (one, other) in uuids(theirs).into_iter().zip(uuids(ours)) {
            self.0.entry(one).or_insert(other);
        }
    }

    fn learn_all(&mut self, theirs: &Value, ours: &Value) {
        match (theirs, ours) {
            (Value::String(one), Value::String(other)) => self.learn(one, other),
            (Value::Array(these), Value::Array(others)) => {
                these.iter().zip(others).for_each(|(one, other)| self.learn_all(one, other));
            }
            (Value::Object(these), Value::Object(others)) => {
                for (key, one) in these {
                    if let Some(other) = others.get(key) {
                        self.learn_all(one, other);
                    }
                }
            }
            _ => {}
        }
    }
}

fn uuids(text: &str) -> Vec<String> {
    let starts = 0..text.len().saturating_sub(35);
    let parts = starts.filter_map(|at| text.get(at..at + 36));
    let is_one = |part: &&str| {
        part.chars().enumerate().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
    };
    parts.filter(is_one).map(str::to_owned).collect()
}

/// Takes out what is another each time: times, sizes, ids of revisions, process ids, line numbers, where HAProxy lies.
fn without_noise(path: &str, value: &Value) -> Value {
    let mut value = value.clone();
    match path {
        "core/backup/backups/this" => {
            for item in value["items"].as_array_mut().unwrap() {
                for key in ["time", "time_iso", "filesize", "id"] {
                    assert!(item.as_object_mut().unwrap().remove(key).is_some(), "{key} is missing");
                }
                // What made a machine's first revisions is the machine's own.
                if item["username"].as_str().unwrap().starts_with('(') {
                    item["description"] = Value::Null;
                }
            }
        }
        "dnsmasq/leases/search" => {
            value["rows"][0]["expire"] = Value::Null;
            // The real one's device has another name.
            value["rows"][0]["if"] = Value::Null;
        }
        "core/firmware/status" => value["product"]["product_time"] = Value::Null,
        "haproxy/service/configtest" => {
            let lines = value["result"].as_str().unwrap().lines();
            let plain = |line: &str| {
                let line = line.split_once(") : ").map_or(line, |(_, said)| said);
                let line = line.split(" is /").next().unwrap();
                line.split(|c: char| c.is_ascii_digit() || c == ':').collect::<String>()
            };
            value["result"] = lines.map(plain).collect::<Vec<_>>().join("\n").into();
        }
        _ => {}
    }
    value
}

fn replay(release: Release) {
    let Some(records) = records(&release.to_string()) else { return };
    run(async {
        let fake = FakeOpnSense::start(Options::new(release));
        // The real one had given out an address.
        fake.set_leases(vec![Lease {
            expires_secs: 1_795_338_461,
            mac: "52:54:00:aa:bb:77".into(),
            ip: "192.168.1.116".into(),
            name: "*".into(),
            client_id: "*".into(),
            interface: "lan".into(),
        }]);
        let mut wrong = User::root();
        wrong.secret = "wrong".into();
        let [client, nobody, stranger] =
            [Some(User::root()), None, Some(wrong)].map(|user| Client::new(&fake, user));
        let mut ids = Ids::default();
        for (index, record) in records.iter().enumerate() {
            let [method, path] = ["method", "path"].map(|key| record[key].as_str().unwrap());
            // Records do not say whose key it was: the answer does.
            let client = match record["status"].as_u64() {
                Some(302) => &nobody,
                Some(401) => &stranger,
                _ => &client,
            };
            let (our_path, body) = (ids.translate(path), ids.translate(&record["body"].to_string()));
            let reply = match method {
                "GET" => client.get(&our_path).await,
                _ => client.post(&our_path, &serde_json::from_str(&body).unwrap()).await,
            };
            let (theirs, ours) = (&record["response"], reply.json());
            ids.learn_all(theirs, &ours);
            if path == "core/backup/backups/this" {
                let pairs = theirs["items"].as_array().unwrap().iter().zip(ours["items"].as_array().unwrap());
                for (one, other) in pairs {
                    ids.0.insert(one["id"].as_str().unwrap().into(), other["id"].as_str().unwrap().into());
                }
            }
            let theirs: Value =
                serde_json::from_str(&ids.translate(&without_noise(path, theirs).to_string())).unwrap();
            let at = format!("record {} of {release}: {method} {path} {}", index + 1, record["body"]);
            assert_eq!(u64::from(reply.status), record["status"].as_u64().unwrap(), "{at}: {}", reply.text);
            assert_eq!(without_noise(path, &ours), theirs, "{at}");
        }
    });
}

#[test]
fn what_25_7_11_answered() {
    replay(Release::V25_7_11);
}

#[test]
fn what_26_1_11_answered() {
    replay(Release::V26_1_11);
}
