//! A room with a cluster in it, and machines that were discovered and approved.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use boot::assets::AssetKind;
use boot::assets::rows::{NewAsset, note};
use boot::site::CoreOs;
use boot::{Arch, AssetId};
use events::{Event, Kind};
use hosts::{HostFacts, IntakeLimits, Proof, State};
use inventory::sections::{Content, Disk, Nic, System};
use inventory::{
    AgentInfo, AgentKey, Clock as _, EnrolRequest, Id, MacAddr, ManualClock, Report, SCHEMA, Section,
    Sections, Timestamp,
};
use okd::arming::{Asked, Occasion, Order, Plan, USUAL_LIFE};
use okd::assignment::New;
use okd::cluster::{Clusters, Folder, New as NewCluster};
use okd::disk::resolve;
use okd::{Arming, Assignments, Installs, OkdError, Role, Selector};
use secrets::{SecretKey, Secrets};
use store::{Store, StoreError};

use crate::installer::Installer;

pub(crate) const START: Timestamp = Timestamp(1_795_257_600_000);
pub(crate) const INSTALLER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7));

pub(crate) struct Room {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) clusters: Clusters,
    pub(crate) assignments: Assignments,
    pub(crate) installs: Installs,
    folder: PathBuf,
    _dir: Arc<tempfile::TempDir>,
}

/// A machine's first card, of machine `n`.
pub(crate) fn mac(n: u8) -> MacAddr {
    MacAddr::new([0x3c, 0xec, 0xef, 0, 0, n])
}

pub(crate) fn serial(n: u8) -> String {
    format!("SVC{n:04}")
}

/// What a machine is made of: two cards, and disks of these serial numbers, each empty or with this on it.
pub(crate) fn report(n: u8, disks: &[(&str, Option<&str>)]) -> Report {
    let card = |last: u8| Nic {
        name: format!("eth{last}"),
        permanent_mac: Some(MacAddr::new([0x3c, 0xec, 0xef, 0, last, n])),
        physical: true,
        ..Nic::default()
    };
    let disk = |(place, (serial, _)): (usize, &(&str, Option<&str>))| Disk {
        name: format!("sd{}", char::from(b'a' + u8::try_from(place).unwrap())),
        serial: Some((*serial).to_owned()),
        by_id: vec![format!("ata-DISK_{serial}")],
        size_bytes: Some(500_000_000_000),
        ..Disk::default()
    };
    let content = |(place, (_, carries)): (usize, &(&str, Option<&str>))| Content {
        device: format!("sd{}", char::from(b'a' + u8::try_from(place).unwrap())),
        signatures: carries
            .iter()
            .map(|kind| inventory::sections::Signature { kind: (*kind).to_owned(), ..Default::default() })
            .collect(),
        ..Content::default()
    };
    let system = System {
        vendor: Some("Dell Inc.".into()),
        product: Some("PowerEdge R640".into()),
        serial: Some(serial(n)),
        uuid: Some(format!("4c4c4544-0048-5110-804a-c6c04f59{n:04x}")),
        ..System::default()
    };
    Report {
        schema: SCHEMA,
        agent: AgentInfo {
            version: "0.1.0".into(),
            start_id: "start-1".into(),
            boot_id: Some("boot-1".into()),
        },
        collected_at: Timestamp(1),
        duration_ms: 1,
        sections: Sections {
            system: Section::new(system, vec![]),
            disks: Section::new(disks.iter().enumerate().map(disk).collect(), vec![]),
            contents: Section::new(disks.iter().enumerate().map(content).collect(), vec![]),
            nics: Section::new(vec![card(0), card(1)], vec![]),
            ..Sections::default()
        },
    }
}

pub(crate) async fn room() -> Room {
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let room = open(dir.path(), Arc::clone(&dir), Arc::new(ManualClock::at(START))).await;
    let written = Installer::new("okd1", START.0).run();
    let folder = Folder {
        bootstrap: written.bootstrap.into_bytes().into(),
        control_plane: written.master.into_bytes().into(),
        worker: written.worker.into_bytes().into(),
        metadata: written.metadata.into_bytes(),
    };
    let [kernel, initramfs, rootfs] = [1, 2, 3].map(|byte| AssetId::of_digest([byte; 32]));
    for (id, kind) in
        [(kernel, AssetKind::Kernel), (initramfs, AssetKind::Initramfs), (rootfs, AssetKind::Rootfs)]
    {
        let name = format!("live-{kind}").parse().unwrap();
        let asset = NewAsset { id, name, kind, size_bytes: 1, source: "uploaded".to_owned() };
        room.store
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move { note(tx, &asset, "anna", START).await })
            })
            .await
            .unwrap();
    }
    let image = CoreOs { arch: Arch::X86_64, build: "9.0.20250510-0".to_owned(), kernel, initramfs, rootfs };
    let (name, domain) = ("okd1".parse().unwrap(), "example.lan".parse().unwrap());
    let new = NewCluster { name, domain, folder, image: Some(image), front: None, replace: false };
    room.clusters.create(new, "anna").await.unwrap();
    room
}

async fn open(path: &Path, dir: Arc<tempfile::TempDir>, clock: Arc<ManualClock>) -> Room {
    let store = Store::open(&path.join("muster.db")).await.unwrap();
    let secrets = Secrets::new(store.clone(), SecretKey::load_or_create(&path.join("secret.key")).unwrap());
    let clusters = Clusters::new(store.clone(), secrets, clock.clone());
    let assignments = Assignments::new(store.clone(), clock.clone());
    let installs = Installs::new(store.clone(), clusters.clone(), assignments.clone(), clock.clone());
    Room { store, clock, clusters, assignments, installs, folder: path.to_owned(), _dir: dir }
}

impl Room {
    /// The server died, and starts anew on what is on the disk.
    pub(crate) async fn restarted(self) -> Self {
        let Self { store, clock, folder, _dir: dir, .. } = self;
        store.close().await;
        open(&folder, dir, clock).await
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// An approved host.
    pub(crate) async fn host(&self, n: u8, disks: &[(&str, Option<&str>)]) -> Id {
        let report = report(n, disks);
        let request = EnrolRequest {
            schema: SCHEMA,
            agent: report.agent.clone(),
            key: AgentKey::generate().unwrap(),
            ticket: None,
            identity: report.identity(),
            hostname: None,
        };
        let now = self.clock.now();
        let limits = IntakeLimits::default();
        let facts: HostFacts = self
            .store
            .write::<_, hosts::EnrolError, _>(move |tx| {
                Box::pin(async move {
                    let proof = Proof::Ticket { mac: mac(n) };
                    match hosts::enrol(tx, &request, proof, INSTALLER, &limits, now).await? {
                        hosts::EnrolOutcome::Enrolled { host, .. } => Ok(host),
                        other => panic!("{other:?}"),
                    }
                })
            })
            .await
            .unwrap();
        let id = facts.id.clone();
        self.take(&id, report).await;
        let approved = id.clone();
        self.store
            .write::<_, hosts::HostError, _>(move |tx| {
                Box::pin(async move { hosts::approve(tx, &approved, "anna", now).await })
            })
            .await
            .unwrap();
        id
    }

    pub(crate) async fn take(&self, id: &Id, report: Report) {
        let (id, now) = (id.clone(), self.clock.now());
        self.store
            .write::<_, hosts::HostError, _>(move |tx| {
                Box::pin(async move { hosts::take_report(tx, &id, &report, now).await })
            })
            .await
            .unwrap();
    }

    /// Gives it a role: worker `w<n>` on the disk with this serial number.
    pub(crate) async fn role(&self, id: &Id, n: u8, disk: &str, wipe: Option<&str>) {
        let stored = hosts::inventory(self.store.readers(), id, None).await.unwrap().unwrap();
        let selector: Selector = format!("serial={disk}").parse().unwrap();
        let new = New {
            host: id.clone(),
            cluster: "okd1".parse().unwrap(),
            role: Role::Worker,
            hostname: format!("w{n}").parse().unwrap(),
            address: None,
            target: resolve(&selector, &stored.inventory).unwrap(),
            disk: selector,
            wipe: wipe.map(str::to_owned),
            accepted: vec![],
        };
        self.assignments.put(new, "anna").await.unwrap();
    }

    /// A host with one empty disk and a role.
    pub(crate) async fn worker(&self, n: u8) -> Id {
        let disk = format!("DISK{n}");
        let id = self.host(n, &[(&disk, None)]).await;
        self.role(&id, n, &disk, None).await;
        id
    }

    pub(crate) async fn plan(&self, hosts: &[&Id], occasion: Occasion) -> Plan {
        self.installs.plan(&order(hosts, occasion), &BTreeMap::new()).await.unwrap()
    }

    pub(crate) async fn arm(&self, hosts: &[&Id], occasion: Occasion) -> Result<Vec<Arming>, OkdError> {
        let plan = self.plan(hosts, occasion).await;
        let order = order(hosts, occasion);
        self.installs.arm(&order, &BTreeMap::new(), &plan.digest, USUAL_LIFE, "anna").await
    }

    pub(crate) async fn facts(&self, id: &Id) -> HostFacts {
        hosts::facts(self.store.readers(), id).await.unwrap().unwrap()
    }

    pub(crate) async fn state(&self, id: &Id) -> State {
        self.facts(id).await.state
    }

    /// What the machine is answered as it asks for its script.
    pub(crate) async fn asks(&self, id: &Id, n: u8) -> Option<Result<boot::install::Install, String>> {
        let serial = serial(n);
        let asked = Asked { mac: mac(n), uuid: None, serial: Some(&serial), arch: Arch::X86_64 };
        let answer = self.installs.for_boot(&self.facts(id).await, &asked).await.unwrap();
        answer.map(|answer| answer.map_err(|away| away.why))
    }

    /// The installer fetches the node's document by a ticket of this generation.
    pub(crate) async fn fetches(&self, id: &Id, n: u8, generation: i64) -> Result<(), String> {
        let facts = self.facts(id).await;
        let arming = self.installs.for_document(&facts, mac(n), generation).await.unwrap()?;
        let used = self.installs.consume(id, arming.generation, INSTALLER).await;
        used.map_err(|error| error.to_string())
    }

    /// News of the machine: its state follows.
    pub(crate) async fn happen(&self, id: &Id, event: hosts::Event) {
        let (id, now) = (id.clone(), self.clock.now());
        self.store
            .write::<_, hosts::HostError, _>(move |tx| {
                Box::pin(async move { hosts::transition(tx, &id, event, "it said so", "agent", now).await })
            })
            .await
            .unwrap();
    }

    /// The installed system's agent spoke.
    pub(crate) async fn joins(&self, id: &Id, generation: i64) -> bool {
        let (id, now) = (id.clone(), self.clock.now());
        self.store
            .write::<_, OkdError, _>(move |tx| {
                Box::pin(async move { okd::progress::joined(tx, &id, generation, now).await })
            })
            .await
            .unwrap()
    }

    pub(crate) async fn events(&self, kind: Kind) -> Vec<Event> {
        let mut all = events::after(self.store.readers(), 0, 100_000).await.unwrap();
        all.retain(|event| event.kind == kind);
        all
    }

    pub(crate) async fn armings(&self, id: &Id) -> Result<Option<Arming>, StoreError> {
        self.installs.latest(id).await
    }
}

pub(crate) fn order(hosts: &[&Id], occasion: Occasion) -> Order {
    Order { hosts: hosts.iter().map(|id| (*id).clone()).collect(), occasion, wipe: None }
}
