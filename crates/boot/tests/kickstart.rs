//! The kickstart: valid for both releases, without a word about storage, and its script run for real.

use std::process::Command;

use boot::links::Links;
use boot::tickets::{Purpose, TicketKey, Token};
use boot::{Agent, Arch, AssetId, BaseUrl, Briefing, SshPublicKey, ignition, kickstart};

use crate::site::{MAC, NOW};
use crate::{golden_file, ksvalidator, shell};

pub(crate) const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKd1bDrz8PLLbyKxXfCCDhmAz0ATDQLuBUSTrEFcyC2m muster";

pub(crate) struct Given {
    pub(crate) links: Links,
    pub(crate) ssh_key: SshPublicKey,
    pub(crate) ticket: Token,
    /// For this machine, and another for ARM.
    pub(crate) agents: [Agent; 2],
}

impl Given {
    pub(crate) fn new(boot: &str, agent_sha256: [u8; 32]) -> Self {
        let source = "10.99.0.20".parse().unwrap();
        let ticket = TicketKey::new([7; 32])
            .mint(Purpose::Enrol, MAC, source, NOW, boot::tickets::DEFAULT_LIFE)
            .unwrap();
        let server: BaseUrl = "https://10.99.0.1:8443".parse().unwrap();
        Self {
            links: Links { boot: boot.parse().unwrap(), server, pin: [0xc5; 32] },
            ssh_key: KEY.parse().unwrap(),
            ticket,
            agents: [(Arch::X86_64, agent_sha256), (Arch::Aarch64, [0xcd; 32])]
                .map(|(arch, sha256)| Agent { arch, sha256: AssetId::of_digest(sha256) }),
        }
    }

    fn briefing(&self) -> Briefing<'_> {
        Briefing {
            mac: MAC,
            links: &self.links,
            ssh_key: &self.ssh_key,
            ticket: &self.ticket,
            interval_secs: 30,
        }
    }

    pub(crate) fn kickstart(&self) -> String {
        kickstart::discovery(self.briefing(), &self.agents).unwrap()
    }

    /// For the machine with the given of the agents.
    pub(crate) fn ignition(&self, agent: usize) -> String {
        ignition::discovery(self.briefing(), self.agents[agent]).unwrap()
    }
}

fn document() -> String {
    Given::new("http://10.99.0.1:8080", [0xab; 32]).kickstart()
}

/// The body of `%pre`.
pub(crate) fn pre(document: &str) -> String {
    let (_, after) = document.split_once("\n%pre ").expect("no %pre");
    let (_, body) = after.split_once('\n').unwrap();
    let (body, _) = body.split_once("\n%end").expect("no %end");
    format!("{body}\n")
}

#[test]
fn the_document_is_as_it_is_meant() {
    let given = Given::new("http://10.99.0.1:8080", [0xab; 32]);
    golden_file::same("discovery.ks", &given.kickstart().replace(given.ticket.reveal(), "TICKET"));
}

#[test]
fn it_is_valid_for_both_releases() {
    let validator = ksvalidator::path();
    for version in ["RHEL9", "RHEL10"] {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("discovery.ks");
        std::fs::write(&file, document()).unwrap();
        let output = Command::new(&validator).args(["-v", version]).arg(&file).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).to_lowercase();
        let warned = ["warning", "deprecated", "error"].iter().any(|word| said.contains(word));
        assert!(output.status.success() && !warned, "{version}: {said}");
    }
}

#[test]
fn no_storage_command_stands_in_it() {
    // pykickstart's commands that choose, clear, make or mount storage, and those that would install or go on by themselves.
    let forbidden = [
        "autopart",
        "bootloader",
        "btrfs",
        "clearpart",
        "fcoe",
        "harddrive",
        "ignoredisk",
        "iscsi",
        "iscsiname",
        "logvol",
        "mount",
        "mpath",
        "nvdimm",
        "part",
        "partition",
        "raid",
        "reqpart",
        "snapshot",
        "volgroup",
        "zerombr",
        "zfcp",
        "zipl",
        "ostreesetup",
        "ostreecontainer",
        "bootc",
        "liveimg",
        "url",
        "nfs",
        "cdrom",
        "reboot",
        "poweroff",
        "halt",
        "shutdown",
        "cmdline",
    ];
    // Words that have no business in the script either.
    let tools = [
        "mkfs",
        "wipefs",
        "sgdisk",
        "parted",
        "sfdisk",
        "fdisk",
        "blkdiscard",
        "dd",
        "/dev/sd",
        "/dev/nvme",
        "pvcreate",
        "mdadm",
    ];
    let document = document();
    assert_eq!(document.matches("\n%pre ").count(), 1);
    for section in ["%post", "%packages", "%addon", "%pre-install", "%include", "%ksappend", "%onerror"] {
        assert!(!document.contains(section), "{section}");
    }
    let code = document.lines().filter(|line| !line.starts_with('#'));
    for word in code.flat_map(|line| line.split(|c: char| !(c.is_ascii_alphanumeric() || "-_/".contains(c))))
    {
        assert!(!forbidden.contains(&word), "{word}");
        let used = |tool: &&str| word == *tool || tool.starts_with('/') && word.starts_with(tool);
        assert!(!tools.iter().any(used), "{word}");
    }
    let commands: Vec<&str> = document.lines().take_while(|line| !line.starts_with("%pre")).collect();
    assert!(commands.contains(&"rescue --nomount") && commands.contains(&"rootpw --lock"));
    assert!(commands.contains(&format!("sshpw --username=root --sshkey \"{KEY}\"").as_str()), "{commands:?}");
}

#[test]
fn its_script_is_sound_bash() {
    shell::check("pre.sh", &format!("#!/bin/bash\n{}", pre(&document())));
}
