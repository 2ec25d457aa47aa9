//! What nodes boot to be installed: three assets, which an operator names, and which must be of one build. Pure.

use boot::assets::AssetKind;
use boot::assets::rows::Asset;
use boot::site::{CoreOs, DiscoverySystem};
use boot::{Arch, AssetId};
use serde::{Deserialize, Serialize};

use crate::error::OkdError;

/// The files of a live system, as an operator names them: by the assets' names, or by the beginning of their SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// Which build they are of; absent: as their names say.
    #[serde(default)]
    pub build: Option<String>,
    /// For which processor; absent: as their names say.
    #[serde(default)]
    pub arch: Option<Arch>,
    /// The kernel.
    pub kernel: String,
    /// The initramfs.
    pub initramfs: String,
    /// The root file system.
    pub rootfs: String,
}

/// What stands in an asset's name: `scos-9.0.20250510-0-live-kernel.x86_64`.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    build: String,
    arch: Option<Arch>,
}

/// Finds the three among the assets that there are.
///
/// # Errors
/// [`OkdError::Image`]: one is not there, is of another kind, or they are of different builds.
pub fn compose(files: &Files, assets: &[Asset]) -> Result<CoreOs, OkdError> {
    let find = |wanted: &str, kind| find(assets, wanted, kind).map_err(OkdError::Image);
    let kernel = find(&files.kernel, AssetKind::Kernel)?;
    let initramfs = find(&files.initramfs, AssetKind::Initramfs)?;
    let rootfs = find(&files.rootfs, AssetKind::Rootfs)?;
    let named: Vec<Named> = [kernel, initramfs, rootfs].iter().filter_map(|asset| named(asset)).collect();
    let builds = || named.iter().map(|named| &named.build).chain(&files.build);
    let arches = || named.iter().filter_map(|named| named.arch).chain(files.arch);
    let Some(build) = builds().next() else {
        return Err(OkdError::Image(
            "the names of these assets don't tell their build: say it with --build".to_owned(),
        ));
    };
    if let Some(other) = builds().find(|other| *other != build) {
        return Err(OkdError::Image(format!(
            "kernel, initramfs and root file system must be of one build, and these are of {build} and {other}"
        )));
    }
    let arch = arches().next().unwrap_or(Arch::X86_64);
    if let Some(other) = arches().find(|other| *other != arch) {
        let (one, other) = (arch.name(), other.name());
        return Err(OkdError::Image(format!(
            "kernel, initramfs and root file system are for {one} and for {other}"
        )));
    }
    let coreos =
        CoreOs { arch, build: build.clone(), kernel: kernel.id, initramfs: initramfs.id, rootfs: rootfs.id };
    let system = DiscoverySystem::CoreOs(coreos.clone());
    system.check().map_err(|error| OkdError::Image(error.to_string()))?;
    Ok(coreos)
}

fn find<'a>(assets: &'a [Asset], wanted: &str, kind: AssetKind) -> Result<&'a Asset, String> {
    let shown: String = wanted.chars().take(120).collect();
    let is = |asset: &&Asset| {
        asset.name.as_str() == wanted || (wanted.len() >= 6 && asset.id.to_string().starts_with(wanted))
    };
    let mut found = assets.iter().filter(is);
    let asset = found.next().ok_or_else(|| {
        format!("there is no asset {shown:?}: muster asset list shows which there are, and muster asset okd takes a boot image in")
    })?;
    if let Some(other) = found.next() {
        let (one, other) = (short(&asset.id), short(&other.id));
        return Err(format!("{shown:?} may be the asset {one} or {other}: name it by its SHA-256"));
    }
    if asset.kind != kind {
        return Err(format!("{} is kept as {}, and here a {kind} is needed", asset.name, asset.kind));
    }
    Ok(asset)
}

fn short(id: &AssetId) -> String {
    id.to_string().chars().take(12).collect()
}

/// Older streams wrote `live-kernel-x86_64`.
fn named(asset: &Asset) -> Option<Named> {
    let (before, after) = asset.name.as_str().split_once("-live-")?;
    let (_, build) = before.split_once('-')?;
    let arch = after.split(['.', '-']).find_map(|part| Arch::with_system(part).ok());
    Some(Named { build: build.to_owned(), arch })
}
