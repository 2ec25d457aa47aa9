//! A database with clusters in it.

use std::path::Path;
use std::sync::Arc;

use boot::AssetId;
use boot::assets::AssetKind;
use boot::assets::rows::{NewAsset, note};
use events::Kind;
use gateway::wish::Label;
use inventory::ManualClock;
use okd::OkdError;
use okd::cluster::{Clusters, Files, Front, New};
use secrets::{SecretKey, Secrets};
use store::{Store, StoreError};
use tempfile::TempDir;

use crate::folders::{MADE, folder};
use crate::installer::Written;

pub(crate) struct Place {
    pub(crate) dir: TempDir,
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) clusters: Clusters,
}

impl Place {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("muster.db")).await.unwrap();
        let clock = Arc::new(ManualClock::at(MADE));
        let clusters = Clusters::new(store.clone(), secrets(dir.path(), &store, "key"), clock.clone());
        Self { dir, store, clock, clusters }
    }

    pub(crate) async fn create(&self, written: &Written) -> Result<okd::Cluster, OkdError> {
        self.clusters.create(new(written), "operator").await
    }

    pub(crate) async fn sql(&self, statements: &'static [&'static str]) {
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
    pub(crate) async fn asset(&self, name: &str, kind: AssetKind, byte: u8) {
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

    pub(crate) async fn kinds(&self) -> Vec<Kind> {
        let events = events::after(self.store.readers(), 0, 100).await.unwrap();
        let of_cluster = events.into_iter().filter(|event| event.key == "okd1");
        of_cluster.map(|event| event.kind).collect()
    }
}

pub(crate) fn secrets(dir: &Path, store: &Store, key: &str) -> Secrets {
    Secrets::new(store.clone(), SecretKey::load_or_create(&dir.join(key)).unwrap())
}

pub(crate) fn name() -> Label {
    "okd1".parse().unwrap()
}

pub(crate) fn new(written: &Written) -> New {
    New {
        name: name(),
        domain: "example.lan".parse().unwrap(),
        folder: folder(written),
        image: None,
        front: None,
        replace: false,
    }
}

pub(crate) fn front() -> Front {
    Front {
        gateway: "opnsense".parse().unwrap(),
        api: "10.0.0.5".parse().unwrap(),
        ingress: None,
        inside: vec!["lan".parse().unwrap()],
        everybody: false,
    }
}

pub(crate) const SCOS: [(&str, AssetKind, u8); 3] = [
    ("scos-9.0.20250510-0-live-kernel.x86_64", AssetKind::Kernel, 1),
    ("scos-9.0.20250510-0-live-initramfs.x86_64.img", AssetKind::Initramfs, 2),
    ("scos-9.0.20250510-0-live-rootfs.x86_64.img", AssetKind::Rootfs, 3),
];

pub(crate) fn files() -> Files {
    let [kernel, initramfs, rootfs] = SCOS.map(|(name, _, _)| name.to_owned());
    Files { build: None, arch: None, kernel, initramfs, rootfs }
}
