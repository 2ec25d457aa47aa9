//! `image.json`: what an image is made of.

use std::fmt;
use std::str::FromStr;

use inventory::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::processor::Processor;
use crate::asset::AssetId;
use crate::site::ImageId;

/// A manifest has some 600 bytes, and up to 40 KiB with all firmware missing.
const MAX_BYTES: usize = 64 * 1024;
/// The largest file that is taken: firmware for every card there is, and the image is still below.
const MAX_FILE_BYTES: u64 = 2 << 30;
const FORMAT: u32 = 1;

/// What an image is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The edition of this document.
    pub format: u32,
    /// `x86_64` or `aarch64`.
    pub arch: String,
    /// As `uname -r` says it.
    pub kernel_version: String,
    /// Which agent is in it.
    pub agent_version: String,
    /// Which Muster built it.
    pub muster_version: String,
    /// When it was built.
    pub built_at: Timestamp,
    /// How many drivers are in it.
    pub modules: usize,
    /// Drivers that Muster uses and this kernel has not; what they are for does not work in the image.
    #[serde(default)]
    pub absent_modules: Vec<String>,
    /// What the drivers load into their devices.
    #[serde(default)]
    pub firmware: FirmwareFacts,
    /// Operators may log in.
    #[serde(default)]
    pub ssh: bool,
    /// What was left out on purpose.
    #[serde(default)]
    pub without: Vec<String>,
    /// The kernel.
    pub vmlinuz: FileFacts,
    /// The initramfs.
    pub initramfs: FileFacts,
}

/// The firmware in an image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirmwareFacts {
    /// How many files.
    pub files: usize,
    /// How large they are, not packed.
    pub size_bytes: u64,
    /// How many files the drivers name, and nobody had.
    pub missing_count: usize,
    /// The first of these.
    pub missing: Vec<MissingFirmware>,
}

/// A file that a driver names, and that is not in the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingFirmware {
    /// Which driver.
    pub module: String,
    /// Below `/lib/firmware`.
    pub file: String,
}

/// A file of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// How large it is.
    pub size_bytes: u64,
    /// Which bytes it has: the asset that it is kept as.
    pub sha256: AssetId,
}

/// The two files that a machine fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageFile {
    /// `vmlinuz`.
    Kernel,
    /// `initramfs.img`.
    Initramfs,
}

/// Why a manifest is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("image.json can't be used: {0}")]
pub struct InvalidManifest(String);

/// A name that no file of an image has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an image has no file {0:?}, only vmlinuz and initramfs.img")]
pub struct UnknownImageFile(String);

impl Manifest {
    /// Its edition, for one that is being made.
    pub(super) const FORMAT: u32 = FORMAT;

    /// Reads `image.json`, and says under which name the image is kept.
    ///
    /// # Errors
    /// [`InvalidManifest`], which names the field.
    pub fn parse(bytes: &[u8]) -> Result<(ImageId, Self), InvalidManifest> {
        let invalid = |reason: String| InvalidManifest(reason);
        if bytes.len() > MAX_BYTES {
            return Err(invalid(format!("it has more than {MAX_BYTES} bytes")));
        }
        let mut document = serde_json::Deserializer::from_slice(bytes);
        let manifest: Self =
            serde_path_to_error::deserialize(&mut document).map_err(|error| invalid(error.to_string()))?;
        document.end().map_err(|error| invalid(error.to_string()))?;
        if manifest.format != FORMAT {
            return Err(invalid(format!(
                "format {} is not {FORMAT}, the one that this Muster reads",
                manifest.format
            )));
        }
        if !Processor::ALL.iter().any(|processor| processor.as_str() == manifest.arch) {
            return Err(invalid(format!("arch {:?} is neither x86_64 nor aarch64", manifest.arch)));
        }
        for (name, text) in [
            ("kernel_version", &manifest.kernel_version),
            ("agent_version", &manifest.agent_version),
            ("muster_version", &manifest.muster_version),
        ] {
            let plain = |c: char| c.is_ascii_alphanumeric() || "._+~-".contains(c);
            if text.is_empty() || text.len() > 80 || !text.chars().all(plain) {
                return Err(invalid(format!("{name} is no version")));
            }
        }
        for (name, facts) in [("vmlinuz", &manifest.vmlinuz), ("initramfs", &manifest.initramfs)] {
            if facts.size_bytes == 0 || facts.size_bytes > MAX_FILE_BYTES {
                return Err(invalid(format!(
                    "{name} has {} bytes; 1 to {MAX_FILE_BYTES} are taken",
                    facts.size_bytes
                )));
            }
        }
        Ok((ImageId::of_digest(document_asset(bytes).digest()), manifest))
    }

    /// What it says of a file.
    #[must_use]
    pub const fn file(&self, file: ImageFile) -> &FileFacts {
        match file {
            ImageFile::Kernel => &self.vmlinuz,
            ImageFile::Initramfs => &self.initramfs,
        }
    }

    /// The assets that its files are kept as: kernel, initramfs.
    #[must_use]
    pub const fn assets(&self) -> [AssetId; 2] {
        [self.vmlinuz.sha256, self.initramfs.sha256]
    }

    /// Its agent is older than this server: the image should be built anew.
    #[must_use]
    pub fn is_stale(&self, server_version: &str) -> bool {
        match (numbers(&self.agent_version), numbers(server_version)) {
            (Some(agent), Some(server)) => agent < server,
            _ => self.agent_version != server_version,
        }
    }
}

/// The asset that an `image.json` is kept as.
pub(super) fn document_asset(bytes: &[u8]) -> AssetId {
    AssetId::of_digest(Sha256::digest(bytes).into())
}

/// `1.2.3` of `1.2.3-rc1`.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let version = version.split(['-', '+']).next()?;
    let numbers: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
    numbers?.try_into().ok()
}

impl ImageFile {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Kernel, Self::Initramfs];

    /// Its name, on the disk and in URLs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kernel => "vmlinuz",
            Self::Initramfs => "initramfs.img",
        }
    }
}

impl FromStr for ImageFile {
    type Err = UnknownImageFile;

    fn from_str(text: &str) -> Result<Self, UnknownImageFile> {
        let file = Self::ALL.into_iter().find(|file| file.as_str() == text);
        file.ok_or_else(|| UnknownImageFile(text.chars().take(64).collect()))
    }
}

impl fmt::Display for ImageFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> serde_json::Value {
        let file = serde_json::json!({ "size_bytes": 4, "sha256": "ab".repeat(32) });
        serde_json::json!({
            "format": 1, "arch": "x86_64", "kernel_version": "6.1.0-56-amd64", "agent_version": "0.1.0",
            "muster_version": "0.1.0", "built_at": 1, "modules": 2, "vmlinuz": file, "initramfs": file,
        })
    }

    #[test]
    fn a_manifest_is_named_by_its_bytes() {
        let bytes = manifest().to_string();
        let (id, read) = Manifest::parse(bytes.as_bytes()).unwrap();
        assert_eq!(id.as_str(), &hex::encode(Sha256::digest(&bytes))[..16]);
        assert_eq!(read.file(ImageFile::Kernel).size_bytes, 4);
    }

    #[test]
    fn what_can_not_be_is_refused_by_name() {
        let file = |size: u64, sha: &str| serde_json::json!({ "size_bytes": size, "sha256": sha });
        for (field, value, named) in [
            ("format", 2.into(), "format 2"),
            ("arch", "riscv64".into(), "riscv64"),
            ("kernel_version", "../x".into(), "kernel_version"),
            ("agent_version", "".into(), "agent_version"),
            ("built_at", "yesterday".into(), "invalid type"),
            ("vmlinuz", file(0, &"ab".repeat(32)), "vmlinuz has 0"),
            ("vmlinuz", file(3 << 30, &"ab".repeat(32)), "vmlinuz has"),
            ("initramfs", file(1, "x"), "initramfs.sha256"),
        ] {
            let mut changed = manifest();
            changed[field] = value;
            let error = Manifest::parse(changed.to_string().as_bytes()).unwrap_err().to_string();
            assert!(error.contains(named), "{field}: {error}");
        }
        assert!(Manifest::parse(&vec![b' '; 70_000]).unwrap_err().to_string().contains("bytes"));
        assert!(Manifest::parse(b"\xff").is_err());
    }

    #[test]
    fn an_image_with_an_older_agent_is_stale() {
        let (_, mut manifest) = Manifest::parse(manifest().to_string().as_bytes()).unwrap();
        for (agent, server, stale) in [
            ("0.1.0", "0.1.0", false),
            ("0.1.0", "0.1.1", true),
            ("0.9.0", "0.10.0", true),
            ("1.0.0", "0.10.0", false),
            ("0.1.0-rc1", "0.1.0", false),
            ("odd", "0.1.0", true),
        ] {
            manifest.agent_version = agent.to_owned();
            assert_eq!(manifest.is_stale(server), stale, "{agent} {server}");
        }
    }
}
