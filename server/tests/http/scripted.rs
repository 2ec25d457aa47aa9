//! A machine that is installed as a script says: it asks for what iPXE, the initramfs, the installer and the installed system ask
//! for, over HTTP, and does nothing else. Each step is called by itself, so that a test may stop it anywhere, or let another
//! machine do what this one did.

#[path = "scripted/report.rs"]
mod report;
#[path = "scripted/voice.rs"]
mod voice;

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use inventory::{EnrolReply, EnrolRequest};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::installer::Installer;
use crate::reach::{Reach, client};
use crate::support::{Agent, TestServer, asset_id, expect};

pub(crate) use voice::{Voice, enrolment_ticket, file_in};

/// A cluster called okd1 that is made now, and three assets of one build.
pub(crate) async fn cluster(server: &TestServer) {
    use inventory::Clock as _;
    cluster_made_at(server, server.clock.now().millis()).await;
}

/// The same, by what an installer wrote at this time.
pub(crate) async fn cluster_made_at(server: &Reach, made_at_ms: i64) {
    let mut image = serde_json::Map::new();
    for kind in ["kernel", "initramfs", "rootfs"] {
        let name = format!("scos-9.0.20250510-0-live-{kind}.x86_64");
        expect(server.upload(&name, kind, name.as_bytes()).await, StatusCode::OK).await;
        image.insert(kind.to_owned(), asset_id(name.as_bytes()).into());
    }
    image.insert("arch".to_owned(), "x86_64".into());
    image.insert("build".to_owned(), "9.0.20250510-0".into());
    takes_in(server, made_at_ms, json!({"image": image})).await;
}

/// The same cluster, by another run of its installer.
pub(crate) async fn cluster_anew(server: &TestServer) {
    use inventory::Clock as _;
    takes_in(server, server.clock.now().millis(), json!({"replace": true})).await;
}

async fn takes_in(server: &Reach, made_at_ms: i64, mut message: Value) {
    let written = Installer::new("okd1", made_at_ms).run();
    let files: serde_json::Map<String, Value> =
        written.files().map(|(name, text)| (name.to_owned(), text.into())).into_iter().collect();
    message["name"] = "okd1".into();
    message["domain"] = "example.lan".into();
    message["ignition"] = files.into();
    let made = server.operator(Method::POST, "/api/v1/clusters").json(&message).send().await.unwrap();
    expect(made, StatusCode::OK).await;
}

/// The machine.
pub(crate) struct Machine {
    pub(crate) agent: Agent,
    /// What it is as a host, once it is known.
    pub(crate) host: String,
    /// The card that it boots from.
    pub(crate) card: String,
    /// The UUID that its board says, if it says one.
    pub(crate) uuid: Option<String>,
    /// The serial number of its first disk.
    pub(crate) disk: String,
    number: u8,
    /// Asks from the machine's own address.
    client: Client,
}

/// Where its script sends it.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) kernel: String,
    pub(crate) rootfs: String,
    pub(crate) live: String,
    pub(crate) node: String,
}

impl Machine {
    /// One that nobody knows yet: with two cards and three disks, at 127.0.0.1.
    pub(crate) fn new(number: u8) -> Self {
        let agent = Agent::new(&format!("3c:ec:ef:00:01:{number:02x}"), &format!("SERIAL{number}"));
        let (card, disk) = (agent.mac.clone(), format!("DISK{number}"));
        let client = client(Some(Ipv4Addr::LOCALHOST.into()));
        Self { agent, host: String::new(), card, uuid: None, disk, number, client }
    }

    /// The same, at an address of its own.
    pub(crate) fn apart(number: u8) -> Self {
        let client = client(Some(Ipv4Addr::new(127, 0, 1, number).into()));
        Self { client, ..Self::new(number) }
    }

    /// One that is known, approved, and a control-plane node of okd1 to be: `node` and its number.
    pub(crate) async fn assigned(server: &Reach, number: u8) -> Self {
        let mut machine = Self::new(number);
        machine.enrols(server).await;
        machine.is_approved(server).await;
        machine.becomes(server, "control-plane", &format!("serial=DISK{number}")).await;
        machine
    }

    /// Its discovery system's agent speaks for the first time.
    pub(crate) async fn enrols(&mut self, server: &Reach) {
        let reply: EnrolReply =
            serde_json::from_str(&expect(self.claims(server, None).await, StatusCode::OK).await).unwrap();
        self.host = reply.host.to_string();
    }

    /// The agent says who it is, with this ticket.
    pub(crate) async fn claims(&self, server: &Reach, ticket: Option<String>) -> Response {
        let request = EnrolRequest { identity: self.report().identity(), ..self.agent.enrolment(ticket) };
        let url = format!("{}/agent/v1/enrol", server.base);
        self.client.post(url).json(&request).send().await.unwrap()
    }

    /// It is taken in, and tells what it is made of.
    pub(crate) async fn is_approved(&self, server: &Reach) {
        let path = format!("/api/v1/hosts/{}", self.host);
        let name = json!({"name": format!("node{}", self.number)});
        let approved = server.operator(Method::POST, &format!("{path}/approve")).send().await.unwrap();
        expect(approved, StatusCode::OK).await;
        let renamed = server.operator(Method::POST, &format!("{path}/rename")).json(&name).send().await;
        expect(renamed.unwrap(), StatusCode::OK).await;
        self.tells(server).await;
    }

    /// Its agent tells what it is made of.
    pub(crate) async fn tells(&self, server: &Reach) {
        let sent = self.agent.send(server, Method::PUT, "/agent/v1/inventory", &self.report()).await;
        expect(sent, StatusCode::OK).await;
    }

    /// It is given a role in okd1, on the disk that is described so; called `cp` or `w` and its number.
    pub(crate) async fn becomes(&self, server: &Reach, role: &str, disk: &str) {
        let short = if role == "worker" { "w" } else { "cp" };
        let hostname = format!("{short}{}", self.number);
        let role = json!({"cluster": "okd1", "role": role, "hostname": hostname, "disk": disk});
        let path = format!("/api/v1/hosts/{}/role", self.host);
        let set = server.operator(Method::PUT, &path).json(&role).send().await.unwrap();
        expect(set, StatusCode::OK).await;
    }

    /// Arms it for two hours; answers its generation.
    pub(crate) async fn armed(&self, server: &Reach, occasion: &str) -> i64 {
        let order = json!({"hosts": [self.host], "occasion": occasion});
        let plan = server.operator(Method::POST, "/api/v1/arming-plan").json(&order).send().await.unwrap();
        let plan: Value = serde_json::from_str(&expect(plan, StatusCode::OK).await).unwrap();
        let order = json!({"order": order, "digest": plan["digest"]});
        let armed = server.operator(Method::POST, "/api/v1/armings").json(&order).send().await.unwrap();
        let armed: Value = serde_json::from_str(&expect(armed, StatusCode::OK).await).unwrap();
        armed[0]["generation"].as_i64().unwrap()
    }

    /// An operator takes its role back.
    pub(crate) async fn released(&self, server: &Reach) {
        let path = format!("/api/v1/hosts/{}/release", self.host);
        expect(server.operator(Method::POST, &path).send().await.unwrap(), StatusCode::OK).await;
    }

    /// iPXE: its script, as text.
    pub(crate) async fn asks(&self, server: &Reach) -> String {
        let path = format!(
            "/boot/by-mac/{}.ipxe?platform=efi&arch=x86_64&serial={}&uuid={}",
            self.card.replace(':', "-"),
            self.agent.serial,
            self.uuid.as_deref().unwrap_or_default()
        );
        expect(self.gets(server, &path).await, StatusCode::OK).await
    }

    /// iPXE: its script, which installs.
    pub(crate) async fn boots(&self, server: &Reach) -> Script {
        let text = self.asks(server).await;
        let word = |name: &str| {
            let found = text.split_whitespace().find_map(|word| word.strip_prefix(name));
            let found = found.unwrap_or_else(|| panic!("no {name} in {text}"));
            path_of(found)
        };
        let kernel = text.lines().find(|line| line.starts_with("kernel ")).unwrap();
        let kernel = kernel.split_whitespace().find(|word| word.starts_with("http")).unwrap();
        Script {
            kernel: path_of(kernel),
            rootfs: word("coreos.live.rootfs_url="),
            live: word("ignition.config.url="),
            node: word("coreos.inst.ignition_url="),
        }
    }

    /// Asks for something at its address.
    pub(crate) async fn gets(&self, server: &Reach, path: &str) -> Response {
        self.client.get(format!("{}{path}", server.base)).send().await.unwrap()
    }

    /// Kernel and root file system, as the initramfs has them; then the live system's document, by which it can speak.
    pub(crate) async fn comes_up(&self, server: &Reach, script: &Script) -> Voice {
        for path in [&script.kernel, &script.rootfs] {
            expect(self.gets(server, path).await, StatusCode::OK).await;
        }
        Voice::of(&expect(self.gets(server, &script.live).await, StatusCode::OK).await)
    }

    /// The whole way to the node's document; answers the voice of the live system and the document.
    pub(crate) async fn fetches_its_document(&self, server: &Reach) -> (Voice, String) {
        let script = self.boots(server).await;
        let voice = self.comes_up(server, &script).await;
        voice.says(server, "live", "").await;
        voice.says(server, "disk-checked", "").await;
        let document = expect(self.gets(server, &script.node).await, StatusCode::OK).await;
        (voice, document)
    }

    /// The agent that the node's document brought enrols, with a key of its own; answers the host's id.
    pub(crate) async fn joins(&mut self, server: &Reach, document: &str) -> String {
        self.agent = Agent::new(&self.agent.mac, &self.agent.serial);
        let reply = self.claims(server, Some(enrolment_ticket(document))).await;
        let reply: EnrolReply = serde_json::from_str(&expect(reply, StatusCode::OK).await).unwrap();
        reply.host.to_string()
    }

    /// How its installation is.
    pub(crate) async fn install(&self, server: &Reach) -> Value {
        server.read(&format!("/api/v1/hosts/{}/install", self.host)).await
    }

    /// Once its installation is so.
    pub(crate) async fn installs(&self, server: &Reach, is_so: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let install = self.install(server).await;
            if is_so(&install) {
                return install;
            }
            assert!(Instant::now() < deadline, "{install:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Once its last good step is this.
    pub(crate) async fn reaches(&self, server: &Reach, step: &str) -> Value {
        self.installs(server, |install| install["standing"]["last"] == step).await
    }

    /// Where it stands in its life.
    pub(crate) async fn state(&self, server: &Reach) -> String {
        let host = server.read(&format!("/api/v1/hosts/{}", self.host)).await;
        host["host"]["state"].as_str().or(host["state"].as_str()).unwrap().to_owned()
    }

    /// Its second card.
    pub(crate) fn other_card(&self) -> String {
        format!("3c:ec:ef:01:01:{:02x}", self.number)
    }
}

/// Without the server's address: it may have another one by then.
fn path_of(url: &str) -> String {
    let rest = url.split_once("://").unwrap().1;
    rest[rest.find('/').unwrap()..].to_owned()
}
