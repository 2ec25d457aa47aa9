//! What stands in the documents.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ignition_config::{Config, v3_2};
use okd::{NodeNetwork, Role};
use serde_json::Value;

use crate::given::{CONFIG, Given, KEY};

fn same_as_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/golden").join(name);
    if std::env::var_os("MUSTER_REWRITE_GOLDEN").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{name}: MUSTER_REWRITE_GOLDEN=1 writes it anew");
}

fn parsed(document: &str) -> v3_2::Config {
    match Config::parse_str(document).unwrap() {
        (Config::V3_2(config), warnings) if warnings.is_empty() => config,
        other => panic!("{other:?}"),
    }
}

fn file(document: &str, path: &str) -> v3_2::File {
    let files = parsed(document).storage.unwrap().files.unwrap();
    files.into_iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"))
}

/// What a file with `data:` contents holds.
pub(crate) fn content(document: &str, path: &str) -> String {
    let source = file(document, path).contents.unwrap().source.unwrap();
    let mut rest = source.strip_prefix("data:,").unwrap_or_else(|| panic!("{source}")).bytes();
    let mut bytes = Vec::new();
    while let Some(byte) = rest.next() {
        let escaped: Vec<u8> = if byte == b'%' { rest.by_ref().take(2).collect() } else { Vec::new() };
        bytes.extend(if escaped.is_empty() { vec![byte] } else { hex::decode(escaped).unwrap() });
    }
    String::from_utf8(bytes).unwrap()
}

fn merged(node: &str) -> Vec<u8> {
    let merge = parsed(node).ignition.config.unwrap().merge.unwrap();
    let [one] = merge.try_into().unwrap();
    let source = one.source.unwrap();
    STANDARD.decode(source.strip_prefix("data:;base64,").unwrap()).unwrap()
}

#[test]
fn both_are_as_they_are_meant() {
    let given = Given::usual();
    same_as_golden("live.ign", &given.masked(&given.live()));
    same_as_golden("node.ign", &given.masked(&given.node()));
}

#[test]
fn every_edition_of_ignition_reads_them() {
    for edition in ["3.1.0", "3.2.0", "3.3.0", "3.4.0", "3.5.0", "3.6.0"] {
        for document in [Given::usual().live(), Given::usual().node()] {
            let mut document: Value = serde_json::from_str(&document).unwrap();
            document["ignition"]["version"] = edition.into();
            let (_, warnings) = Config::parse_str(&document.to_string()).unwrap();
            assert!(warnings.is_empty(), "{edition}: {warnings:?}");
        }
    }
}

#[test]
fn the_live_systems_holds_no_secret_but_where_to_say_how_far_it_is() {
    let given = Given::usual();
    let live = given.live();
    assert!(!live.contains(given.enrol.reveal()) && !live.contains("merge"), "{live}");
    assert_eq!(live.matches(given.progress.reveal()).count(), 1);
    assert_eq!(file(&live, "/etc/muster-install/home.curl").mode, Some(0o600));
    assert!(content(&live, "/etc/muster-install/home.curl").contains("/boot/progress/"));
}

#[test]
fn a_nodes_secrets_lie_where_root_alone_can_read_them() {
    let given = Given::usual();
    let node = given.node();
    for (secret, path) in [
        (given.enrol.reveal(), "/etc/muster-agent/agent.env"),
        (given.progress.reveal(), "/etc/muster-install/home.curl"),
    ] {
        assert_eq!(node.matches(secret).count(), 1);
        assert!(content(&node, path).contains(secret), "{path}");
        assert_eq!(file(&node, path).mode, Some(0o600), "{path}");
    }
    for document in [node, given.live()] {
        let users = parsed(&document).passwd.unwrap().users.unwrap();
        assert_eq!(users.len(), 1);
        assert_eq!((users[0].name.as_str(), &users[0].password_hash), ("core", &None));
        assert_eq!(users[0].ssh_authorized_keys, Some(vec![KEY.to_owned()]));
    }
}

#[test]
fn a_node_is_its_role_and_a_host_of_ours() {
    let given = Given::usual();
    let node = given.node();
    assert_eq!(merged(&node), CONFIG.as_bytes());
    assert_eq!(content(&node, "/etc/hostname"), "w1.okd1.example.lan\n");
    let agent = file(&node, "/usr/local/bin/muster-agent");
    let contents = agent.contents.unwrap();
    let sha256 = "ab".repeat(32);
    let url = format!("http://10.99.0.1:8080/boot/agent/x86_64/{sha256}/muster-agent?mac=52-54-00-aa-bb-01");
    assert_eq!((contents.source, agent.mode), (Some(url), Some(0o755)));
    assert_eq!(contents.verification.unwrap().hash, Some(format!("sha256-{sha256}")));
    // Nothing of the installer's own business: no disk, no file system, no kernel argument.
    let document: Value = serde_json::from_str(&node).unwrap();
    let keys =
        |path: &str| document.pointer(path).unwrap().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(""), ["ignition", "passwd", "storage", "systemd"]);
    assert_eq!(
        (keys("/ignition"), keys("/storage")),
        (vec!["config".into(), "version".into()], vec!["files".into()])
    );
}

#[test]
fn a_nodes_network_lies_where_networkmanager_reads_it_and_nobody_else() {
    let mut given = Given::usual();
    assert!(!given.node().contains("nmconnection"));
    let network = "dns = ['10.0.0.1']\n[[card]]\nmac = '52:54:00:aa:bb:01'\naddresses = ['10.0.0.21/24']\n";
    given.arming.network = Some(NodeNetwork::from_toml(network).unwrap());
    let node = given.node();
    let files = parsed(&node).storage.unwrap().files.unwrap();
    let folder = "/etc/NetworkManager/system-connections/";
    let keyfile = files.iter().find(|file| file.path.starts_with(folder)).unwrap();
    assert!(keyfile.path.ends_with(".nmconnection"), "{}", keyfile.path);
    assert_eq!(keyfile.mode, Some(0o600));
    assert!(content(&node, &keyfile.path).contains("10.0.0.21/24"));
}

#[test]
fn a_large_config_is_carried_whole_whatever_its_edition() {
    let filler = "x".repeat(400_000);
    for version in ["3.1.0", "3.2.0", "3.6.0", "3.7.0-experimental"] {
        let config = format!(r#"{{"ignition":{{"version":"{version}"}},"filler":"{filler}"}}"#);
        assert_eq!(merged(&Given::usual().node_of(&config).unwrap()), config.as_bytes());
    }
}

#[test]
fn what_is_no_config_is_not_given_out() {
    for bad in ["", "{}", "[]", "<html>", r#"{"ignition":{}}"#, r#"{"ignition":{"version":"2.2.0"}}"#] {
        let mut given = Given::usual();
        given.arming.role = Role::ControlPlane;
        let error = given.node_of(bad).unwrap_err().to_string();
        assert!(error.starts_with("master.ign: "), "{bad}: {error}");
    }
}

/// Programs that a unit starts beside its own.
const OURS: [&str; 3] =
    ["/usr/local/bin/muster-ended", "/usr/local/bin/muster-unguarded", "/usr/local/bin/muster-consoles"];

/// All units and the programs that they start.
#[test]
fn systemd_finds_no_fault_with_the_units() {
    for document in [Given::usual().live(), Given::usual().node()] {
        let dir = tempfile::tempdir().unwrap();
        let mut verify = Command::new("systemd-analyze");
        verify.args(["verify", "--man=no"]);
        for unit in parsed(&document).systemd.unwrap().units.unwrap() {
            let path = dir.path().join(&unit.name);
            for drop_in in unit.dropins.into_iter().flatten() {
                let folder = dir.path().join(format!("{}.d", unit.name));
                std::fs::create_dir(&folder).unwrap();
                let text =
                    OURS.iter().fold(drop_in.contents.unwrap(), |text, ours| text.replace(ours, "/bin/true"));
                std::fs::write(folder.join(drop_in.name), text).unwrap();
                // What the image brings, as far as it matters.
                std::fs::write(&path, "[Service]\nType=oneshot\nExecStart=/bin/true\n").unwrap();
            }
            if let Some(text) = unit.contents {
                assert_eq!(unit.enabled, Some(true));
                let program = text.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
                let program = program.split(' ').next().unwrap();
                assert_eq!(file(&document, program).mode, Some(0o755));
                let text = OURS.iter().fold(text.clone(), |text, ours| text.replace(ours, "/bin/true"));
                std::fs::write(&path, text.replace(program, "/bin/true")).unwrap();
            }
            verify.arg(path);
        }
        let output = verify.output().unwrap_or_else(|error| panic!("systemd-analyze: {error}"));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.contains("muster"), "{said}");
    }
}
