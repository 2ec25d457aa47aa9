//! The server's images: taken whole and right, or not at all; one of them chosen.

use std::time::{Duration, SystemTime};

use boot::Arch;
use boot::image::{self, ChooseError, ImageFile, Library, LibraryError, build};
use boot::site::{Centos, DiscoverySystem, Image, ImageId, Stream};
use events::Kind;
use store::{Store, StoreError};

use crate::parts::Parts;
use crate::site::{NOW, Site};

struct Shelf {
    parts: Parts,
    library: Library,
}

impl Shelf {
    fn new() -> Self {
        let parts = Parts::new();
        build(&parts.options).unwrap();
        let library = Library::open(&parts.path("images")).unwrap();
        Self { parts, library }
    }

    fn built(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.parts.path("out").join(name)).unwrap()
    }

    async fn begin(&self) -> ImageId {
        self.library.begin(&self.built("image.json")).await.unwrap().0
    }

    async fn send(&self, id: &ImageId, file: ImageFile, bytes: &[u8]) -> Result<(), LibraryError> {
        let mut receiver = self.library.receive(id, file).await?;
        for chunk in bytes.chunks(1000) {
            receiver.write(chunk).await?;
        }
        receiver.finish().await
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.parts.path("images").join(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[tokio::test]
async fn an_image_is_there_when_all_of_it_has_arrived() {
    let shelf = Shelf::new();
    let id = shelf.begin().await;
    for file in ImageFile::ALL {
        let early = shelf.library.publish(&id).await.unwrap_err();
        assert!(matches!(early, LibraryError::Incomplete { .. }), "{early}");
        shelf.send(&id, file, &shelf.built(file.as_str())).await.unwrap();
    }
    let manifest = shelf.library.publish(&id).await.unwrap();
    assert_eq!(shelf.files(""), [id.as_str()]);
    assert_eq!(shelf.files(id.as_str()), ["image.json", "initramfs.img", "vmlinuz"]);
    let kernel = std::fs::read(shelf.library.path(&id, ImageFile::Kernel)).unwrap();
    assert!(kernel == shelf.built("vmlinuz"));
    // Twice is once.
    assert_eq!(shelf.begin().await, id);
    assert_eq!(shelf.library.publish(&id).await.unwrap(), manifest);
    assert_eq!(shelf.files(""), [id.as_str()]);
}

#[tokio::test]
async fn what_is_not_as_the_manifest_says_is_refused_and_leaves_nothing() {
    let shelf = Shelf::new();
    let id = shelf.begin().await;
    let good = shelf.built("vmlinuz");
    let mut other = good.clone();
    other[100] ^= 1;
    let longer = [good.as_slice(), b"x"].concat();
    for (bytes, expected) in
        [(other, "SHA-256"), (longer, "bytes"), (good[..good.len() - 1].to_vec(), "bytes")]
    {
        let error = shelf.send(&id, ImageFile::Kernel, &bytes).await.unwrap_err();
        assert!(error.to_string().contains(expected) && error.to_string().contains("vmlinuz"), "{error}");
        assert_eq!(shelf.files(&format!("{id}.arriving")), ["image.json"]);
    }
    drop(shelf.library.receive(&id, ImageFile::Kernel).await.unwrap());
    assert_eq!(shelf.files(&format!("{id}.arriving")), ["image.json"]);
    shelf.send(&id, ImageFile::Kernel, &good).await.unwrap();
}

#[tokio::test]
async fn an_upload_that_was_not_begun_or_is_nonsense_is_refused() {
    let shelf = Shelf::new();
    let unknown = ImageId::of_digest(&[1; 32]);
    assert!(matches!(
        shelf.library.receive(&unknown, ImageFile::Kernel).await,
        Err(LibraryError::NotBegun(_))
    ));
    assert!(matches!(shelf.library.publish(&unknown).await, Err(LibraryError::NotBegun(_))));
    assert!(matches!(shelf.library.begin(b"{}").await, Err(LibraryError::Manifest(_))));
    assert!(shelf.files("").is_empty());
}

#[tokio::test]
async fn an_abandoned_upload_is_taken_off_after_a_day() {
    let shelf = Shelf::new();
    let id = shelf.begin().await;
    assert_eq!(shelf.library.sweep(SystemTime::now()).await.unwrap(), 0);
    let later = SystemTime::now() + Duration::from_secs(25 * 3600);
    assert_eq!(shelf.library.sweep(later).await.unwrap(), 1);
    assert!(matches!(shelf.library.receive(&id, ImageFile::Kernel).await, Err(LibraryError::NotBegun(_))));
}

async fn choose(store: &Store, system: DiscoverySystem) -> Result<(), ChooseError> {
    store.write(move |tx| Box::pin(async move { image::choose(tx, &system, "operator", NOW).await })).await
}

#[tokio::test]
async fn the_discovery_system_is_chosen_among_what_there_is() {
    let (shelf, site) = (Shelf::new(), Site::new().await);
    let readers = site.store.readers();
    assert_eq!(image::chosen(readers).await.unwrap(), []);
    let (id, manifest) = shelf.library.begin(&shelf.built("image.json")).await.unwrap();
    let by_image = DiscoverySystem::Image(Image { arch: Arch::X86_64, id: id.clone() });
    let error = choose(&site.store, by_image.clone()).await.unwrap_err();
    assert!(matches!(error, ChooseError::UnknownImage(_)), "{error}");

    for _ in 0..2 {
        let (id, manifest) = (id.clone(), manifest.clone());
        site.store
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move { image::adopt(tx, &id, &manifest, NOW).await })
            })
            .await
            .unwrap();
    }
    assert!(!image::known(readers).await.unwrap()[0].chosen);
    choose(&site.store, by_image.clone()).await.unwrap();
    assert_eq!(image::chosen(readers).await.unwrap(), [by_image]);
    let known = image::known(readers).await.unwrap();
    assert_eq!((known.len(), known[0].chosen, &known[0].manifest), (1, true, &manifest));

    let repo = "http://mirror.lan/10-stream/BaseOS/x86_64/os".parse().unwrap();
    let by_centos = DiscoverySystem::Centos(Centos { arch: Arch::X86_64, stream: Stream::Ten, repo });
    choose(&site.store, by_centos.clone()).await.unwrap();
    assert_eq!(image::chosen(readers).await.unwrap(), [by_centos]);
    let events = events::after(readers, 0, 10).await.unwrap();
    assert!(events.iter().all(|event| event.kind == Kind::ImageChosen && event.actor == "operator"));
    assert!(events[0].summary.contains(id.as_str()) && events[1].summary.contains("CentOS Stream 10"));
}
