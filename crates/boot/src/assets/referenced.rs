//! What boot profiles refer to. Pure.

use std::collections::{BTreeMap, HashMap};

use super::kind::{AssetKind, AssetName};
use super::lingering::Reference;
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

    /// The asset that is this file of an image that a profile refers to.
    #[must_use]
    pub fn image_file(&self, image: &ImageId, file: ImageFile) -> Option<AssetId> {
        let [kernel, initramfs] = *self.images.get(image)?;
        Some(match file {
            ImageFile::Kernel => kernel,
            ImageFile::Initramfs => initramfs,
        })
    }

    /// The iPXE binaries, by their names.
    #[must_use]
    pub const fn binaries(&self) -> &BTreeMap<AssetName, AssetId> {
        &self.binaries
    }

    /// The same, one by one.
    pub fn references(&self) -> impl Iterator<Item = Reference> {
        let assets = self.assets.iter().map(|(asset, kind)| Reference::Asset { asset: *asset, kind: *kind });
        let images = self.images.iter().map(|(image, [kernel, initramfs])| Reference::Image {
            image: image.clone(),
            kernel: *kernel,
            initramfs: *initramfs,
        });
        let binaries = self.binaries.iter();
        let binaries = binaries.map(|(name, asset)| Reference::Binary { name: name.clone(), asset: *asset });
        assets.chain(images).chain(binaries)
    }
}

impl FromIterator<Reference> for Referenced {
    fn from_iter<T: IntoIterator<Item = Reference>>(references: T) -> Self {
        let mut referenced = Self::default();
        for reference in references {
            match reference {
                Reference::Asset { asset, kind } => {
                    referenced.assets.insert(asset, kind);
                }
                Reference::Image { image, kernel, initramfs } => {
                    referenced.images.insert(image, [kernel, initramfs]);
                }
                Reference::Binary { name, asset } => {
                    referenced.binaries.insert(name, asset);
                }
            }
        }
        referenced
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
        let kernel = referenced.image_file(&chosen.id, ImageFile::Kernel);
        assert_eq!(kernel, Some(AssetId::of_digest([1; 32])));
        // One by one, nothing is lost: 2 of the image, 3 of CoreOS, 1 binary; the image; the binary's name.
        assert_eq!(referenced.references().count(), 8);
        assert_eq!(referenced.references().collect::<Referenced>(), referenced);
    }
}
