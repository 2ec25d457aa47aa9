//! An arming, and both of its documents.

use boot::links::Links;
use boot::site::CoreOs;
use boot::tickets::{DEFAULT_LIFE, Purpose, TicketKey, Token};
use boot::{Agent, Arch, AssetId, SshPublicKey};
use inventory::{Id, MacAddr, Timestamp};
use okd::arming::{Arming, Marks};
use okd::documents::{LiveBriefing, NodeBriefing, live, node};
use okd::{OkdError, Role, Target};

pub(crate) const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKd1bDrz8PLLbyKxXfCCDhmAz0ATDQLuBUSTrEFcyC2m muster";
/// A worker's, as installers of today write it.
pub(crate) const CONFIG: &str = r#"{"ignition":{"version":"3.2.0","config":{"merge":[{"source":"https://api-int.okd1.example.lan:22623/config/worker"}]}}}"#;

const NOW: Timestamp = Timestamp(1_795_257_600_000);
const MAC: MacAddr = MacAddr::new([0x52, 0x54, 0, 0xaa, 0xbb, 1]);

pub(crate) struct Given {
    pub(crate) arming: Arming,
    pub(crate) links: Links,
    pub(crate) ssh_key: SshPublicKey,
    pub(crate) agent: Agent,
    pub(crate) enrol: Token,
    pub(crate) progress: Token,
}

impl Given {
    /// Machines reach the server at `boot`, and find an agent of this sum there.
    pub(crate) fn new(boot: &str, agent_sha256: [u8; 32]) -> Self {
        let asset = AssetId::of_digest;
        let arming = Arming {
            host: Id::generate(NOW),
            generation: 2,
            cluster: "okd1".parse().unwrap(),
            domain: "example.lan".parse().unwrap(),
            role: Role::Worker,
            hostname: "w1".parse().unwrap(),
            machine: Marks { macs: vec![MAC], uuid: None, serial: None },
            target: Target {
                by_id: "wwn-0x5000c500aabbccdd".to_owned(),
                serial: Some("ZA4 1X".to_owned()),
                wwn: Some("naa.5000c500aabbccdd".to_owned()),
                size_bytes: 4 << 20,
                model: Some("ST4000".to_owned()),
                carries: Vec::new(),
            },
            network: None,
            image: CoreOs {
                arch: Arch::X86_64,
                build: "9.0.20250510-0".to_owned(),
                kernel: asset([1; 32]),
                initramfs: asset([2; 32]),
                rootfs: asset([3; 32]),
            },
            armed_at: NOW,
            armed_by: "mia".to_owned(),
            expires_at: NOW,
            consumed_at: None,
            ended: None,
        };
        // What a ticket is for does not matter to who carries it.
        let source = "10.99.0.20".parse().unwrap();
        let mint =
            |key| TicketKey::new([key; 32]).mint(Purpose::Enrol, MAC, source, NOW, DEFAULT_LIFE).unwrap();
        let server = "https://10.99.0.1:8443".parse().unwrap();
        Self {
            arming,
            links: Links { boot: boot.parse().unwrap(), server, pin: [0xc5; 32] },
            ssh_key: KEY.parse().unwrap(),
            agent: Agent { arch: Arch::X86_64, sha256: asset(agent_sha256) },
            enrol: mint(7),
            progress: mint(8),
        }
    }

    pub(crate) fn usual() -> Self {
        Self::new("http://10.99.0.1:8080", [0xab; 32])
    }

    pub(crate) fn live(&self) -> String {
        let Self { arming, links, progress, ssh_key, .. } = self;
        live(&LiveBriefing { arming, links, progress, ssh_key })
    }

    pub(crate) fn node_of(&self, config: &str) -> Result<String, OkdError> {
        let Self { arming, links, agent, enrol, progress, ssh_key } = self;
        let config = config.as_bytes();
        let agent = *agent;
        node(&NodeBriefing { arming, config, links, agent, enrol, progress, ssh_key, interval_secs: 30 })
            .map(|document| document.to_string())
    }

    pub(crate) fn node(&self) -> String {
        self.node_of(CONFIG).unwrap()
    }

    /// Without what differs from run to run.
    pub(crate) fn masked(&self, document: &str) -> String {
        document.replace(self.enrol.reveal(), "ENROL").replace(self.progress.reveal(), "PROGRESS")
    }
}
