//! Reading stream metadata. Pure.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::asset::AssetId;
use crate::assets::kind::AssetName;
use crate::machine::Arch;

/// A stream document has some 100 KiB.
const MAX_BYTES: usize = 8 << 20;

/// The three files that a live system boots from; of one build, or they don't fit together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BootImage {
    /// The stream, such as `c9s` or `stable`.
    pub stream: String,
    /// The build, such as `9.0.20250411-0`.
    pub build: String,
    /// Fedora's, not CentOS Stream's.
    pub fedora: bool,
    /// For which processor.
    pub arch: Arch,
    /// The kernel.
    pub kernel: RemoteFile,
    /// The initramfs.
    pub initramfs: RemoteFile,
    /// The root filesystem.
    pub rootfs: RemoteFile,
}

/// A file on a mirror.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemoteFile {
    /// Where.
    pub url: String,
    /// What it is.
    pub sha256: AssetId,
    /// The last part of its URL.
    pub name: AssetName,
}

/// Why a stream document can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this stream metadata can't be used: {0}")]
pub struct InvalidStream(String);

#[derive(Deserialize)]
struct Document {
    stream: String,
    architectures: BTreeMap<String, Architecture>,
}

#[derive(Deserialize)]
struct Architecture {
    artifacts: BTreeMap<String, Platform>,
}

#[derive(Deserialize)]
struct Platform {
    release: String,
    formats: BTreeMap<String, BTreeMap<String, Artifact>>,
}

#[derive(Deserialize)]
struct Artifact {
    location: String,
    sha256: String,
}

/// What the document says of this processor's boot image.
///
/// # Errors
/// [`InvalidStream`], which names what is missing.
pub fn resolve(document: &[u8], processor: Arch) -> Result<BootImage, InvalidStream> {
    let invalid = |reason: String| InvalidStream(reason);
    if document.len() > MAX_BYTES {
        return Err(invalid(format!("it has more than {MAX_BYTES} bytes")));
    }
    let mut json = serde_json::Deserializer::from_slice(document);
    let document: Document =
        serde_path_to_error::deserialize(&mut json).map_err(|error| invalid(error.to_string()))?;
    // Stream metadata names processors as the kernel does.
    let arch = processor.name();
    let there = || document.architectures.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let architecture = document
        .architectures
        .get(arch)
        .ok_or_else(|| invalid(format!("it has nothing for {arch}, only for {}", there())))?;
    let path = format!("architectures.{arch}.artifacts.metal");
    let metal = architecture.artifacts.get("metal").ok_or_else(|| invalid(format!("it has no {path}")))?;
    let pxe = metal.formats.get("pxe").ok_or_else(|| invalid(format!("it has no {path}.formats.pxe")))?;
    let file = |name: &str| {
        let path = format!("{path}.formats.pxe.{name}");
        let artifact = pxe.get(name).ok_or_else(|| invalid(format!("it has no {path}")))?;
        RemoteFile::read(artifact).map_err(|reason| invalid(format!("{path}: {reason}")))
    };
    let (kernel, initramfs, rootfs) = (file("kernel")?, file("initramfs")?, file("rootfs")?);
    // FCOS counts builds by Fedora's release (44.…), SCOS by CentOS Stream's (9.…, 10.…).
    let fedora = number(&metal.release).is_some_and(|major| (28..400).contains(&major));
    Ok(BootImage {
        stream: plain(&document.stream),
        build: plain(&metal.release),
        fedora,
        arch: processor,
        kernel,
        initramfs,
        rootfs,
    })
}

impl RemoteFile {
    fn read(artifact: &Artifact) -> Result<Self, String> {
        let url = reqwest::Url::parse(&artifact.location).map_err(|error| format!("location: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("location begins with {}:, not with http: or https:", url.scheme()));
        }
        let name = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
        Ok(Self {
            name: name
                .parse()
                .map_err(|error: crate::assets::InvalidAssetName| format!("location: {error}"))?,
            sha256: artifact.sha256.parse().map_err(|_| "sha256 is no SHA-256".to_owned())?,
            url: artifact.location.clone(),
        })
    }
}

impl BootImage {
    /// The files, each with the kind that it is kept as.
    #[must_use]
    pub const fn files(&self) -> [(crate::assets::AssetKind, &RemoteFile); 3] {
        use crate::assets::AssetKind::{Initramfs, Kernel, Rootfs};
        [(Kernel, &self.kernel), (Initramfs, &self.initramfs), (Rootfs, &self.rootfs)]
    }

    /// The major number of its build.
    #[must_use]
    pub fn major(&self) -> Option<u32> {
        number(&self.build)
    }
}

impl fmt::Display for BootImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let system = if self.fedora { "FCOS" } else { "SCOS" };
        write!(f, "{system} {} ({}, {})", self.build, self.stream, self.arch.name())
    }
}

fn number(build: &str) -> Option<u32> {
    build.split('.').next()?.parse().ok()
}

/// Without what could not stand in a line.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic()).take(64).collect()
}

#[cfg(test)]
pub(super) mod tests;
