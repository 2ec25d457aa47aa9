//! Muster's own images among the assets: taken in whole and right, or not at all; one of them chosen.

use std::path::Path;

use boot::assets::rows;
use boot::assets::{AssetKind, Assets, LINGERS, Served};
use boot::image::{self, ChooseError, ImageFile, TakeInError, TakenIn, build};
use boot::site::{Centos, DiscoverySystem, Image, ImageId, Stream};
use boot::{Arch, AssetId};
use events::Kind;
use inventory::Timestamp;
use sha2::{Digest as _, Sha256};
use store::{Store, StoreError};

use crate::parts::Parts;
use crate::site::{NOW, Site};

struct Shelf {
    parts: Parts,
    assets: Assets,
}

impl Shelf {
    fn new() -> Self {
        let parts = Parts::new();
        build(&parts.options).unwrap();
        let assets = Assets::open(&parts.path("assets"), 1 << 30).unwrap();
        Self { parts, assets }
    }

    fn built(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.parts.path("out").join(name)).unwrap()
    }

    async fn put(&self, bytes: &[u8]) -> AssetId {
        let id = AssetId::of_digest(Sha256::digest(bytes).into());
        if let Some(mut arrival) = self.assets.receive(id, Some(bytes.len() as u64), 0).await.unwrap() {
            arrival.write(bytes).await.unwrap();
            arrival.finish().await.unwrap();
        }
        id
    }

    async fn take_in(&self) -> Result<TakenIn, TakeInError> {
        image::take_in(&self.assets, &self.built("image.json")).await
    }

    async fn taken_in(&self) -> TakenIn {
        for file in ImageFile::ALL {
            self.put(&self.built(file.as_str())).await;
        }
        self.take_in().await.unwrap()
    }
}

async fn adopt(store: &Store, taken: &TakenIn) {
    let taken = taken.clone();
    store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { image::adopt(tx, &taken, "operator", NOW).await })
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn an_image_is_there_when_all_of_it_has_arrived() {
    let shelf = Shelf::new();
    for file in ImageFile::ALL {
        let early = shelf.take_in().await.unwrap_err();
        assert!(
            matches!(&early, TakeInError::Incomplete { file: missing, .. } if *missing == file),
            "{early}"
        );
        shelf.put(&shelf.built(file.as_str())).await;
    }
    let taken = shelf.take_in().await.unwrap();
    let kinds: Vec<_> = taken.assets.iter().map(|asset| (asset.kind, asset.name.to_string())).collect();
    assert_eq!(
        kinds,
        [
            (AssetKind::Image, "image.json".to_owned()),
            (AssetKind::Kernel, format!("vmlinuz-{}", crate::parts::KERNEL)),
            (AssetKind::Initramfs, "initramfs.img".to_owned()),
        ]
    );
    for (asset, name) in taken.assets.iter().zip(["image.json", "vmlinuz", "initramfs.img"]) {
        assert!(std::fs::read(shelf.assets.path(&asset.id)).unwrap() == shelf.built(name), "{name}");
    }
    // Twice is once.
    assert_eq!(shelf.take_in().await.unwrap(), taken);
    assert!(matches!(image::take_in(&shelf.assets, b"{}").await, Err(TakeInError::Manifest(_))));
}

#[tokio::test]
async fn a_file_that_is_not_as_large_as_the_manifest_says_is_refused() {
    let shelf = Shelf::new();
    let kernel = shelf.put(&shelf.built("vmlinuz")).await;
    shelf.put(&shelf.built("initramfs.img")).await;
    std::fs::File::options().append(true).open(shelf.assets.path(&kernel)).unwrap().set_len(10).unwrap();
    let error = shelf.take_in().await.unwrap_err();
    assert!(matches!(error, TakeInError::Size { file: ImageFile::Kernel, .. }), "{error}");
}

/// An image as an older data folder holds it.
fn old_image(shelf: &Shelf, folder: &Path) -> ImageId {
    let (id, _) = image::Manifest::parse(&shelf.built("image.json")).unwrap();
    let at = folder.join(id.as_str());
    std::fs::create_dir_all(&at).unwrap();
    for name in ["image.json", "vmlinuz", "initramfs.img"] {
        std::fs::write(at.join(name), shelf.built(name)).unwrap();
    }
    id
}

#[tokio::test]
async fn the_images_of_an_older_folder_move_among_the_assets() {
    let shelf = Shelf::new();
    let folder = shelf.parts.path("images");
    assert_eq!(image::move_old(&folder, &shelf.assets).await.unwrap(), []);
    let id = old_image(&shelf, &folder);
    std::fs::create_dir(folder.join("0000000000000000.arriving")).unwrap();
    let moved = image::move_old(&folder, &shelf.assets).await.unwrap();
    assert_eq!(moved.iter().map(|taken| &taken.id).collect::<Vec<_>>(), [&id]);
    assert_eq!(shelf.take_in().await.unwrap(), moved[0]);
    // Before the database knows of it, it is not forgotten: a start that is cut off here is begun again.
    assert_eq!(image::move_old(&folder, &shelf.assets).await.unwrap(), moved);
    image::remove_old(&folder, &id).await.unwrap();
    assert!(!folder.exists());
}

#[tokio::test]
async fn an_old_image_that_is_damaged_stays_and_one_half_moved_goes_on() {
    let shelf = Shelf::new();
    let folder = shelf.parts.path("images");
    let id = old_image(&shelf, &folder);
    let kernel = folder.join(id.as_str()).join("vmlinuz");
    std::fs::write(&kernel, "damaged").unwrap();
    assert_eq!(image::move_old(&folder, &shelf.assets).await.unwrap(), []);
    assert!(folder.join(id.as_str()).join("image.json").exists());
    let kernel_id = AssetId::of_digest(Sha256::digest(shelf.built("vmlinuz")).into());
    assert!(!shelf.assets.path(&kernel_id).exists());
    // The initramfs may have moved by then; with the kernel back, the image is whole.
    std::fs::write(&kernel, shelf.built("vmlinuz")).unwrap();
    assert_eq!(image::move_old(&folder, &shelf.assets).await.unwrap()[0].id, id);
}

async fn choose(store: &Store, system: DiscoverySystem) -> Result<(), ChooseError> {
    store.write(move |tx| Box::pin(async move { image::choose(tx, &system, "operator", NOW).await })).await
}

#[tokio::test]
async fn the_discovery_system_is_chosen_among_what_there_is() {
    let (shelf, site) = (Shelf::new(), Site::new().await);
    let readers = site.store.readers();
    assert_eq!(image::chosen(readers).await.unwrap(), []);
    let taken = shelf.taken_in().await;
    let by_image = DiscoverySystem::Image(Image { arch: Arch::X86_64, id: taken.id.clone() });
    let error = choose(&site.store, by_image.clone()).await.unwrap_err();
    assert!(matches!(error, ChooseError::UnknownImage(_)), "{error}");

    for _ in 0..2 {
        adopt(&site.store, &taken).await;
    }
    assert!(!image::known(readers).await.unwrap()[0].chosen);
    choose(&site.store, by_image.clone()).await.unwrap();
    assert_eq!(image::chosen(readers).await.unwrap(), [by_image]);
    let known = image::known(readers).await.unwrap();
    assert_eq!((known.len(), known[0].chosen, &known[0].manifest), (1, true, &taken.manifest));

    let repo = "http://mirror.lan/10-stream/BaseOS/x86_64/os".parse().unwrap();
    let by_centos = DiscoverySystem::Centos(Centos { arch: Arch::X86_64, stream: Stream::Ten, repo });
    choose(&site.store, by_centos.clone()).await.unwrap();
    assert_eq!(image::chosen(readers).await.unwrap(), [by_centos]);
    let events = events::after(readers, 0, 10).await.unwrap();
    let added = events.iter().filter(|event| event.kind == Kind::AssetAdded).count();
    let chosen: Vec<_> = events.iter().filter(|event| event.kind == Kind::ImageChosen).collect();
    assert_eq!((added, chosen.len()), (3, 2));
    assert!(chosen[0].summary.contains(taken.id.as_str()) && chosen[1].summary.contains("CentOS Stream 10"));
}

async fn choose_centos(store: &Store) {
    let repo = "http://mirror.lan/os".parse().unwrap();
    let centos = DiscoverySystem::Centos(Centos { arch: Arch::X86_64, stream: Stream::Nine, repo });
    choose(store, centos).await.unwrap();
}

#[tokio::test]
async fn an_image_is_pruned_as_a_whole_and_never_one_that_machines_may_be_booting() {
    let (shelf, site) = (Shelf::new(), Site::new().await);
    let taken = shelf.taken_in().await;
    adopt(&site.store, &taken).await;
    let ids: Vec<AssetId> = taken.assets.iter().map(|asset| asset.id).collect();
    let prune = async |wanted: Vec<AssetId>, now: Timestamp| {
        let pruned = site.store.write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { rows::prune(tx, &wanted, "operator", now).await })
        });
        pruned.await.unwrap()
    };
    choose(&site.store, DiscoverySystem::Image(Image { arch: Arch::X86_64, id: taken.id.clone() }))
        .await
        .unwrap();
    assert_eq!(prune(ids.clone(), NOW).await, []);
    choose_centos(&site.store).await;
    assert_eq!(prune(ids.clone(), NOW).await, [], "a machine may be in the middle of its boot");
    let over = NOW.plus(LINGERS);
    assert_eq!(prune(ids[1..].to_vec(), over).await, [], "an image's files go with its image.json only");
    assert_eq!(prune(ids.clone(), over).await, ids);
    assert!(image::known(site.store.readers()).await.unwrap().is_empty());
    assert!(rows::all(site.store.readers()).await.unwrap().is_empty());
    assert_eq!(prune(ids, over).await, []);
}

#[tokio::test]
async fn a_server_that_is_started_anew_still_hands_out_what_was_chosen_before() {
    let (shelf, site) = (Shelf::new(), Site::new().await);
    let taken = shelf.taken_in().await;
    adopt(&site.store, &taken).await;
    let started = async || {
        let served = Served::none(shelf.assets.clone(), site.clock.clone());
        served.refresh(&site.store).await.unwrap();
        served
    };
    let kernel = |served: &Served| served.image_file(&taken.id, ImageFile::Kernel).is_some();
    assert!(!kernel(&started().await));
    choose(&site.store, DiscoverySystem::Image(Image { arch: Arch::X86_64, id: taken.id.clone() }))
        .await
        .unwrap();
    assert!(kernel(&started().await));
    // It falls over between the choice and the look at what that means.
    choose_centos(&site.store).await;
    for _ in 0..3 {
        let served = started().await;
        assert!(kernel(&served) && !served.referenced().image(&taken.id));
        site.clock.advance(LINGERS / 4);
    }
    site.clock.advance(LINGERS / 4);
    assert!(!kernel(&started().await));
}
