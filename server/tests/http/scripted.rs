//! A machine that is installed as a script says: it asks for what iPXE, the initramfs, the installer and the installed system ask
//! for, over HTTP, and does nothing else. Each step is called by itself, so that a test may stop it anywhere, or let another
//! machine do what this one did.

use std::time::{Duration, Instant};

use hosts_sections::{Content, Cpu, Disk, Drive, Firmware, Memory, System, Transport};
use inventory::sections::{self as hosts_sections, BootMode};
use inventory::{EnrolReply, Report, Section};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::installer::Installer;
use crate::support::{Agent, START, TestServer, asset_id, expect};

const GIB: u64 = 1 << 30;

/// A cluster called okd1 that is made now, and three assets of one build.
pub(crate) async fn cluster(server: &TestServer) {
    let made_at_ms = server.clock_millis();
    let written = Installer::new("okd1", made_at_ms).run();
    let files: serde_json::Map<String, Value> =
        written.files().map(|(name, text)| (name.to_owned(), text.into())).into_iter().collect();
    let mut image = serde_json::Map::new();
    for kind in ["kernel", "initramfs", "rootfs"] {
        let name = format!("scos-9.0.20250510-0-live-{kind}.x86_64");
        expect(server.upload(&name, kind, name.as_bytes()).await, StatusCode::OK).await;
        image.insert(kind.to_owned(), asset_id(name.as_bytes()).into());
    }
    image.insert("arch".to_owned(), "x86_64".into());
    image.insert("build".to_owned(), "9.0.20250510-0".into());
    let message = json!({"name": "okd1", "domain": "example.lan", "ignition": files, "image": image});
    let made = server.operator(Method::POST, "/api/v1/clusters").json(&message).send().await.unwrap();
    expect(made, StatusCode::OK).await;
}

/// The machine.
pub(crate) struct Machine {
    pub(crate) agent: Agent,
    pub(crate) host: String,
    /// From where it asks.
    pub(crate) address: &'static str,
    number: u8,
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
    /// One that is known, approved, and a control-plane node of okd1 to be: `node` and its number.
    pub(crate) async fn assigned(server: &TestServer, number: u8) -> Self {
        let machine = Self::approved(server, number).await;
        let role = json!({
            "cluster": "okd1", "role": "control-plane", "hostname": format!("cp{number}"),
            "disk": format!("serial=DISK{number}"),
        });
        let path = format!("/api/v1/hosts/{}/role", machine.host);
        let set = server.operator(Method::PUT, &path).json(&role).send().await.unwrap();
        expect(set, StatusCode::OK).await;
        machine
    }

    /// One that is known and approved.
    pub(crate) async fn approved(server: &TestServer, number: u8) -> Self {
        let agent = Agent::new(&format!("3c:ec:ef:00:01:{number:02x}"), &format!("SERIAL{number}"));
        let host = agent.enrolled(server).await;
        let machine = Self { agent, host, address: "127.0.0.1", number };
        let path = format!("/api/v1/hosts/{}", machine.host);
        expect(
            server.operator(Method::POST, &format!("{path}/approve")).send().await.unwrap(),
            StatusCode::OK,
        )
        .await;
        let name = json!({"name": format!("node{number}")});
        let renamed =
            server.operator(Method::POST, &format!("{path}/rename")).json(&name).send().await.unwrap();
        expect(renamed, StatusCode::OK).await;
        let sent = machine.agent.send(server, Method::PUT, "/agent/v1/inventory", &machine.report()).await;
        expect(sent, StatusCode::OK).await;
        machine
    }

    /// Arms it for two hours; answers its generation.
    pub(crate) async fn armed(&self, server: &TestServer, occasion: &str) -> i64 {
        let order = json!({"hosts": [self.host], "occasion": occasion});
        let plan = server.operator(Method::POST, "/api/v1/arming-plan").json(&order).send().await.unwrap();
        let plan: Value = serde_json::from_str(&expect(plan, StatusCode::OK).await).unwrap();
        let order = json!({"order": order, "digest": plan["digest"]});
        let armed = server.operator(Method::POST, "/api/v1/armings").json(&order).send().await.unwrap();
        let armed: Value = serde_json::from_str(&expect(armed, StatusCode::OK).await).unwrap();
        armed[0]["generation"].as_i64().unwrap()
    }

    /// iPXE: its script, as text.
    pub(crate) async fn asks(&self, server: &TestServer) -> String {
        let path = format!(
            "/boot/by-mac/{}.ipxe?platform=efi&arch=x86_64&serial={}",
            self.agent.mac.replace(':', "-"),
            self.agent.serial
        );
        let script = server.request_from(self.address, Method::GET, &path).send().await.unwrap();
        expect(script, StatusCode::OK).await
    }

    /// iPXE: its script, which installs.
    pub(crate) async fn boots(&self, server: &TestServer) -> Script {
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
    pub(crate) async fn gets(&self, server: &TestServer, path: &str) -> Response {
        server.request_from(self.address, Method::GET, path).send().await.unwrap()
    }

    /// Kernel and root file system, as the initramfs has them; then the live system's document, by which it can speak.
    pub(crate) async fn comes_up(&self, server: &TestServer, script: &Script) -> Voice {
        for path in [&script.kernel, &script.rootfs] {
            expect(self.gets(server, path).await, StatusCode::OK).await;
        }
        Voice::of(&expect(self.gets(server, &script.live).await, StatusCode::OK).await)
    }

    /// The whole way to the node's document; answers the voice of the live system and the document.
    pub(crate) async fn fetches_its_document(&self, server: &TestServer) -> (Voice, String) {
        let script = self.boots(server).await;
        let voice = self.comes_up(server, &script).await;
        voice.says(server, "live", "").await;
        voice.says(server, "disk-checked", "").await;
        let document = expect(self.gets(server, &script.node).await, StatusCode::OK).await;
        (voice, document)
    }

    /// The agent that the node's document brought enrols, with a key of its own; answers the host's id.
    pub(crate) async fn joins(&mut self, server: &TestServer, document: &str) -> String {
        let settings = file_in(document, "/etc/muster-agent/agent.env");
        let ticket = settings.split("MUSTER_TICKET='").nth(1).unwrap().split('\'').next().unwrap();
        self.agent = Agent::new(&self.agent.mac, &self.agent.serial);
        let request = self.agent.enrolment(Some(ticket.to_owned()));
        let reply = expect(server.enrol(&request).await, StatusCode::OK).await;
        let reply: EnrolReply = serde_json::from_str(&reply).unwrap();
        reply.host.to_string()
    }

    /// How its installation is.
    pub(crate) async fn install(&self, server: &TestServer) -> Value {
        server.read(&format!("/api/v1/hosts/{}/install", self.host)).await
    }

    /// Once its installation is so.
    pub(crate) async fn installs(&self, server: &TestServer, is_so: impl Fn(&Value) -> bool) -> Value {
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
    pub(crate) async fn reaches(&self, server: &TestServer, step: &str) -> Value {
        self.installs(server, |install| install["standing"]["last"] == step).await
    }

    /// Where it stands in its life.
    pub(crate) async fn state(&self, server: &TestServer) -> String {
        let host = server.read(&format!("/api/v1/hosts/{}", self.host)).await;
        host["host"]["state"].as_str().or(host["state"].as_str()).unwrap().to_owned()
    }

    fn report(&self) -> Report {
        let mut report = self.agent.report();
        let disk = |index: u8| Disk {
            name: format!("sd{}", char::from(b'a' + index)),
            size_bytes: Some(480_103_981_056),
            model: Some("INTEL SSDSC2KB480G8".into()),
            serial: Some(if index == 0 {
                format!("DISK{}", self.number)
            } else {
                format!("DATA{}-{index}", self.number)
            }),
            transport: Some(Transport::Ata),
            by_id: vec![if index == 0 {
                format!("ata-INTEL_SSDSC2KB480G8_DISK{}", self.number)
            } else {
                format!("ata-INTEL_SSDSC2KB480G8_DATA{}-{index}", self.number)
            }],
            ..Disk::default()
        };
        let disks: Vec<Disk> = (0..3).map(disk).collect();
        let drive = |disk: &Disk| Drive {
            device: disk.name.clone(),
            serial: disk.serial.clone(),
            ..Drive::default()
        };
        let content = |disk: &Disk| Content { device: disk.name.clone(), ..Content::default() };
        let cpu = Cpu {
            architecture: Some("x86_64".into()),
            threads: Some(16),
            x86_64_level: Some(3),
            ..Cpu::default()
        };
        let memory =
            Memory { installed_bytes: Some(32 * GIB), usable_bytes: Some(31 * GIB), ..Memory::default() };
        let firmware =
            Firmware { boot_mode: Some(BootMode::Uefi), secure_boot: Some(false), ..Firmware::default() };
        report.sections.drives = Section::new(disks.iter().map(drive).collect(), vec![]);
        report.sections.contents = Section::new(disks.iter().map(content).collect(), vec![]);
        report.sections.disks = Section::new(disks, vec![]);
        report.sections.cpu = Section::new(cpu, vec![]);
        report.sections.memory = Section::new(memory, vec![]);
        report.sections.firmware = Section::new(firmware, vec![]);
        let system = System {
            vendor: Some("Dell Inc.".into()),
            product: Some("PowerEdge R650".into()),
            serial: Some(self.agent.serial.clone()),
            ..System::default()
        };
        report.sections.system = Section::new(system, vec![]);
        report
    }
}

/// By what a machine says how far it is: the address that its document gave it.
#[derive(Debug, Clone)]
pub(crate) struct Voice {
    pub(crate) path: String,
}

impl Voice {
    /// That of this document, the live system's or the node's.
    pub(crate) fn of(document: &str) -> Self {
        let settings = file_in(document, "/etc/muster-install/home.curl");
        let url = settings.lines().find_map(|line| line.strip_prefix("url = \"")).unwrap();
        Self { path: path_of(url.trim_end_matches('"')) }
    }

    /// Posts a form; answers the status.
    pub(crate) async fn posts(&self, server: &TestServer, form: String) -> StatusCode {
        let sent = server.request(Method::POST, &self.path).body(form);
        let sent = sent.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        sent.status()
    }

    /// Says a step that went well; `more` are further fields of the form.
    pub(crate) async fn says(&self, server: &TestServer, step: &str, more: &str) {
        let status = self.posts(server, format!("step={step}&failed=0{more}")).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{step}");
    }

    /// Says that a step failed, with the last lines of a log.
    pub(crate) async fn says_failed(&self, server: &TestServer, step: &str, log: &str) {
        let words: String = log.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let status = self.posts(server, format!("step={step}&failed=1&percent=&words={words}")).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{step}");
    }
}

/// What a file holds that an Ignition document writes.
pub(crate) fn file_in(document: &str, path: &str) -> String {
    let document: Value = serde_json::from_str(document).unwrap();
    let files = document["storage"]["files"].as_array().unwrap();
    let file = files.iter().find(|file| file["path"] == path).unwrap_or_else(|| panic!("no {path}"));
    let source = file["contents"]["source"].as_str().unwrap();
    decoded(source.strip_prefix("data:,").unwrap_or_else(|| panic!("{source}")))
}

/// Without the `%XX` of a URL.
fn decoded(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}

fn path_of(url: &str) -> String {
    let rest = url.split_once("://").unwrap().1;
    rest[rest.find('/').unwrap()..].to_owned()
}

impl TestServer {
    fn clock_millis(&self) -> i64 {
        use inventory::Clock as _;
        self.clock.now().millis().max(START.0)
    }
}
