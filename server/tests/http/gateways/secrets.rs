//! The key and secret of a gateway are nowhere but in the secret store, sealed: not in an output, a log, an error, an event, a
//! page, the database, the journal, a backup's name, or an export.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use fake_opnsense::{FakeOpnSense, Options, User};
use reqwest::{Method, StatusCode};

use super::{LAN, Place};
use crate::support::expect;

/// Every file below a folder, with its bytes.
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

/// Each way in which a text may stand somewhere.
fn shapes(text: &str) -> Vec<String> {
    use std::fmt::Write as _;
    let hex = text.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    vec![text.to_owned(), text.replace('/', "\\/"), hex]
}

fn holds(bytes: &[u8], planted: &str) -> bool {
    shapes(planted).iter().any(|shape| bytes.windows(shape.len()).any(|window| window == shape.as_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_key_shows_nowhere() {
    let user = User::muster();
    let planted = [user.key.clone(), user.secret.clone()];
    let place = Place::new().await;
    let (url, pin) = (place.fake.url(), place.fake.fingerprint());
    let environment =
        [("MUSTER_GATEWAY_KEY", user.key.clone()), ("MUSTER_GATEWAY_SECRET", user.secret.clone())];
    let add = [&["gateway", "add", "opnsense", &url, "--fingerprint", &pin][..], &LAN].concat();
    let mut said: Vec<String> = Vec::new();
    let bad_pin = "00".repeat(32);
    let elsewhere = [&["gateway", "add", "opnsense", &url, "--fingerprint", &bad_pin][..], &LAN].concat();
    let verbose: Vec<&str> = [&add[..], &["--output", "json"]].concat();
    for args in [
        &elsewhere[..],
        &["gateway", "add", "opnsense", "http://fw.lan", "-y", "--interface", "lan"],
        &verbose,
        &add,
        &["gateway", "list", "--output", "json"],
        &["gateway", "show", "opnsense", "--output", "json"],
        &["gateway", "show", "opnsense"],
        &["gateway", "plan", "opnsense", "--output", "json"],
        &["gateway", "drift", "opnsense", "--output", "json"],
        &["gateway", "rollback", "opnsense", "-y", "--output", "json"],
        &["gateway", "apply", "opnsense", "-y", "--output", "json"],
        &["secret", "list", "--output", "json"],
        &["secret", "remove", "gateway.opnsense"],
        &["gateway", "--help"],
        &["gateway", "add", "opnsense", "--help"],
    ] {
        let output = place.muster_with(args, &environment).await;
        said.push(format!("{args:?}\n{}\n{}", output.out, output.err));
    }
    // Keys that are revoked, and half of one pasted into the wrong field.
    place.fake.set_users(vec![User::root()]);
    let refused = place.muster_with(&["gateway", "plan", "opnsense"], &environment).await;
    assert!(refused.err.contains("does not take this key"), "{}", refused.err);
    said.push(refused.err);
    let swapped = [
        ("MUSTER_GATEWAY_KEY", format!("{}:{}", user.key, user.secret)),
        ("MUSTER_GATEWAY_SECRET", "x".into()),
    ];
    let more =
        [&["gateway", "add", "opnsense", &url, "--name", "more", "--fingerprint", &pin][..], &LAN].concat();
    said.push(place.muster_with(&more, &swapped).await.err);

    for path in [
        "/api/v1/gateways",
        "/api/v1/gateways/opnsense",
        "/api/v1/secrets",
        "/api/v1/incidents",
        "/",
        "/gateways",
    ] {
        let page = place.server.operator(Method::GET, path).send().await.unwrap();
        said.push(expect(page, StatusCode::OK).await);
    }
    for text in &said {
        for planted in &planted {
            assert!(!holds(text.as_bytes(), planted), "{text}");
        }
    }
    // The folder: database with its pages and log, and the backups. These are the firewall's own configurations: each holds the
    // key's name and a hash of its secret, as the firewall does, and only the server's user may read it.
    let data = place.server.dir.path().join("data");
    let all = files(&data);
    assert!(all.iter().any(|(name, _)| name.ends_with("muster.db")));
    assert!(all.iter().any(|(name, _)| name.contains("gateway-backups")), "a backup was kept");
    for (name, bytes) in &all {
        for planted in &planted {
            let is_firewalls_own = name.contains("gateway-backups") && *planted == user.key;
            assert!(
                !holds(name.as_bytes(), planted) && (is_firewalls_own || !holds(bytes, planted)),
                "{name}"
            );
        }
        if name.contains("gateway-backups") {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(name).unwrap().permissions().mode() & 0o077, 0, "{name}");
        }
    }
    let bundle = place.server.dir.path().join("bundle.tar");
    place.done(&["asset", "export", bundle.to_str().unwrap()]).await;
    let exported = std::fs::read(&bundle).unwrap();
    assert!(planted.iter().all(|planted| !holds(&exported, planted)));
}

/// The real server's own log, as loud as it can be.
#[test]
fn the_servers_log_does_not_hold_it_at_its_loudest() {
    let user = User::muster();
    let fake = FakeOpnSense::start(Options::default());
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let log = std::fs::File::create(dir.path().join("log")).unwrap();
    let loaders = dir.path().join("loaders");
    std::fs::create_dir(&loaders).unwrap();
    std::fs::write(loaders.join("undionly.kpxe"), "a loader").unwrap();
    let muster = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
        command.arg("--data-dir").arg(&data);
        command
    };
    let mut server = muster()
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--listen-tls",
            "127.0.0.1:0",
            "--tftp-listen",
            "off",
            "--tftp-dir",
        ])
        .arg(&loaders)
        .env("MUSTER_LOG", "trace")
        .stderr(log.try_clone().unwrap())
        .stdout(log)
        .spawn()
        .unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !muster().args(["gateway", "list"]).output().unwrap().status.success() {
        assert!(std::time::Instant::now() < deadline, "the server did not start");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let mut add = muster()
        .args([
            "gateway",
            "add",
            "opnsense",
            &fake.url(),
            "--fingerprint",
            &fake.fingerprint(),
            "--key-file",
            "-",
        ])
        .args(LAN)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let typed = format!("key={}\nsecret={}\n", user.key, user.secret);
    add.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let added = add.wait_with_output().unwrap();
    assert!(added.status.success(), "{added:?}");
    server.kill().unwrap();
    server.wait().unwrap();
    let log = std::fs::read(dir.path().join("log")).unwrap();
    assert!(log.len() > 1000, "the log is loud");
    let basic = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", user.key, user.secret))
    };
    for planted in [user.key.as_str(), &user.secret, &basic] {
        for bytes in [&log, &added.stdout, &added.stderr] {
            assert!(!holds(bytes, planted));
        }
    }
}
