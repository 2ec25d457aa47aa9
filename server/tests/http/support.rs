//! A server of the test's own, an agent that says what it is told to, an operator.

use std::path::Path;
use std::sync::Arc;

use inventory::sections::{Disk, Nic, System};
use inventory::{
    AgentInfo, AgentKey, AgentStamp, EnrolReply, EnrolRequest, ManualClock, Problem, Report, SCHEMA, Sample,
    Section, Sections, Timestamp,
};
use muster::data_dir::DataDir;
use muster::serve::{Running, start};
use muster::settings::{ServeArgs, Settings};
use reqwest::{Method, Response, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::reach::Reach;

/// 2026-11-21 10:40 UTC.
pub(crate) const START: Timestamp = Timestamp(1_795_257_600_000);

pub(crate) struct TestServer {
    running: Running,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) dir: TempDir,
    reach: Reach,
}

impl std::ops::Deref for TestServer {
    type Target = Reach;

    fn deref(&self) -> &Reach {
        &self.reach
    }
}

impl TestServer {
    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    /// With these settings, and an agent for 64-bit x86.
    pub(crate) async fn with(toml: &str) -> Self {
        let server = Self::without_agent(toml).await;
        server.give_agent("x86_64", "the agent");
        server
    }

    /// With these settings, and no agent that machines could be given.
    pub(crate) async fn without_agent(toml: &str) -> Self {
        Self::on(tempfile::tempdir().unwrap(), toml).await
    }

    /// With these settings and the data folder `data` that is there.
    pub(crate) async fn on(dir: TempDir, toml: &str) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let config = dir.path().join("muster.toml");
        std::fs::write(&config, toml).unwrap();
        std::fs::create_dir(dir.path().join("agents")).unwrap();
        let args = ServeArgs {
            config: Some(config),
            listen: vec!["127.0.0.1:0".parse().unwrap()],
            listen_tls: vec!["127.0.0.1:0".parse().unwrap()],
            tftp_listen: Some("off".to_owned()),
            agent: vec![dir.path().join("agents")],
            ..ServeArgs::default()
        };
        let data_dir = DataDir::new(dir.path().join("data"));
        let clock = Arc::new(ManualClock::at(START));
        let running =
            start(data_dir.clone(), Settings::assemble(args).unwrap(), clock.clone()).await.unwrap();
        let (token, _) = data_dir.admin_token().unwrap();
        let reach = Reach::new(format!("http://{}", running.http[0]), token);
        Self { running, clock, dir, reach }
    }

    /// `https://…`, with a certificate that it made itself.
    pub(crate) fn tls_base(&self) -> String {
        format!("https://{}", self.running.tls[0])
    }

    /// Stops it in good order.
    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }

    /// Puts an agent for this processor where the server looks for it; answers its bytes.
    pub(crate) fn give_agent(&self, arch: &str, content: &str) -> Vec<u8> {
        give_agent(self.dir.path(), arch, content)
    }

    /// Chooses what unknown machines boot.
    pub(crate) async fn choose(&self, system: &Value) -> Response {
        self.operator(Method::POST, "/api/v1/discovery").json(system).send().await.unwrap()
    }

    pub(crate) async fn enrol(&self, request: &EnrolRequest) -> Response {
        self.request(Method::POST, "/agent/v1/enrol").json(request).send().await.unwrap()
    }

    /// Makes a tiny image the site's discovery system: scripts then carry tickets.
    pub(crate) async fn choose_image(&self) -> String {
        self.choose_image_with(env!("CARGO_PKG_VERSION")).await
    }

    /// The same, with an agent of this version in it.
    pub(crate) async fn choose_image_with(&self, agent_version: &str) -> String {
        let facts =
            |bytes: &[u8]| json!({"size_bytes": bytes.len(), "sha256": hex::encode(Sha256::digest(bytes))});
        let (kernel, initramfs) = (b"kernel of a test".as_slice(), b"initramfs of a test".as_slice());
        let manifest = json!({
            "format": 1, "arch": "x86_64", "kernel_version": "6.1.0", "agent_version": agent_version,
            "muster_version": env!("CARGO_PKG_VERSION"), "built_at": 1, "modules": 0,
            "vmlinuz": facts(kernel), "initramfs": facts(initramfs),
        });
        for (kind, bytes) in [("kernel", kernel), ("initramfs", initramfs)] {
            let sent = self.upload(kind, kind, bytes).await;
            expect(sent, StatusCode::OK).await;
        }
        let added = self.operator(Method::POST, "/api/v1/images").body(manifest.to_string());
        let added: Value = added.send().await.unwrap().json().await.unwrap();
        let image = added["image"].as_str().unwrap().to_owned();
        let chosen =
            self.operator(Method::POST, "/api/v1/discovery").json(&json!({"by": "image", "image": image}));
        expect(chosen.send().await.unwrap(), StatusCode::OK).await;
        image
    }

    /// The ticket in the script that this MAC is given.
    pub(crate) async fn ticket(&self, mac: &str) -> String {
        let script = self.script(mac).await;
        let ticket = script.split_once("muster.ticket=").unwrap().1;
        ticket.split_whitespace().next().unwrap().to_owned()
    }

    pub(crate) async fn script(&self, mac: &str) -> String {
        self.script_for(mac, "x86_64").await
    }

    /// The script that a machine with this MAC and processor is given.
    pub(crate) async fn script_for(&self, mac: &str, arch: &str) -> String {
        let path = format!("/boot/by-mac/{}.ipxe?platform=efi&arch={arch}", mac.replace(':', "-"));
        let response = self.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.text().await.unwrap()
    }
}

/// Puts an agent for this processor into the folder `agents` of `dir`; answers its bytes.
pub(crate) fn give_agent(dir: &Path, arch: &str, content: &str) -> Vec<u8> {
    let machine = if arch == "x86_64" { 62 } else { 183 };
    let head = [&b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0"[..], &[machine, 0]].concat();
    let bytes = [head, content.into()].concat();
    let folder = dir.join("agents").join(arch);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("new"), &bytes).unwrap();
    std::fs::rename(folder.join("new"), folder.join("muster-agent")).unwrap();
    bytes
}

/// What an asset of these bytes is called.
pub(crate) fn asset_id(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The problem of an answer that must have this status.
pub(crate) async fn problem(response: Response, status: StatusCode) -> Problem {
    assert_eq!(response.headers()["content-type"], "application/problem+json", "{response:?}");
    let actual = response.status();
    let problem: Problem = response.json().await.unwrap();
    assert_eq!(actual, status, "{problem:?}");
    assert_eq!(problem.status, status.as_u16());
    problem
}

/// The text of an answer that must have this status.
pub(crate) async fn expect(response: Response, status: StatusCode) -> String {
    let actual = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(actual, status, "{text}");
    text
}

/// A machine with an agent.
#[derive(Clone)]
pub(crate) struct Agent {
    pub(crate) mac: String,
    pub(crate) serial: String,
    pub(crate) key: AgentKey,
    pub(crate) start_id: String,
}

impl Agent {
    pub(crate) fn new(mac: &str, serial: &str) -> Self {
        Self {
            mac: mac.into(),
            serial: serial.into(),
            key: AgentKey::generate().unwrap(),
            start_id: "start-1".into(),
        }
    }

    pub(crate) fn info(&self) -> AgentInfo {
        AgentInfo {
            version: env!("CARGO_PKG_VERSION").into(),
            start_id: self.start_id.clone(),
            boot_id: Some("boot-1".into()),
        }
    }

    pub(crate) fn enrolment(&self, ticket: Option<String>) -> EnrolRequest {
        EnrolRequest {
            schema: SCHEMA,
            agent: self.info(),
            key: self.key.clone(),
            ticket,
            identity: self.report().identity(),
            hostname: None,
        }
    }

    pub(crate) fn report(&self) -> Report {
        let system = System {
            vendor: Some("Dell Inc.".into()),
            product: Some("PowerEdge R650".into()),
            serial: Some(self.serial.clone()),
            ..System::default()
        };
        let nic = Nic {
            name: "eth0".into(),
            mac: Some(self.mac.parse().unwrap()),
            permanent_mac: Some(self.mac.parse().unwrap()),
            physical: true,
            ..Nic::default()
        };
        let disk = Disk { name: "sda".into(), serial: Some(format!("D-{}", self.serial)), ..Disk::default() };
        Report {
            schema: SCHEMA,
            agent: self.info(),
            collected_at: START,
            duration_ms: 5,
            sections: Sections {
                system: Section::new(system, vec![]),
                nics: Section::new(vec![nic], vec![]),
                disks: Section::new(vec![disk], vec![]),
                ..Sections::default()
            },
        }
    }

    pub(crate) fn stamp(&self, seq: u64) -> AgentStamp {
        AgentStamp { boot_id: Some("boot-1".into()), start_id: self.start_id.clone(), seq }
    }

    pub(crate) fn sample(&self, seq: u64) -> Sample {
        Sample { uptime_secs: Some(60), ..Sample::new(self.stamp(seq), START) }
    }

    /// Enrols without a ticket, and answers the host's id.
    pub(crate) async fn enrolled(&self, server: &TestServer) -> String {
        let response = server.enrol(&self.enrolment(None)).await;
        let reply: EnrolReply = serde_json::from_str(&expect(response, StatusCode::OK).await).unwrap();
        reply.host.to_string()
    }

    pub(crate) async fn send<T: Serialize + ?Sized>(
        &self,
        server: &Reach,
        method: Method,
        path: &str,
        message: &T,
    ) -> Response {
        let request = server.request(method, path).bearer_auth(self.key.reveal()).json(message);
        request.send().await.unwrap()
    }
}
