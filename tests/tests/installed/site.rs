//! The server, the machine, and the operator before both.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use lab::installed::Installed;
use lab::{
    Deadline, Disk, Firmware, MachineSpec, Manner, Muster, Namespace, Process, Programs, Scratch, packages,
};
use muster_tests::tpm::Tpm;
use muster_tests::{programs, switch};
use serde_json::Value;

use crate::differences::Inventory;

/// Ten times what it takes on two idle processors.
const PATIENCE_SECS: u64 = 300;
const SETTINGS: &str = r#"
networks = ["10.99.0.0/24"]
[agents]
interval_secs = 1
[alerts]
warm_up = "1s"
[alerts.rules.fs.usage]
min_size_mib = 1
warn_for = "0s"
crit_for = "0s"
clear_for = "0s"
"#;
/// Each sample that comes in, too.
const LOG: &str = "info,actix_server=warn,muster::api::agent=debug";
/// Of a virtio card, which carries the machine's address.
pub(crate) const MAC: &str = "52:54:00:00:05:01";
/// Of an e1000e, which carries nothing.
pub(crate) const SPARE_MAC: &str = "00:1b:21:00:05:02";

/// All of it.
pub(crate) struct Site {
    /// The machine.
    pub(crate) machine: Installed,
    /// The server, while it runs.
    muster: Option<Muster>,
    /// What the server knows of the machine since it is enrolled.
    pub(crate) host: Value,
    /// What a machine can't be without while it runs.
    _company: (Tpm, Process),
    namespace: Namespace,
    programs: Programs,
    folder: Scratch,
}

impl Site {
    /// How long anything may take.
    pub(crate) fn patience() -> Deadline {
        Deadline::seconds(PATIENCE_SECS)
    }

    /// A server that runs, and a machine that was just switched on.
    pub(crate) fn open() -> Self {
        packages::require(&[packages::LAB, packages::HARDWARE, packages::INSTALLED].concat()).unwrap();
        let namespace = Namespace::new().unwrap();
        let folder = Scratch::new().unwrap();
        let Programs { muster, agent } = programs().unwrap();
        let programs = Programs { muster, agent: stripped(&agent, folder.path()) };
        let spare = namespace.add_tap().unwrap();
        // The machine's first card gets the next one.
        let switch = switch::speak(&namespace, &[&spare, "tap1"]).unwrap();
        let tpm = Tpm::start(folder.path()).unwrap();
        let spec = spec(folder.path(), &tpm, &spare);
        let mut machine = Installed::plug_in(spec, &namespace).unwrap();
        machine.power_on().unwrap();
        let mut site = Self {
            machine,
            muster: None,
            host: Value::Null,
            _company: (tpm, switch),
            namespace,
            programs,
            folder,
        };
        site.start_server();
        site
    }

    /// Starts the server, anew or again.
    pub(crate) fn start_server(&mut self) {
        let started = {
            let manner = Manner { log: LOG, ..Manner::default() };
            Muster::start_with(&self.namespace, &self.programs, self.folder.path(), SETTINGS, &manner)
        };
        self.muster = Some(started.unwrap());
    }

    /// Stops it.
    pub(crate) fn stop_server(&mut self) {
        self.muster.take();
    }

    /// The server.
    pub(crate) fn muster(&self) -> &Muster {
        self.muster.as_ref().unwrap()
    }

    /// Runs a script on the machine, which must succeed.
    pub(crate) fn run(&self, script: &str) -> String {
        self.machine
            .run(script, Self::patience())
            .unwrap_or_else(|error| panic!("{error:#}\n{}", self.explain()))
    }

    /// Waits for something.
    pub(crate) fn wait_for<T>(&self, what: &str, step: impl FnMut() -> anyhow::Result<Option<T>>) -> T {
        // Each question is a program here, and some are a service there.
        let waited = Self::patience().asking_every(Duration::from_millis(500)).wait_for(what, step);
        waited.unwrap_or_else(|error| panic!("{error:#}\n{}", self.explain()))
    }

    /// The agent as the server hands it out.
    pub(crate) fn fetch_agent(&self) {
        let url =
            format!("http://{}:{}/boot/agent/x86_64/muster-agent", Namespace::ADDRESS, Muster::HTTP_PORT);
        self.run(&format!("cd /root && busybox wget -q {url} && chmod 755 muster-agent"));
    }

    /// What the kernel calls the card with this address.
    pub(crate) fn card(&self, mac: &str) -> String {
        let name = self.run(&format!("basename $(dirname $(grep -l {mac} /sys/class/net/*/address))"));
        name.trim().to_owned()
    }

    /// What root is told of the machine, once all of it is up: a card that has no link yet is not listened on, and one of real
    /// hardware negotiates for a while.
    pub(crate) fn told_to_root(&self) -> Inventory {
        for mac in [MAC, SPARE_MAC] {
            let carrier = format!("cat /sys/class/net/{}/carrier 2>&1 || true", self.card(mac));
            self.wait_for(&format!("the link of {mac}"), || {
                Ok((self.run(&carrier).trim() == "1").then_some(()))
            });
        }
        Inventory::told(&serde_json::from_str(&self.run("/root/muster-agent report --all")).unwrap())
    }

    /// What an operator types.
    pub(crate) fn install(&self, more: &str) {
        let (address, port, pin) = (Namespace::ADDRESS, Muster::TLS_PORT, self.muster().pin().unwrap());
        let server = format!("--server https://{address}:{port} --pin {pin}");
        let said = self.run(&format!("/root/muster-agent install {server} {more}"));
        assert!(said.contains("systemctl restart muster-agent.service: done"), "{said}");
    }

    /// The one host that there is, once it samples.
    pub(crate) fn first_host(&self) -> Value {
        self.wait_for("the host's first sample", || {
            let hosts = self.muster().json(&["host", "list"])?;
            let [host] = hosts.as_array().unwrap().as_slice() else { return Ok(None) };
            Ok((host["revision"].as_i64() > Some(0) && !host["sample_at"].is_null()).then(|| host.clone()))
        })
    }

    /// The operator takes it in.
    pub(crate) fn approve(&self) {
        self.muster().run(&["host", "approve", self.name()]).unwrap();
    }

    /// The host's name.
    pub(crate) fn name(&self) -> &str {
        self.host["name"].as_str().unwrap()
    }

    /// All that the server shows of the host.
    pub(crate) fn shown(&self) -> anyhow::Result<Value> {
        self.muster().json(&["host", "show", self.name()])
    }

    /// What happened to the host, newest first.
    pub(crate) fn events(&self) -> Vec<String> {
        let events = self.muster().json(&["host", "history", self.name()]).unwrap();
        events.as_array().unwrap().iter().map(|event| event["summary"].as_str().unwrap().to_owned()).collect()
    }

    /// The samples that this server has taken since its start, in their order.
    pub(crate) fn samples(&self) -> Vec<Heard> {
        let (lines, _) = self.muster().process().log().since(0);
        lines.iter().filter_map(|line| Heard::in_log(line)).collect()
    }

    /// Asks for an action, and waits until the agent has said what becomes of it.
    pub(crate) fn ask(&self, action: &[&str]) -> Value {
        let asked = self.muster().json(&[&["host", "action", self.name()], action].concat()).unwrap();
        self.outcome(&asked, |_| true)
    }

    /// Waits until the action has an outcome that is wanted.
    pub(crate) fn outcome(&self, asked: &Value, is_wanted: impl Fn(&str) -> bool) -> Value {
        self.wait_for(&format!("the outcome of {asked}"), || {
            let action = self.action(asked)?;
            Ok(action["outcome"].as_str().is_some_and(&is_wanted).then_some(action))
        })
    }

    /// How an action stands.
    pub(crate) fn action(&self, asked: &Value) -> anyhow::Result<Value> {
        let actions = self.muster().json(&["host", "actions", self.name()])?;
        let found = actions.as_array().unwrap().iter().find(|action| action["id"] == asked["id"]);
        Ok(found.unwrap_or_else(|| panic!("{asked} is not in {actions:#}")).clone())
    }

    /// What everybody said last.
    fn explain(&self) -> String {
        let journal = self.machine.ask("journalctl --boot --no-pager --lines 60", Deadline::seconds(20));
        let journal = journal.map_or_else(|error| format!("{error:#}"), |answer| answer.text);
        let muster = self.muster.as_ref().map(|muster| muster.process().log().tail(40)).unwrap_or_default();
        let console = self.machine.machine().console().tail(40);
        format!("the journal:\n{journal}\nmuster:\n{muster}\nthe console:\n{console}")
    }
}

/// One sample: of which start of the agent, and which of its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) start: String,
    pub(crate) seq: u64,
}

impl Heard {
    /// As the agent wrote it.
    pub(crate) fn of(sample: &Value) -> Self {
        let agent = &sample["agent"];
        Self { start: agent["start_id"].as_str().unwrap().to_owned(), seq: agent["seq"].as_u64().unwrap() }
    }

    /// As the server's log has it, where it was applied: `… start="…" seq=7 heard=Applied`.
    fn in_log(line: &str) -> Option<Self> {
        let value = |key: &str| line.split_once(key)?.1.split_whitespace().next();
        (value(" heard=")? == "Applied").then_some(())?;
        Some(Self {
            start: value(" start=")?.trim_matches('"').to_owned(),
            seq: value(" seq=")?.parse().ok()?,
        })
    }
}

/// Without its debugging information, which is most of it and would only have to be carried into the machine.
fn stripped(agent: &Path, folder: &Path) -> std::path::PathBuf {
    let small = folder.join("muster-agent");
    let mut strip = Command::new("strip");
    Process::run("strip", strip.arg("-o").arg(&small).arg(agent), Site::patience()).unwrap();
    small
}

/// A machine with one of each: of what an agent needs rights for, and of what can change.
fn spec(folder: &Path, tpm: &Tpm, spare: &str) -> MachineSpec {
    let data = folder.join("data.ext4");
    let mut make = Command::new("mkfs.ext4");
    make.args(["-q", "-m", "0", "-L", "data"]).arg(&data).arg("32M");
    Process::run("mkfs.ext4", &make, Site::patience()).unwrap();
    let mut spec = MachineSpec::furnished("installed", Firmware::Bios, MAC, "CZ5001");
    spec.memory_mib = 1024;
    spec.cpus = 2;
    spec.bmc = true;
    spec.disks =
        vec![Disk { image: Some(data), ..Disk::nvme("NVME-CZ5001", 0) }, Disk::sata("SATA-CZ5001", 1 << 30)];
    spec.parts = tpm.parts("tpm-tis");
    spec.parts.extend([
        "-netdev".to_owned(),
        format!("tap,id=spare,ifname={spare},script=no,downscript=no"),
        "-device".to_owned(),
        format!("e1000e,netdev=spare,mac={SPARE_MAC},romfile="),
    ]);
    spec
}
