//! Clusters in the database: made, replaced, opened, wiped, removed.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use boot::AssetId;
use boot::assets::rows::{NewAsset, note};
use boot::assets::{AssetKind, Assets, Served};
use events::Kind;
use gateway::wish::Label;
use inventory::{Clock as _, ManualClock, Timestamp};
use okd::cluster::{Clusters, Files, Front, GOOD_FOR, New, compose};
use okd::{OkdError, Role};
use secrets::{SecretKey, Secrets};
use store::{Store, StoreError};
use tempfile::TempDir;

use crate::folders::{MADE, folder};
use crate::installer::{Installer, Written};

struct Place {
    dir: TempDir,
    store: Store,
    clock: Arc<ManualClock>,
    clusters: Clusters,
}

impl Place {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("muster.db")).await.unwrap();
        let clock = Arc::new(ManualClock::at(MADE));
        let clusters = Clusters::new(store.clone(), secrets(dir.path(), &store, "key"), clock.clone());
        Self { dir, store, clock, clusters }
    }

    async fn create(&self, written: &Written) -> Result<okd::Cluster, OkdError> {
        self.clusters.create(new(written), "operator").await
    }

    async fn sql(&self, statements: &'static [&'static str]) {
        let done: Result<(), StoreError> = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    for statement in statements {
                        sqlx::query(*statement).execute(&mut *tx).await?;
                    }
                    Ok(())
                })
            })
            .await;
        done.unwrap();
    }

    /// An asset whose bytes are all the same.
    async fn asset(&self, name: &str, kind: AssetKind, byte: u8) {
        let asset = NewAsset {
            id: AssetId::of_digest([byte; 32]),
            name: name.parse().unwrap(),
            kind,
            size_bytes: 1,
            source: "uploaded".to_owned(),
        };
        let done: Result<(), StoreError> = self
            .store
            .write(move |tx| Box::pin(async move { note(tx, &asset, "operator", MADE).await }))
            .await;
        done.unwrap();
    }

    async fn kinds(&self) -> Vec<Kind> {
        let events = events::after(self.store.readers(), 0, 100).await.unwrap();
        let of_cluster = events.into_iter().filter(|event| event.key == "okd1");
        of_cluster.map(|event| event.kind).collect()
    }
}

fn secrets(dir: &Path, store: &Store, key: &str) -> Secrets {
    Secrets::new(store.clone(), SecretKey::load_or_create(&dir.join(key)).unwrap())
}

fn name() -> Label {
    "okd1".parse().unwrap()
}

fn new(written: &Written) -> New {
    New {
        name: name(),
        domain: "example.lan".parse().unwrap(),
        folder: folder(written),
        image: None,
        front: None,
        replace: false,
    }
}

fn front() -> Front {
    Front {
        gateway: "opnsense".parse().unwrap(),
        api: "10.0.0.5".parse().unwrap(),
        ingress: None,
        inside: vec!["lan".parse().unwrap()],
        everybody: false,
    }
}

const SCOS: [(&str, AssetKind, u8); 3] = [
    ("scos-9.0.20250510-0-live-kernel.x86_64", AssetKind::Kernel, 1),
    ("scos-9.0.20250510-0-live-initramfs.x86_64.img", AssetKind::Initramfs, 2),
    ("scos-9.0.20250510-0-live-rootfs.x86_64.img", AssetKind::Rootfs, 3),
];

fn files() -> Files {
    let [kernel, initramfs, rootfs] = SCOS.map(|(name, _, _)| name.to_owned());
    Files { build: None, arch: None, kernel, initramfs, rootfs }
}

#[tokio::test]
async fn a_cluster_is_made_opened_in_its_time_and_never_after() {
    let place = Place::new().await;
    let written = Installer::new("okd1", MADE.0).run();
    let made = place.create(&written).await.unwrap();
    assert_eq!(place.clusters.get(&name()).await.unwrap(), made);
    assert_eq!(place.clusters.list().await.unwrap(), std::slice::from_ref(&made));
    assert!(matches!(place.create(&written).await, Err(OkdError::ClusterExists(_))));
    let configs = [
        (Role::Bootstrap, &written.bootstrap),
        (Role::ControlPlane, &written.master),
        (Role::Worker, &written.worker),
    ];
    for (role, text) in configs {
        assert_eq!(*place.clusters.config(&name(), role).await.unwrap(), text.as_bytes());
    }
    place.clock.advance(GOOD_FOR);
    for role in [Role::Bootstrap, Role::ControlPlane] {
        let said = place.clusters.config(&name(), role).await.unwrap_err().to_string();
        assert!(said.starts_with("okd1: the") && said.contains("good for 12 hours"), "{said}");
    }
    assert_eq!(*place.clusters.config(&name(), Role::Worker).await.unwrap(), written.worker.as_bytes());
    let nobody = place.clusters.config(&"okd2".parse().unwrap(), Role::Worker).await;
    assert!(matches!(nobody, Err(OkdError::NoCluster(_))));
    assert_eq!(place.kinds().await, [Kind::ClusterCreated]);
}

#[tokio::test]
async fn nothing_of_a_config_lies_open_and_what_was_wiped_does_not_stay_behind() {
    let place = Place::new().await;
    let written = Installer::new("okd1", MADE.0).run();
    place.create(&written).await.unwrap();
    let sealed: Vec<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM cluster_config")
        .fetch_all(place.store.readers())
        .await
        .unwrap();
    let holds = |needle: &[u8]| {
        let files = std::fs::read_dir(place.dir.path()).unwrap();
        let held = |file: std::fs::DirEntry| {
            let bytes = std::fs::read(file.path()).unwrap();
            bytes.windows(needle.len()).any(|window| window == needle)
        };
        files.map(Result::unwrap).any(held)
    };
    for planted in written.planted.iter().chain([&"example.lan:22623".to_owned()]) {
        assert!(!holds(planted.as_bytes()), "{planted}");
    }
    assert!(sealed.iter().all(|sealed| holds(&sealed[40..140])), "they lie there sealed");

    let wiped = place.clusters.wipe(&name(), "operator").await.unwrap();
    assert_eq!((wiped.configs.len(), wiped.wiped_at), (0, Some(place.clock.now())));
    assert_eq!(place.clusters.get(&name()).await.unwrap(), wiped);
    let said = place.clusters.config(&name(), Role::Worker).await.unwrap_err().to_string();
    assert!(said.contains("wiped") && said.contains("--replace"), "{said}");
    place.clusters.wipe(&name(), "operator").await.unwrap();
    assert_eq!(place.kinds().await, [Kind::ClusterCreated, Kind::ClusterWiped]);
    place.store.close().await;
    for sealed in &sealed {
        for part in sealed.chunks(600).map(|part| &part[..part.len().min(100)]) {
            assert!(!holds(part), "a sealed config of {} bytes stays in the file", sealed.len());
        }
    }
}

#[tokio::test]
async fn new_configs_take_the_place_of_old_ones_and_the_rest_stays() {
    let place = Place::new().await;
    for (name, kind, byte) in SCOS {
        place.asset(name, kind, byte).await;
    }
    let old = Installer::new("okd1", MADE.0).run();
    place.create(&old).await.unwrap();
    let all = boot::assets::rows::all(place.store.readers()).await.unwrap();
    let image = compose(&files(), &all).unwrap();
    place.clusters.set_image(&name(), image.clone(), "operator").await.unwrap();
    place.clusters.set_front(&name(), Some(front()), "operator").await.unwrap();
    place.clusters.wipe(&name(), "operator").await.unwrap();

    place.clock.advance(Duration::from_secs(86_400));
    let newer = Installer::new("okd1", place.clock.now().0).run();
    let replace = New { replace: true, ..new(&newer) };
    let cluster = place.clusters.create(replace, "operator").await.unwrap();
    assert_eq!(cluster, place.clusters.get(&name()).await.unwrap());
    assert_eq!((&cluster.image, &cluster.front), (&Some(image), &Some(front())));
    assert_eq!((cluster.created_at, cluster.wiped_at), (MADE, None));
    let opened = place.clusters.config(&name(), Role::ControlPlane).await.unwrap();
    assert_eq!(*opened, newer.master.as_bytes());
    let versions: i64 =
        sqlx::query_scalar("SELECT version FROM cluster").fetch_one(place.store.readers()).await.unwrap();
    assert_eq!(versions, 5);
}

#[tokio::test]
async fn what_nodes_boot_may_be_fetched_as_long_as_the_cluster_says_so() {
    let place = Place::new().await;
    let written = Installer::new("okd1", MADE.0).run();
    place.create(&written).await.unwrap();
    let folder = Assets::open(place.dir.path(), 1).unwrap();
    let served = Served::none(folder, place.clock.clone());
    let all = boot::assets::rows::all(place.store.readers()).await.unwrap();
    assert!(matches!(compose(&files(), &all), Err(OkdError::Image(_))));
    for (name, kind, byte) in SCOS {
        place.asset(name, kind, byte).await;
    }
    let all = boot::assets::rows::all(place.store.readers()).await.unwrap();
    let image = compose(&files(), &all).unwrap();
    let mut other = image.clone();
    other.rootfs = AssetId::of_digest([9; 32]);
    let said = place.clusters.set_image(&name(), other, "operator").await.unwrap_err().to_string();
    assert!(said.contains("there is no asset 0909"), "{said}");
    place.clusters.set_image(&name(), image, "operator").await.unwrap();

    let fetched = async || {
        served.refresh(&place.store).await.unwrap();
        let referenced = served.referenced();
        SCOS.map(|(_, kind, byte)| referenced.asset(&AssetId::of_digest([byte; 32])) == Some(kind))
    };
    assert_eq!(fetched().await, [true; 3]);
    let wanted: Vec<AssetId> = SCOS.map(|(_, _, byte)| AssetId::of_digest([byte; 32])).to_vec();
    let prune = wanted.clone();
    let gone: Result<Vec<AssetId>, StoreError> = place
        .store
        .write(move |tx| {
            Box::pin(async move { boot::assets::rows::prune(tx, &prune, "operator", MADE).await })
        })
        .await;
    assert_eq!(gone.unwrap(), [], "what a cluster's nodes boot is not cleared away");
    place.clusters.remove(&name(), "operator").await.unwrap();
    assert_eq!(fetched().await, [false; 3]);
    let lingers: HashSet<bool> = wanted.iter().map(|id| served.asset(id).is_some()).collect();
    assert_eq!(lingers, HashSet::from([true]), "a machine in the middle of its boot still gets them");
}

#[test]
fn three_files_are_of_one_build_and_each_of_its_kind() {
    let asset = |name: &str, kind, byte: u8| boot::assets::rows::Asset {
        id: AssetId::of_digest([byte; 32]),
        name: name.parse().unwrap(),
        kind,
        size_bytes: 1,
        source: "uploaded".to_owned(),
        added_at: Timestamp(0),
        verified_at: Timestamp(0),
    };
    let mut all: Vec<_> = SCOS.iter().map(|(name, kind, byte)| asset(name, *kind, *byte)).collect();
    all.push(asset("scos-9.0.20250601-0-live-rootfs.x86_64.img", AssetKind::Rootfs, 4));
    all.push(asset("scos-9.0.20250510-0-live-rootfs.aarch64.img", AssetKind::Rootfs, 5));
    all.push(asset("mine.img", AssetKind::Rootfs, 6));
    all.push(asset("twice.img", AssetKind::Rootfs, 7));
    all.push(asset("twice.img", AssetKind::Rootfs, 8));
    let composed = compose(&files(), &all).unwrap();
    assert_eq!((composed.build.as_str(), composed.arch.name()), ("9.0.20250510-0", "x86_64"));
    // Named by their SHA-256, of which the beginning is enough.
    let by_hash = Files { kernel: "010101010101".to_owned(), ..files() };
    assert_eq!(compose(&by_hash, &all).unwrap(), composed);
    let with = |rootfs: &str| Files { rootfs: rootfs.to_owned(), ..files() };
    for (files, says) in [
        (with("scos-9.0.20250601-0-live-rootfs.x86_64.img"), "must be of one build"),
        (with("scos-9.0.20250510-0-live-rootfs.aarch64.img"), "are for x86_64 and for aarch64"),
        (with("mine.img"), ""),
        (Files { build: Some("9.0".to_owned()), ..files() }, "must be of one build"),
        (with("twice.img"), "name it by its SHA-256"),
        (with("none.img"), "there is no asset \"none.img\""),
        (with("0404"), "there is no asset"),
        (Files { kernel: "mine.img".to_owned(), ..files() }, "kept as rootfs, and here a kernel is needed"),
    ] {
        match compose(&files, &all) {
            Ok(composed) => assert_eq!((says, composed.build.as_str()), ("", "9.0.20250510-0")),
            Err(error) => assert!(!says.is_empty() && error.to_string().contains(says), "{says}: {error}"),
        }
    }
    let nameless = [("a", AssetKind::Kernel, 1), ("b", AssetKind::Initramfs, 2), ("c", AssetKind::Rootfs, 3)];
    let nameless = nameless.map(|(name, kind, byte)| asset(name, kind, byte));
    let files = |build: Option<&str>| Files {
        build: build.map(str::to_owned),
        arch: None,
        kernel: "a".to_owned(),
        initramfs: "b".to_owned(),
        rootfs: "c".to_owned(),
    };
    let said = compose(&files(None), &nameless).unwrap_err().to_string();
    assert!(said.contains("--build"), "{said}");
    assert_eq!(compose(&files(Some("9.1")), &nameless).unwrap().build, "9.1");
    assert!(compose(&files(Some("9 1")), &nameless).unwrap_err().to_string().contains("is no build"));
}

#[tokio::test]
async fn a_cluster_with_nodes_stays_and_one_with_armed_nodes_stays_as_it_is() {
    let place = Place::new().await;
    let written = Installer::new("okd1", MADE.0).run();
    place.create(&written).await.unwrap();
    place
        .sql(&[
            "INSERT INTO host (id, name, state, approved, version, source, created_at)
             VALUES ('h1', 'node1', 'armed', 1, 1, 'agent', 1)",
            "INSERT INTO assignment (host_id, version, cluster, role, hostname, disk, target, accepted, changed_at)
             VALUES ('h1', 1, 'okd1', 'control-plane', 'cp1', 'serial=X', '{}', '[]', 1)",
            "INSERT INTO arming (host_id, generation, plan, armed_at, armed_by, expires_at)
             VALUES ('h1', 1, '{}', 1, 'operator', 2)",
        ])
        .await;
    let nodes = place.clusters.nodes(&name()).await.unwrap();
    assert_eq!(nodes.len(), 1);
    let node = &nodes[0];
    assert_eq!((node.name.as_str(), node.hostname.as_str()), ("node1", "cp1"));
    assert_eq!((node.role, node.state), (Role::ControlPlane, hosts::State::Armed));

    let refusals = [
        place.clusters.remove(&name(), "operator").await.unwrap_err(),
        place.clusters.wipe(&name(), "operator").await.unwrap_err(),
        place.clusters.create(New { replace: true, ..new(&written) }, "operator").await.unwrap_err(),
    ];
    assert!(matches!(refusals[0], OkdError::ClusterInUse { .. }));
    for refusal in &refusals {
        assert!(refusal.to_string().contains("node1"), "{refusal}");
    }
    for refusal in &refusals[1..] {
        assert!(refusal.to_string().contains("disarm"), "{refusal}");
    }
    assert!(place.clusters.config(&name(), Role::ControlPlane).await.is_ok(), "nothing was changed");

    // It has what it was armed for: from now on its configs may go.
    place.sql(&["UPDATE arming SET consumed_at = 2"]).await;
    place.clusters.wipe(&name(), "operator").await.unwrap();
    place.sql(&["DELETE FROM assignment"]).await;
    place.clusters.remove(&name(), "operator").await.unwrap();
    assert!(matches!(place.clusters.remove(&name(), "operator").await, Err(OkdError::NoCluster(_))));
    assert!(place.clusters.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn another_key_opens_nothing_and_the_start_says_so() {
    let place = Place::new().await;
    place.clusters.check().await.unwrap();
    place.create(&Installer::new("okd1", MADE.0).run()).await.unwrap();
    place.clusters.check().await.unwrap();
    let other = secrets(place.dir.path(), &place.store, "other-key");
    let other = Clusters::new(place.store.clone(), other, place.clock.clone());
    for error in [other.check().await, other.config(&name(), Role::Worker).await.map(|_| ())] {
        let said = error.unwrap_err().to_string();
        assert!(said.contains("other-key") && said.contains("config of the cluster okd1"), "{said}");
    }
    // One that was moved to another role does not open there.
    place
        .sql(&[
            "UPDATE cluster_config SET sealed = (SELECT sealed FROM cluster_config WHERE role = 'bootstrap')
                WHERE role = 'worker'",
        ])
        .await;
    let said = place.clusters.config(&name(), Role::Worker).await.unwrap_err().to_string();
    assert!(said.contains("another name"), "{said}");
}
