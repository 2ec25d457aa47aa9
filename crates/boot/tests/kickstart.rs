//! The kickstart: valid for both releases, without a word about storage, and its script run for real.

use std::process::Command;

use boot::kickstart::{self, Discovery, Sha256};
use boot::links::Links;
use boot::site::Stream;
use boot::tickets::{Purpose, TicketKey, Token};
use boot::{BaseUrl, SshPublicKey};

use crate::site::{MAC, NOW};
use crate::{golden_file, ksvalidator};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKd1bDrz8PLLbyKxXfCCDhmAz0ATDQLuBUSTrEFcyC2m muster";

pub(crate) struct Given {
    pub(crate) links: Links,
    pub(crate) ssh_key: SshPublicKey,
    pub(crate) ticket: Token,
    pub(crate) agent_sha256: Sha256,
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
            agent_sha256: Sha256(agent_sha256),
        }
    }

    pub(crate) fn document(&self, stream: Stream) -> String {
        let discovery = Discovery {
            stream,
            mac: MAC,
            links: &self.links,
            ssh_key: &self.ssh_key,
            ticket: &self.ticket,
            agent_sha256: &self.agent_sha256,
            interval_secs: 30,
        };
        kickstart::discovery(discovery).unwrap()
    }
}

fn documents() -> [(Stream, &'static str, String); 2] {
    let given = Given::new("http://10.99.0.1:8080", [0xab; 32]);
    [(Stream::Nine, "RHEL9"), (Stream::Ten, "RHEL10")]
        .map(|(stream, version)| (stream, version, given.document(stream)))
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
    golden_file::same("discovery.ks", &given.document(Stream::Nine).replace(given.ticket.reveal(), "TICKET"));
}

#[test]
fn it_is_valid_for_both_releases() {
    let validator = ksvalidator::path();
    for (_, version, document) in documents() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("discovery.ks");
        std::fs::write(&file, &document).unwrap();
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
    for (stream, _, document) in documents() {
        assert_eq!(document.matches("\n%pre ").count(), 1);
        for section in ["%post", "%packages", "%addon", "%pre-install", "%include", "%ksappend", "%onerror"] {
            assert!(!document.contains(section), "{stream}: {section}");
        }
        let code = document.lines().filter(|line| !line.starts_with('#'));
        for word in
            code.flat_map(|line| line.split(|c: char| !(c.is_ascii_alphanumeric() || "-_/".contains(c))))
        {
            assert!(!forbidden.contains(&word), "{stream}: {word}");
            let used = |tool: &&str| word == *tool || tool.starts_with('/') && word.starts_with(tool);
            assert!(!tools.iter().any(used), "{stream}: {word}");
        }
        let commands: Vec<&str> = document.lines().take_while(|line| !line.starts_with("%pre")).collect();
        assert!(commands.contains(&"rescue --nomount") && commands.contains(&"rootpw --lock"));
        assert!(
            commands.contains(&format!("sshpw --username=root --sshkey \"{KEY}\"").as_str()),
            "{commands:?}"
        );
    }
}

#[test]
fn its_script_is_sound_bash() {
    for (stream, _, document) in documents() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("pre.sh");
        std::fs::write(&file, pre(&document)).unwrap();
        let output = Command::new("bash").arg("-n").arg(&file).output().unwrap();
        assert!(output.status.success(), "{stream}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_sha_256_is_64_hex_digits() {
    let text = "ab".repeat(32);
    assert_eq!(text.parse::<Sha256>().unwrap().to_string(), text);
    assert!("ab".parse::<Sha256>().is_err() && "zz".repeat(32).parse::<Sha256>().is_err());
}
