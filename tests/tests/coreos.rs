//! Discovery by a live CoreOS, as far as it can be had without one: the real Ignition takes the document from the real server
//! by the arguments of the real boot script, brings the agent, and the unit that it wrote enrols the host.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use lab::{Deadline, IgnitionMachine, Muster, Namespace, Place, Process, Programs, Scratch, Stage, ignition};
use muster_tests::programs;
use serde_json::Value;

const WAIT: u64 = 60;
const UNIT: &str = "etc/systemd/system/muster-agent.service";

struct Site {
    muster: Muster,
    namespace: Namespace,
    folder: Scratch,
    /// The card that the agent will find here.
    mac: String,
    /// The agent as it is in life: without the debugger's part, which is most of a test's.
    agent: PathBuf,
}

impl Site {
    /// A server that boots machines into CoreOS, and has an agent for them.
    fn new() -> Self {
        let site = Self::without_agent();
        site.give(&site.agent);
        site
    }

    fn without_agent() -> Self {
        let folder = Scratch::new().unwrap();
        let (agents, agent) = (folder.path().join("agents"), folder.path().join("muster-agent"));
        fs::create_dir(&agents).unwrap();
        let mut strip = Command::new("strip");
        strip.arg("-o").arg(&agent).arg(programs().unwrap().agent);
        Process::run("strip", &strip, Deadline::seconds(WAIT)).unwrap();
        let namespace = Namespace::new().unwrap();
        let programs = Programs { agent: agents, ..programs().unwrap() };
        let muster =
            Muster::start(&namespace, &programs, folder.path(), "[agents]\ninterval_secs = 1\n").unwrap();
        // Nobody boots them here.
        let [kernel, initramfs, rootfs] = ["kernel", "initramfs", "rootfs"].map(|kind| {
            let file = folder.path().join(kind);
            fs::write(&file, kind).unwrap();
            let file = file.to_str().unwrap();
            let added = muster.run(&["asset", "add", file, "--kind", kind, "--output", "json"]).unwrap();
            let added: Value = serde_json::from_str(&added).unwrap();
            added.get("asset").and_then(Value::as_str).unwrap().to_owned()
        });
        let build = ["image", "use", "--coreos", "--build", "9.0.20250510-0"];
        let assets = ["--kernel", &kernel, "--initramfs", &initramfs, "--rootfs", &rootfs];
        muster.run(&[&build[..], &assets].concat()).unwrap();
        let address = namespace.command("cat").arg("/sys/class/net/br0/address").output().unwrap();
        let mac = String::from_utf8(address.stdout).unwrap().trim().to_owned();
        Self { muster, namespace, folder, mac, agent }
    }

    /// Puts an agent where the server looks for it.
    fn give(&self, agent: &Path) {
        let folder = self.folder.path().join("agents/x86_64");
        fs::create_dir_all(&folder).unwrap();
        fs::copy(agent, folder.join("new")).unwrap();
        fs::rename(folder.join("new"), folder.join("muster-agent")).unwrap();
    }

    fn get(&self, path: &str) -> lab::Response {
        let address = (Namespace::ADDRESS, Muster::HTTP_PORT).into();
        Place::from(&self.namespace).http("GET", address, path, &[], "").unwrap()
    }

    /// A machine that iPXE has booted with the arguments of its script.
    fn machine(&self, name: &str) -> IgnitionMachine {
        let script = self.get(&format!("/boot/by-mac/{}.ipxe?arch=x86_64", self.mac)).body;
        let line =
            script.lines().find(|line| line.starts_with("kernel ")).unwrap_or_else(|| panic!("{script}"));
        let arguments = line.split(" || ").next().unwrap();
        let folder = self.folder.path().join(name);
        ignition().unwrap().machine(Place::from(&self.namespace), &folder, arguments).unwrap()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Runs what the unit would, with its settings, in the file system that Ignition made; of this box it sees the processes and
/// one network card.
fn start_unit(site: &Site, machine: &IgnitionMachine) -> Process {
    let root = machine.root();
    let unit = fs::read_to_string(root.join(UNIT)).unwrap();
    let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let settings = unit.lines().find_map(|line| line.strip_prefix("EnvironmentFile=")).unwrap();
    let script = format!(
        "cd '{}' && mkdir -p proc sys run/muster-agent && mount --rbind /proc proc && mount -t tmpfs none sys &&
         mkdir -p sys/class/net/br0/device && set -a && . .{settings} && exec chroot . {command}",
        root.display()
    );
    let mut shell: Command = site.namespace.command("unshare");
    shell.args(["--mount", "sh", "-c", &script]);
    Process::spawn("the unit's agent", &shell).unwrap()
}

#[test]
fn the_real_ignition_brings_an_agent_that_enrols() {
    let site = Site::new();
    let machine = site.machine("machine");
    machine.run(Stage::Fetch).unwrap();
    machine.run(Stage::Files).unwrap();
    let root = machine.root();
    let program = root.join("usr/local/bin/muster-agent");
    assert_eq!(
        (mode(&program), fs::read(&program).unwrap() == fs::read(&site.agent).unwrap()),
        (0o755, true)
    );
    assert_eq!(mode(&root.join("etc/muster-agent/agent.env")), 0o600);
    assert_eq!(mode(&root.join("usr/local/bin/muster-console")), 0o755);
    let presets = fs::read_to_string(root.join("etc/systemd/system-preset/20-ignition.preset")).unwrap();
    for unit in ["muster-agent.service", "muster-console.service"] {
        assert!(presets.contains(&format!("enable {unit}")), "{presets}");
    }
    let passwd = fs::read_to_string(root.join("etc/passwd")).unwrap();
    assert!(passwd.lines().any(|line| line.starts_with("core:")), "{passwd}");
    let keys = fs::read_to_string(root.join("home/core/.ssh/authorized_keys.d/ignition")).unwrap();
    assert!(keys.starts_with("ssh-ed25519 "), "{keys}");

    let agent = start_unit(&site, &machine);
    let host = Deadline::seconds(WAIT).wait_for("the host's inventory", || {
        let hosts = site.muster.json(&["host", "list"])?;
        Ok(hosts
            .as_array()
            .and_then(|hosts| hosts.first())
            .filter(|host| host["revision"].as_i64() > Some(0))
            .cloned())
    });
    let host = host.unwrap_or_else(|error| {
        panic!("{error:#}\n{}\n{}", agent.log().text(), site.muster.process().log().tail(40))
    });
    let trail = site.muster.json(&["host", "trail", host["id"].as_str().unwrap()]).unwrap().to_string();
    for step in ["\"ignition\"", "\"agent\"", "\"agent-first-word\""] {
        assert!(trail.contains(step), "{step}: {trail}");
    }
    // systemd keeps the folder between two starts: it stays the same host.
    agent.stop();
    let before = site.muster.json(&["host", "list"]).unwrap()[0]["sample_at"].clone();
    let _again = start_unit(&site, &machine);
    let hosts = Deadline::seconds(WAIT).wait_for("the next agent's sample", || {
        let hosts = site.muster.json(&["host", "list"])?;
        let is_newer = hosts[0]["sample_at"].as_i64() > before.as_i64();
        Ok((is_newer || hosts.as_array().is_some_and(|hosts| hosts.len() > 1)).then_some(hosts))
    });
    assert_eq!(hosts.unwrap().as_array().unwrap().len(), 1);
}

/// A stage that says these words and fails. What it says behind them is long: it shows its document.
fn fails(machine: &IgnitionMachine, stage: Stage, words: &str) {
    let process = machine.start(stage).unwrap();
    process.wait_for_line(words, Deadline::seconds(WAIT)).unwrap();
    let status = process.wait_for_exit(Deadline::seconds(WAIT)).unwrap();
    assert!(!status.success(), "{}", process.log().text());
}

#[test]
fn another_agent_than_the_promised_one_is_not_taken() {
    let site = Site::new();
    let machine = site.machine("machine");
    machine.run(Stage::Fetch).unwrap();
    // What an upgrade in the wrong moment does, or somebody on the wire.
    let other = site.folder.path().join("other");
    let mut bytes = fs::read(&site.agent).unwrap();
    bytes.push(0);
    fs::write(&other, bytes).unwrap();
    site.give(&other);
    fails(&machine, Stage::Files, "hash verification failed");
    assert!(!machine.root().join("usr/local/bin/muster-agent").exists());
}

#[test]
fn a_ticket_that_is_not_good_is_the_end_and_no_reason_to_ask_again() {
    let site = Site::new();
    let machine = site.machine("machine");
    let cmdline = machine.root().parent().unwrap().join("cmdline");
    let arguments = fs::read_to_string(&cmdline).unwrap();
    let (before, ticket) = arguments.split_once("/boot/ignition/").unwrap();
    fs::write(&cmdline, format!("{before}/boot/ignition/A{ticket}")).unwrap();
    fails(&machine, Stage::Fetch, "Forbidden");
}

#[test]
fn a_machine_waits_for_a_server_that_has_no_agent_yet() {
    let site = Site::without_agent();
    let machine = site.machine("machine");
    let fetch = machine.start(Stage::Fetch).unwrap();
    fetch.wait_for_line("Service Unavailable", Deadline::seconds(WAIT)).unwrap();
    site.give(&site.agent);
    let status = fetch.wait_for_exit(Deadline::seconds(WAIT)).unwrap();
    assert!(status.success(), "{}", fetch.log().text());
    machine.run(Stage::Files).unwrap();
    assert!(machine.root().join("usr/local/bin/muster-agent").exists());
}

#[test]
fn ignitions_own_validator_has_nothing_to_say() {
    let site = Site::new();
    let script = site.get(&format!("/boot/by-mac/{}.ipxe?arch=x86_64", site.mac)).body;
    let url = script.split_once("ignition.config.url=").unwrap().1.split_whitespace().next().unwrap();
    let path = url.split_once("/boot/").map(|(_, path)| format!("/boot/{path}")).unwrap();
    let document = site.get(&path).body;
    assert_eq!(ignition().unwrap().validate(&document).unwrap(), "");
}
