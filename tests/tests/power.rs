//! Switching machines for real, by a magic packet and by SSH: what is needed for that stands in the secret store, sealed, and on
//! the wire, and nowhere else; not in the server's log at its loudest, an output, a page, an error, the database or an export.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use lab::{Deadline, Namespace, Place, Process, Scratch, Sshd, Temper};
use muster_tests::programs;
use serde_json::{Value, json};

const MAC: &str = "3c:ec:ef:00:00:01";
/// A password of a card, as it is typed and as it goes out.
const TYPED: &str = "de:ad:be:ef:fe:ed";
const SENT: [u8; 6] = [0xde, 0xad, 0xbe, 0xef, 0xfe, 0xed];
/// What is no password at all.
const WRONG: &str = "planted-and-no-password";
/// The server's own key for machines.
const OWN_KEY: &str = "data/ssh_key";

/// A server on a network of its own, and all that it ever said.
struct Site {
    server: Process,
    network: Namespace,
    place: Place,
    folder: Scratch,
    said: Vec<(String, Vec<u8>)>,
}

impl Site {
    /// Plain HTTP is taken on loopback alone.
    const HTTP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

    fn new() -> Self {
        let network = Namespace::new().unwrap();
        let folder = Scratch::new().unwrap();
        let mut serve = command(&network, &folder, &["serve", "--listen", "127.0.0.1:8080"]);
        serve.args(["--listen-tls", "127.0.0.1:8443", "--tftp-listen", "off"]);
        let server = Process::spawn("muster serve", serve.env("MUSTER_LOG", "trace")).unwrap();
        server.wait_for_line("muster serves", Deadline::seconds(60)).unwrap();
        Self { server, place: Place::from(&network), network, folder, said: Vec::new() }
    }

    /// Runs a command, however it ends; answers what it said.
    fn muster(&mut self, args: &[&str]) -> String {
        let process = Process::spawn("muster", &command(&self.network, &self.folder, args)).unwrap();
        process.wait_for_exit(Deadline::seconds(120)).unwrap();
        let text = process.log().text();
        self.said.push((args.join(" "), text.clone().into_bytes()));
        text
    }

    fn secret(&mut self, name: &str, value: &str) {
        let set = command(&self.network, &self.folder, &["secret", "set", name]);
        let said = Process::run_with_input("muster", &set, value.as_bytes(), Deadline::seconds(120)).unwrap();
        self.said.push((format!("secret set {name}"), said.into_bytes()));
    }

    fn asks(&mut self, method: &str, path: &str, key: &str, body: &str) -> String {
        let bearer = format!("Bearer {key}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let answer = self.place.http(method, Self::HTTP, path, &headers, body).unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        self.said.push((path.to_owned(), answer.body.clone().into_bytes()));
        answer.body
    }

    /// A machine with an agent, which tells this key of its SSH server; answers the host's id.
    fn node(&mut self, host_key: &str) -> String {
        let (key, agent) = ("A".repeat(43), json!({"version": "0.1.0", "start_id": "s1"}));
        let enrolment = json!({
            "schema": "1.0", "agent": agent, "key": key,
            "identity": {"system_serial": "NODE0001", "nics": [{"mac": MAC}]},
        });
        let enrolled = self.asks("POST", "/agent/v1/enrol", &key, &enrolment.to_string());
        let report = json!({
            "schema": "1.0", "agent": agent, "collected_at": 1, "duration_ms": 1,
            "sections": {"os": {"status": "ok", "data": {"ssh_host_keys": [host_key]}}},
        });
        self.asks("PUT", "/agent/v1/inventory", &key, &report.to_string());
        let host = serde_json::from_str::<Value>(&enrolled).unwrap()["host"].as_str().unwrap().to_owned();
        self.muster(&["host", "approve", &host]);
        self.muster(&["host", "rename", &host, "node1"]);
        host
    }
}

fn command(network: &Namespace, folder: &Scratch, args: &[&str]) -> Command {
    let mut command = network.command(programs().unwrap().muster.to_str().unwrap());
    command.args(args).arg("--data-dir").arg(folder.path().join("data"));
    command
}

/// A card at the other end: the next magic packet that it hears.
fn heard(card: &UdpSocket) -> Vec<u8> {
    let mut packet = [0; 256];
    let length = card.recv(&mut packet).unwrap();
    packet[..length].to_vec()
}

/// Each way in which these bytes may stand somewhere.
fn shapes(secret: &[u8]) -> Vec<Vec<u8>> {
    let hex: Vec<String> = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let decimal: Vec<String> = secret.iter().map(u8::to_string).collect();
    let text = [hex.concat(), hex.join(":"), hex.join("-"), decimal.join(", "), decimal.join(",")];
    let mut shapes = vec![secret.to_vec()];
    shapes.extend(text.iter().flat_map(|text| [text.clone().into_bytes(), text.to_uppercase().into_bytes()]));
    shapes
}

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    shapes(secret).iter().any(|shape| bytes.windows(shape.len()).any(|window| window == shape))
}

/// The line of a private key that nobody could guess: of an OpenSSH key the last whole one.
fn heart(private_key: &str) -> Vec<u8> {
    let lines = private_key.lines().filter(|line| !line.starts_with("-----"));
    lines.max_by_key(|line| line.len()).unwrap().as_bytes().to_vec()
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![(path.display().to_string(), std::fs::read(&path).unwrap())],
        })
        .collect()
}

#[test]
fn what_switches_need_stands_on_the_wire_and_nowhere_else() {
    let mut site = Site::new();
    let machine = Sshd::start(&site.place, Temper::Takes).unwrap();
    let host = site.node(machine.host_key());
    let unknown = machine.another_private_key().unwrap();
    let (port, power) = (machine.at().port().to_string(), ["host", "power", "node1"]);
    site.secret("node1.wol", TYPED);
    site.secret("node1.key", machine.private_key());
    site.secret("node1.unknown-key", &unknown);
    let at = ["--address", "127.0.0.1", "--port", &port];
    for way in [
        &["wol", "--name", "lan", "--interface", "br0", "--mac", MAC, "--password-secret", "node1.wol"][..],
        &[&["ssh", "--name", "in"], &at[..], &["--key-secret", "node1.key"]].concat(),
        &[&["ssh", "--name", "out"], &at[..], &["--key-secret", "node1.unknown-key"]].concat(),
        &[&["ssh", "--name", "own"], &at[..]].concat(),
    ] {
        let said = site.muster(&[&power[..], &["set"], way].concat());
        assert!(said.contains("node1"), "{said}");
    }

    // Each of them is used: the card is woken with its password, the machine takes the key that it knows, and no other.
    let card = site.network.enter(|| UdpSocket::bind("0.0.0.0:9")).unwrap().unwrap();
    card.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let switch = |site: &mut Site, act: &str, by: &str| {
        site.muster(&[&power[..], &[act, "--by", by, "--watch", "1s", "-y"]].concat())
    };
    let woken = switch(&mut site, "on", "lan");
    assert!(woken.contains("sent ") && woken.contains("unseen"), "{woken}");
    let packet = heard(&card);
    assert!(packet.starts_with(&[0xff; 6]) && packet.ends_with(&SENT), "{packet:02x?}");
    let taken = switch(&mut site, "reset", "in");
    assert!(taken.contains("took `systemctl reboot`"), "{taken}");
    assert_eq!(machine.told().unwrap(), "systemctl reboot\n");
    for by in ["out", "own"] {
        let refused = switch(&mut site, "reset", by);
        assert!(refused.contains("root is not let in with our key"), "{refused}");
    }
    // Rotated to what is none: the error names the secret, and does not show it.
    for (name, way) in [("node1.wol", "lan"), ("node1.unknown-key", "out")] {
        site.secret(name, WRONG);
        let wrong = switch(&mut site, if way == "lan" { "on" } else { "reset" }, way);
        assert!(wrong.contains("failed"), "{wrong}");
    }

    let bundle = site.folder.path().join("bundle.tar").display().to_string();
    for args in [
        &[&power[..], &["status"]].concat(),
        &[&power[..], &["status", "--output", "json"]].concat(),
        &[&power[..], &["show", "--output", "json"]].concat(),
        &[&power[..], &["default"]].concat(),
        &vec!["host", "show", "node1", "--output", "json"],
        &vec!["secret", "list", "--output", "json"],
        &vec!["asset", "export", &bundle],
    ] {
        site.muster(args);
    }
    let token = std::fs::read_to_string(site.folder.path().join("data/admin-token")).unwrap();
    let paths = ["", "/power", "/events"].map(|part| format!("/api/v1/hosts/{host}{part}"));
    let pages = ["/", "/api/v1/secrets", "/api/v1/incidents"].map(str::to_owned);
    for path in paths.iter().chain(&pages).chain([&format!("/hosts/{host}")]) {
        site.asks("GET", path, token.trim(), "");
    }
    let said =
        String::from_utf8_lossy(&site.said.iter().flat_map(|(_, said)| said.clone()).collect::<Vec<_>>())
            .into_owned();
    for shown in
        ["password of secret node1.wol", "secret node1.unknown-key", "by out: failed", "by lan: sent"]
    {
        assert!(said.contains(shown), "{shown}: {said}");
    }

    // The log and its files are read while the server runs, and once more when all has been moved where it stays.
    let own = std::fs::read_to_string(site.folder.path().join(OWN_KEY)).unwrap();
    let planted = [SENT.to_vec(), WRONG.into(), heart(machine.private_key()), heart(&unknown), heart(&own)];
    let mut all = files(&site.folder.path().join("data"));
    assert!(all.iter().any(|(name, _)| name.ends_with("muster.db-wal")));
    site.server.stop();
    let log = site.server.log().text();
    assert!(log.contains("TRACE"), "the log is loud");
    all.push(("the server's log".to_owned(), log.into_bytes()));
    all.extend(files(site.folder.path()));
    all.append(&mut site.said);
    for (index, secret) in planted.iter().enumerate() {
        let keeps = |name: &str| name.ends_with(OWN_KEY) && *secret == heart(&own);
        let where_from: Vec<&String> = all
            .iter()
            .filter(|(name, bytes)| holds(bytes, secret) && !keeps(name))
            .map(|(name, _)| name)
            .collect();
        assert!(where_from.is_empty(), "secret {index} stands in {where_from:?}");
    }
}
