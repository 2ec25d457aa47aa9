//! The real Ignition and its validator, as far as Debian has them: they read editions up to 3.3.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use lab::{Place, Scratch, Stage, ignition};
use sha2::{Digest as _, Sha256};

use crate::given::Given;

/// A server that gives these files, each below a path that begins so.
fn serve(files: Vec<(&'static str, Vec<u8>)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    serve_on(listener, files)
}

fn serve_on(listener: TcpListener, files: Vec<(&'static str, Vec<u8>)>) -> String {
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.push(byte[0]);
            }
            let request = String::from_utf8_lossy(&request).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default();
            let (status, body) = files
                .iter()
                .find(|(prefix, _)| path.starts_with(prefix))
                .map_or((404, &[][..]), |(_, body)| (200, body.as_slice()));
            let head =
                format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        }
    });
    url
}

fn mode(root: &Path, path: &str) -> u32 {
    fs::metadata(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}")).permissions().mode()
        & 0o7777
}

#[test]
fn the_validator_has_nothing_to_say() {
    let given = Given::usual();
    for document in [given.live(), given.node()] {
        assert_eq!(ignition().unwrap().validate(&document).unwrap(), "");
    }
}

#[test]
fn the_real_ignition_makes_the_live_system() {
    let given = Given::usual();
    let url = serve(vec![("/boot/live/", given.live().into_bytes())]);
    let folder = Scratch::new().unwrap();
    let line =
        format!("ignition.firstboot ignition.platform.id=metal ignition.config.url={url}/boot/live/T.ign");
    let machine = ignition().unwrap().machine(Place::Here, folder.path(), &line).unwrap();
    machine.run(Stage::Fetch).unwrap();
    machine.run(Stage::Files).unwrap();
    let root = machine.root();
    for program in ["muster-guard", "muster-report", "muster-ended", "muster-unguarded", "muster-consoles"] {
        assert_eq!(mode(&root, &format!("usr/local/bin/{program}")), 0o755);
    }
    assert_eq!(mode(&root, "etc/muster-install/home.curl"), 0o600);
    let drop_in =
        fs::read_to_string(root.join("etc/systemd/system/coreos-installer.service.d/40-muster.conf"))
            .unwrap();
    assert!(drop_in.contains("\nRequires=muster-guard.service\nAfter=muster-guard.service\n"), "{drop_in}");
    let presets = fs::read_to_string(root.join("etc/systemd/system-preset/20-ignition.preset")).unwrap();
    for unit in ["muster-guard.service", "muster-report.service"] {
        assert!(presets.contains(&format!("enable {unit}")), "{presets}");
    }
}

/// With what the cluster's own server gives to its nodes merged into it, by way of the role's config.
#[test]
fn the_real_ignition_makes_the_node() {
    let agent = b"the agent".to_vec();
    let pool = br#"{"ignition":{"version":"3.3.0"},"storage":{"files":[{"path":"/etc/kubernetes/kubelet.conf","mode":420,"contents":{"source":"data:,kubelet"}}]}}"#;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let given = Given::new(&url, Sha256::digest(&agent).into());
    let role = format!(
        r#"{{"ignition":{{"version":"3.2.0","config":{{"merge":[{{"source":"{url}/config/worker"}}]}}}}}}"#
    );
    let document = given.node_of(&role).unwrap();
    serve_on(
        listener,
        vec![
            ("/boot/node/", document.into_bytes()),
            ("/boot/agent/", agent.clone()),
            ("/config/worker", pool.to_vec()),
        ],
    );
    let folder = Scratch::new().unwrap();
    let line =
        format!("ignition.firstboot ignition.platform.id=metal ignition.config.url={url}/boot/node/T.ign");
    let machine = ignition().unwrap().machine(Place::Here, folder.path(), &line).unwrap();
    machine.run(Stage::Fetch).unwrap();
    machine.run(Stage::Files).unwrap();
    let root = machine.root();
    assert_eq!(fs::read(root.join("usr/local/bin/muster-agent")).unwrap(), agent);
    assert_eq!(fs::read_to_string(root.join("etc/hostname")).unwrap(), "w1.okd1.example.lan\n");
    assert_eq!(fs::read_to_string(root.join("etc/kubernetes/kubelet.conf")).unwrap(), "kubelet");
    for (path, expected) in [
        ("etc/muster-agent/agent.env", 0o600),
        ("etc/muster-install/home.curl", 0o600),
        ("usr/local/bin/muster-first-boot", 0o755),
    ] {
        assert_eq!(mode(&root, path), expected, "{path}");
    }
    let presets = fs::read_to_string(root.join("etc/systemd/system-preset/20-ignition.preset")).unwrap();
    for unit in ["muster-agent.service", "muster-first-boot.service"] {
        assert!(presets.contains(&format!("enable {unit}")), "{presets}");
    }
}
