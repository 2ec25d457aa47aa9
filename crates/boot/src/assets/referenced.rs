//! Which assets machines may fetch: those that a boot profile refers to, and nothing else. Kept in memory, so that a download
//! costs no look into the database.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use super::folder::Assets;
use super::kind::{AssetKind, AssetName};
use crate::asset::AssetId;
use crate::image::{ImageFile, KnownImage};
use crate::site::{DiscoverySystem, Image, ImageId};

/// What boot profiles refer to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Referenced {
    assets: HashMap<AssetId, AssetKind>,
    images: HashMap<ImageId, [AssetId; 2]>,
    binaries: BTreeMap<AssetName, AssetId>,
}

/// What is referred to when `systems` are chosen, for the site or for a host: pure, and the only place that says it.
#[must_use]
pub fn referenced<'a>(
    systems: impl IntoIterator<Item = &'a DiscoverySystem>,
    images: &[KnownImage],
    binaries: BTreeMap<AssetName, AssetId>,
) -> Referenced {
    let mut referenced = Referenced { binaries, ..Referenced::default() };
    referenced.assets.extend(referenced.binaries.values().map(|id| (*id, AssetKind::Ipxe)));
    for system in systems {
        // A system that is made of assets names them here.
        match system {
            DiscoverySystem::Image(Image { id, .. }) => {
                let Some(image) = images.iter().find(|image| image.id == *id) else { continue };
                let files = image.manifest.assets();
                referenced.assets.insert(files[0], AssetKind::Kernel);
                referenced.assets.insert(files[1], AssetKind::Initramfs);
                referenced.images.insert(id.clone(), files);
            }
            // Its files come from a mirror.
            DiscoverySystem::Centos(_) => {}
            DiscoverySystem::CoreOs(coreos) => {
                referenced.assets.insert(coreos.kernel, AssetKind::Kernel);
                referenced.assets.insert(coreos.initramfs, AssetKind::Initramfs);
                referenced.assets.insert(coreos.rootfs, AssetKind::Rootfs);
            }
        }
    }
    referenced
}

impl Referenced {
    /// Whether a profile refers to this asset, and as what.
    #[must_use]
    pub fn asset(&self, id: &AssetId) -> Option<AssetKind> {
        self.assets.get(id).copied()
    }

    /// Whether a profile refers to this image.
    #[must_use]
    pub fn image(&self, id: &ImageId) -> bool {
        self.images.contains_key(id)
    }

    /// The iPXE binaries, by their names.
    #[must_use]
    pub const fn binaries(&self) -> &BTreeMap<AssetName, AssetId> {
        &self.binaries
    }
}

/// The assets as machines see them; cheap to clone.
#[derive(Debug, Clone)]
pub struct Served {
    assets: Assets,
    referenced: Arc<RwLock<Arc<Referenced>>>,
}

impl Served {
    /// Nothing yet of what is in this folder.
    #[must_use]
    pub fn none(assets: Assets) -> Self {
        Self { assets, referenced: Arc::default() }
    }

    /// From now on this is referred to.
    pub fn replace(&self, referenced: Referenced) {
        *self.referenced.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(referenced);
    }

    /// What is referred to now.
    #[must_use]
    pub fn referenced(&self) -> Arc<Referenced> {
        Arc::clone(&self.referenced.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where an asset lies that machines may fetch, and what it is.
    #[must_use]
    pub fn asset(&self, id: &AssetId) -> Option<(PathBuf, AssetKind)> {
        Some((self.assets.path(id), self.referenced().asset(id)?))
    }

    /// Where a file of an image lies that machines may fetch.
    #[must_use]
    pub fn image_file(&self, image: &ImageId, file: ImageFile) -> Option<PathBuf> {
        let referenced = self.referenced();
        let [kernel, initramfs] = referenced.images.get(image)?;
        Some(self.assets.path(match file {
            ImageFile::Kernel => kernel,
            ImageFile::Initramfs => initramfs,
        }))
    }

    /// Where the asset lies that is handed out as this iPXE binary.
    #[must_use]
    pub fn binary(&self, name: &str) -> Option<PathBuf> {
        let name = name.parse().ok()?;
        Some(self.assets.path(self.referenced().binaries.get(&name)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Arch;
    use crate::site::{Centos, CoreOs, Stream};
    use inventory::Timestamp;

    fn image(kernel: u8, initramfs: u8) -> KnownImage {
        let facts = |byte: u8| serde_json::json!({"size_bytes": 1, "sha256": hex::encode([byte; 32])});
        let manifest = serde_json::json!({
            "format": 1, "arch": "x86_64", "kernel_version": "6.1", "agent_version": "0.1.0",
            "muster_version": "0.1.0", "built_at": 1, "modules": 0,
            "vmlinuz": facts(kernel), "initramfs": facts(initramfs),
        });
        let (id, manifest) = crate::image::Manifest::parse(manifest.to_string().as_bytes()).unwrap();
        KnownImage { id, manifest, added_at: Timestamp(0), chosen: false }
    }

    #[test]
    fn only_what_a_profile_names_is_referred_to() {
        let (chosen, other) = (image(1, 2), image(3, 4));
        let binary = AssetId::of_digest([5; 32]);
        let binaries = BTreeMap::from([("snponly.efi".parse().unwrap(), binary)]);
        let repo = "http://mirror.lan/os".parse().unwrap();
        let systems = [
            DiscoverySystem::Image(Image { arch: Arch::X86_64, id: chosen.id.clone() }),
            DiscoverySystem::Centos(Centos { arch: Arch::X86_64, stream: Stream::Nine, repo }),
            DiscoverySystem::CoreOs(CoreOs {
                arch: Arch::Aarch64,
                build: "9.0".to_owned(),
                kernel: AssetId::of_digest([6; 32]),
                initramfs: AssetId::of_digest([7; 32]),
                rootfs: AssetId::of_digest([8; 32]),
            }),
            DiscoverySystem::Image(Image { arch: Arch::X86_64, id: ImageId::of_digest(&[9; 32]) }),
        ];
        let referenced = referenced(&systems, &[chosen.clone(), other.clone()], binaries);
        for (byte, kind) in [
            (1, Some(AssetKind::Kernel)),
            (2, Some(AssetKind::Initramfs)),
            (3, None),
            (4, None),
            (5, Some(AssetKind::Ipxe)),
            (6, Some(AssetKind::Kernel)),
            (7, Some(AssetKind::Initramfs)),
            (8, Some(AssetKind::Rootfs)),
            (9, None),
        ] {
            assert_eq!(referenced.asset(&AssetId::of_digest([byte; 32])), kind, "{byte}");
        }
        assert!(referenced.image(&chosen.id) && !referenced.image(&other.id));

        let dir = tempfile::tempdir().unwrap();
        let served = Served::none(Assets::open(dir.path(), 1).unwrap());
        assert_eq!((served.binary("snponly.efi"), served.asset(&binary)), (None, None));
        served.clone().replace(referenced);
        assert_eq!(served.binary("snponly.efi"), Some(dir.path().join(binary.to_string())));
        assert!(
            served
                .image_file(&chosen.id, ImageFile::Kernel)
                .is_some_and(|path| path.ends_with("01".repeat(32)))
        );
        for other in ["snponly.EFI", "../snponly.efi", ""] {
            assert_eq!(served.binary(other), None, "{other}");
        }
    }
}
