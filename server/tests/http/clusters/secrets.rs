//! What stands in a cluster's configs shows nowhere: not in an output, a log, an error, a listing, the database, or a copy of it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{create, refs, write};
use crate::installer::Installer;

/// Each way in which a text may stand somewhere.
fn holds(bytes: &[u8], planted: &str) -> bool {
    let shapes =
        [planted.to_owned(), planted.replace('/', "\\/"), hex::encode(planted), STANDARD.encode(planted)];
    shapes.iter().any(|shape| bytes.windows(shape.len()).any(|window| window == shape.as_bytes()))
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    all
}

/// The real server at its loudest, and all that it says, shows and keeps.
#[test]
fn what_stands_in_a_config_shows_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let made_at_ms = i64::try_from(now.as_millis()).unwrap() / 1000 * 1000;
    let written = Installer::new("okd1", made_at_ms).run();
    let folder = write(&written, &dir.path().join("install"));
    let mut broken = written.clone();
    broken.bootstrap = broken.bootstrap.replace("\"mode\":384", "\"mode\":\"384\"");
    let broken = write(&broken, &dir.path().join("broken"));
    let (data, log_path) = (dir.path().join("data"), dir.path().join("log"));
    let log = std::fs::File::create(&log_path).unwrap();
    let muster = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
        command.arg("--data-dir").arg(&data).args(args);
        command
    };
    let mut server = muster(&["serve", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0"])
        .args(["--tftp-listen", "off"])
        .env("MUSTER_LOG", "trace")
        .stderr(log.try_clone().unwrap())
        .stdout(log)
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !muster(&["cluster", "list"]).output().unwrap().status.success() {
        assert!(Instant::now() < deadline, "the server did not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut said = Vec::new();
    let json = ["--output", "json"];
    let taken = create(&folder);
    for (args, succeeds) in [
        (refs(&create(&broken)), false),
        (refs(&taken), true),
        (refs(&taken), false),
        ([&refs(&taken)[..], &["--replace"], &json].concat(), true),
        ([&["cluster", "list"][..], &json].concat(), true),
        ([&["cluster", "show", "okd1"][..], &json].concat(), true),
        (vec!["cluster", "show", "okd1"], true),
        (vec!["secret", "list", "--output", "json"], true),
    ] {
        let output = muster(&args).output().unwrap();
        assert_eq!(output.status.success(), succeeds, "{args:?}: {output:?}");
        said.push((format!("{args:?}"), [output.stdout, output.stderr].concat()));
    }
    // With the server running: the database and its log as they lie there, as a backup would copy them.
    let running = files(&data);
    server.kill().unwrap();
    server.wait().unwrap();
    said.push(("the server's log".to_owned(), std::fs::read(&log_path).unwrap()));
    assert!(said.last().unwrap().1.len() > 1000, "the log is loud");
    assert!(running.iter().any(|(name, _)| name.ends_with("muster.db")));
    let auth = ["the kubeconfig of everything".to_owned(), "the password of everything".to_owned()];
    for (name, bytes) in said.iter().chain(&running).chain(&files(&data)) {
        for planted in written.planted.iter().chain(&auth) {
            assert!(!holds(bytes, planted), "{planted} stands in {name}");
        }
    }
}
