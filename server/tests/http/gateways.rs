//! Gateways, as an operator sets them up: the real program, a real server, and a firewall that checks as the real one does.

#[path = "gateways/keys.rs"]
mod keys;
#[path = "gateways/nodes.rs"]
mod nodes;
#[path = "gateways/secrets.rs"]
mod secrets;
#[path = "gateways/set_up.rs"]
mod set_up;
#[path = "gateways/terminal.rs"]
mod terminal;

use std::process::{Output, Stdio};

use fake_opnsense::{FakeOpnSense, Options, User};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{TestServer, expect};

/// A server with a loader for BIOS machines, and a firewall.
pub(crate) struct Place {
    pub(crate) server: TestServer,
    pub(crate) fake: FakeOpnSense,
}

/// What a command made of itself.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        // Whatever loaders this machine has are not the test's.
        let server = TestServer::with("tftp_dir = \"/no/such/folder\"").await;
        let uploaded = server.upload("undionly.kpxe", "ipxe", b"a loader").await;
        expect(uploaded, StatusCode::OK).await;
        let fake = tokio::task::spawn_blocking(|| FakeOpnSense::start(options)).await.unwrap();
        Self { server, fake }
    }

    /// Runs the program without a terminal, with the key of Muster's own user in its environment.
    pub(crate) async fn muster(&self, args: &[&str]) -> Said {
        let user = User::muster();
        let keys = [("MUSTER_GATEWAY_KEY", user.key), ("MUSTER_GATEWAY_SECRET", user.secret)];
        self.muster_with(args, &keys).await
    }

    pub(crate) async fn muster_with(&self, args: &[&str], environment: &[(&str, String)]) -> Said {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_muster"));
        command.args(["--server", &self.server.base, "--token", &self.server.token]).args(args);
        command.envs(environment.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
        let Output { status, stdout, stderr } =
            tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: status.code(), out: text(stdout), err: text(stderr) }
    }

    /// What a command prints that goes well.
    pub(crate) async fn done(&self, args: &[&str]) -> String {
        let Said { code, out, err } = self.muster(args).await;
        assert_eq!(code, Some(0), "{args:?}: {out}{err}");
        out
    }

    /// What a command says that fails.
    pub(crate) async fn failed(&self, args: &[&str]) -> String {
        let Said { code, out, err } = self.muster(args).await;
        assert_eq!(code, Some(1), "{args:?}: {out}{err}");
        err
    }

    /// Sets the firewall up as `opnsense`, for the machines on LAN.
    pub(crate) async fn add(&self) -> String {
        let (url, pin) = (self.fake.url(), self.fake.fingerprint());
        self.done(&[&["gateway", "add", "opnsense", &url, "--fingerprint", &pin][..], &LAN].concat()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.server.read(path).await
    }
}

/// What is wanted, said on the command line.
pub(crate) const LAN: [&str; 6] =
    ["--interface", "lan", "--muster-address", "192.168.1.10", "--no-proof", "-y"];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_gateway_is_named() {
    let server = TestServer::new().await;
    for (method, path) in [
        (Method::GET, "/api/v1/gateways/edge"),
        (Method::DELETE, "/api/v1/gateways/edge"),
        (Method::GET, "/api/v1/gateways/..%2Fx/plan"),
        (Method::GET, "/api/v1/gateways/edge/applies"),
        (Method::GET, "/api/v1/gateways/edge/applies/1"),
        (Method::GET, "/api/v1/gateways/edge/drift"),
        (Method::GET, "/api/v1/gateways/edge/rollback"),
        (Method::GET, "/api/v1/gateways/edge/proposal?interface=lan"),
    ] {
        let answer = server.operator(method, path).send().await.unwrap();
        crate::support::problem(answer, StatusCode::NOT_FOUND).await;
    }
    for (body, says) in [
        (json!({"name": "Edge", "adapter": {"kind": "dnsmasq", "file": "/x", "reload": "by-hand"}}), "Edge"),
        (json!({"name": "edge", "adapter": {"kind": "cisco"}}), "cisco"),
        (
            json!({"name": "edge", "adapter": {"kind": "opnsense", "url": "http://fw.lan", "trust": "public", "credential": "gateway.edge"}}),
            "https only",
        ),
    ] {
        let answer = server.operator(Method::POST, "/api/v1/gateways").json(&body).send().await.unwrap();
        assert!(answer.status().is_client_error(), "{body}");
        let text = answer.text().await.unwrap();
        assert!(text.contains(says), "{text}");
    }
    assert_eq!(server.read("/api/v1/gateways").await, json!([]));
}
