//! What nodes boot: which three assets may be chosen, and who may fetch them.

use std::collections::HashSet;

use boot::AssetId;
use boot::assets::{AssetKind, Assets, Served};
use inventory::Timestamp;
use okd::OkdError;
use okd::cluster::{Files, compose};
use store::StoreError;

use crate::folders::MADE;
use crate::installer::Installer;
use crate::place::{Place, SCOS, files, name};

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
