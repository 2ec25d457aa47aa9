//! `muster serve` where it can't: each time one clear line that names the thing.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::fs::Permissions;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use lab::{Deadline, Place, Process, Scratch};
use muster_tests::programs;
use serde_json::{Value, json};

fn serve(data_dir: &Path) -> Command {
    let mut command = Command::new(programs().unwrap().muster);
    command.arg("serve").arg("--data-dir").arg(data_dir).args(["--tftp-listen", "off"]);
    command
}

/// What it says before it ends badly.
fn refusal(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_port_in_use_is_named_and_nothing_is_touched() {
    let folder = Scratch::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data_dir = folder.path().join("data");
    let said = refusal(serve(&data_dir).args(["--listen", &address, "--listen-tls", "127.0.0.1:0"]));
    assert!(said.contains(&address) && said.contains("another program listens there"), "{said}");
    assert!(!data_dir.join("muster.db").exists());
}

#[test]
fn a_misspelt_key_is_named_with_its_file_and_line() {
    let folder = Scratch::new().unwrap();
    let config = folder.path().join("muster.toml");
    std::fs::write(&config, "[agents]\ninterval_seconds = 5\n").unwrap();
    let said = refusal(serve(folder.path()).arg("--config").arg(&config));
    for names in ["muster.toml", "line 2", "interval_seconds", "interval_secs"] {
        assert!(said.contains(names), "{names}: {said}");
    }
}

#[test]
fn a_database_that_can_not_be_written_is_named() {
    let folder = Scratch::new().unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let data_dir = folder.path().join("data");
    let address = ["--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0"];
    let first = Process::spawn("muster serve", serve(&data_dir).args(address)).unwrap();
    first.wait_for_line("muster serves", Deadline::seconds(30)).unwrap();
    first.stop();
    // Root may write whatever the mode says: somebody else tries.
    let nobody = 65_534;
    std::os::unix::fs::chown(&data_dir, Some(nobody), Some(nobody)).unwrap();
    for entry in std::fs::read_dir(&data_dir).unwrap() {
        std::os::unix::fs::chown(entry.unwrap().path(), Some(nobody), Some(nobody)).unwrap();
    }
    std::fs::set_permissions(data_dir.join("muster.db"), Permissions::from_mode(0o444)).unwrap();
    let program = folder.path().join("muster");
    std::fs::copy(programs().unwrap().muster, &program).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program).current_dir("/");
    command.arg("serve").arg("--data-dir").arg(&data_dir).args(["--tftp-listen", "off"]).args(address);
    let said = refusal(&mut command);
    assert!(said.contains("muster.db") && said.contains("can't be written"), "{said}");
}

#[test]
fn a_full_disk_is_said_and_loses_nothing_that_was_acknowledged() {
    let folder = Scratch::new().unwrap();
    let data_dir = folder.path().join("data");
    std::fs::create_dir(&data_dir).unwrap();
    let address: SocketAddr = ([127, 0, 0, 1], Place::Here.free_port([127, 0, 0, 1].into()).unwrap()).into();
    // A disk of its own, seen by this server only.
    let script = format!(
        "mount -t tmpfs -o size=2m tmpfs {dir} && exec {muster} serve --data-dir {dir} --tftp-listen off --listen {address} --listen-tls 127.0.0.1:0",
        dir = data_dir.display(),
        muster = programs().unwrap().muster.display(),
    );
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &script]);
    let server = Process::spawn("muster serve", &command).unwrap();
    server.wait_for_line("muster serves", Deadline::seconds(30)).unwrap();

    let key = "A".repeat(43);
    let send = |method: &str, path: &str, body: &Value| {
        let bearer = format!("Bearer {key}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        Place::Here.http(method, address, path, &headers, &body.to_string()).unwrap()
    };
    let agent = json!({"version": "0.1.0", "start_id": "s1"});
    let enrolment = json!({
        "schema": "1.0", "agent": agent, "key": key,
        "identity": {"system_serial": "FULL001", "nics": [{"mac": "3c:ec:ef:00:00:01"}]},
    });
    assert_eq!(send("POST", "/agent/v1/enrol", &enrolment).status, 200);
    // Noise does not pack: each report is a revision of some hundred kilobytes.
    let mut noise: u64 = 1;
    let mut acknowledged = 0;
    let refused = loop {
        assert!(acknowledged < 100, "two megabytes held {acknowledged} reports");
        let disks: Vec<Value> = (0..400)
            .map(|number| {
                let mut serial = String::new();
                for _ in 0..8 {
                    noise =
                        noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    serial.push_str(&format!("{noise:016x}"));
                }
                json!({"name": format!("sd{number}"), "serial": serial})
            })
            .collect();
        let report = json!({
            "schema": "1.0", "agent": agent, "collected_at": 1, "duration_ms": 1,
            "sections": {"disks": {"status": "ok", "data": disks}},
        });
        let answer = send("PUT", "/agent/v1/inventory", &report);
        if answer.status != 200 {
            break answer;
        }
        acknowledged += 1;
    };
    assert_eq!(refused.status, 507, "{}", refused.body);
    assert!(refused.body.contains("disk-full"), "{}", refused.body);
    assert!(acknowledged >= 2);
    // It still answers, and what it acknowledged is there.
    assert_eq!(send("GET", "/healthz", &json!(null)).status, 200);
    let list = Command::new("nsenter")
        .args(["--mount", "--target", &server.id().to_string()])
        .arg(programs().unwrap().muster)
        .args(["host", "list", "--output", "json", "--data-dir"])
        .arg(&data_dir)
        .output()
        .unwrap();
    let hosts: Value = serde_json::from_slice(&list.stdout).unwrap_or_else(|_| panic!("{list:?}"));
    assert_eq!(hosts[0]["revision"], acknowledged);
}

#[test]
fn the_key_for_secrets_lies_where_the_operator_or_systemd_wants_it() {
    let folder = Scratch::new().unwrap();
    let data_dir = folder.path().join("data");
    // The name that systemd's LoadCredential= gives it.
    let key = folder.path().join("muster-secret-key");
    let started = |variable: &str, value: &Path| {
        let mut command = serve(&data_dir);
        command.args(["--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0"]).env(variable, value);
        let server = Process::spawn("muster serve", &command).unwrap();
        server.wait_for_line("muster serves", Deadline::seconds(30)).unwrap();
        server
    };
    let operator = |arguments: &[&str], input: &[u8]| {
        let mut command = Command::new(programs().unwrap().muster);
        command.args(arguments).arg("--data-dir").arg(&data_dir);
        Process::run_with_input("muster", &command, input, Deadline::seconds(30)).unwrap()
    };
    let by_file = started("MUSTER_SECRET_KEY_FILE", &key);
    operator(&["secret", "set", "ntfy-token"], b"tk_something");
    by_file.stop();
    assert!(key.exists() && !data_dir.join("secret.key").exists());
    let by_systemd = started("CREDENTIALS_DIRECTORY", folder.path());
    assert!(operator(&["secret", "list"], b"").contains("ntfy-token"));
    by_systemd.stop();
    // Opened with the same key: nothing was complained of, and no other was made.
    assert!(!by_systemd.log().text().contains("secrets can't be opened"), "{}", by_systemd.log().text());
    assert!(!data_dir.join("secret.key").exists());
    let with_another = started("MUSTER_SECRET_KEY_FILE", &folder.path().join("another"));
    with_another.wait_for_line("secrets can't be opened", Deadline::seconds(30)).unwrap();
}
