//! What the site boots machines with that have no system of their own yet.

mod check;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::asset::AssetId;
use crate::machine::Arch;
use crate::url::BaseUrl;
pub use check::InvalidSystem;

/// What the boot decision needs to know of the site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Site {
    /// The chosen discovery systems, at most one for each processor.
    pub discovery: Vec<DiscoverySystem>,
    /// Those that were ever chosen, but images: the last of each kind for each processor. A host may be told to use one.
    pub known: Vec<DiscoverySystem>,
}

/// A small system that only reads: it runs the agent and touches no disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum DiscoverySystem {
    /// Muster's own image.
    Image(Image),
    /// The installer of CentOS Stream with a kickstart that installs nothing.
    Centos(Centos),
    /// Fedora or CentOS Stream CoreOS, live, with an Ignition document that starts the agent.
    #[serde(rename = "coreos")]
    CoreOs(CoreOs),
}

/// One of the images that the server keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// For which processor.
    pub arch: Arch,
    /// Which.
    #[serde(rename = "image")]
    pub id: ImageId,
}

/// A live CoreOS: three assets of one build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreOs {
    /// For which processor.
    pub arch: Arch,
    /// Which build, as its stream names it: `9.0.20250510-0`. Shown to people, and no more.
    pub build: String,
    /// Its kernel.
    pub kernel: AssetId,
    /// Its initramfs.
    pub initramfs: AssetId,
    /// Its root file system.
    pub rootfs: AssetId,
}

/// Where the installer of CentOS Stream lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Centos {
    /// For which processor.
    pub arch: Arch,
    /// Which release.
    pub stream: Stream,
    /// The folder that holds `images/` (`…/BaseOS/x86_64/os`), on a mirror of the site's own.
    pub repo: BaseUrl,
}

/// A release of CentOS Stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    /// CentOS Stream 9.
    #[serde(rename = "9")]
    Nine,
    /// CentOS Stream 10.
    #[serde(rename = "10")]
    Ten,
}

/// The name of an image: the first 16 hex digits of the SHA-256 of its manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageId(String);

/// Why a string is no [`ImageId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no image: an image has a name of 16 lower-case hex digits")]
pub struct InvalidImageId(String);

/// A name that is no release of CentOS Stream that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no discovery by CentOS Stream {0:?}: 9 and 10 can be used")]
pub struct UnknownStream(String);

impl Site {
    /// What a machine with this processor is discovered by. One that was not named may be tried with what there is: a kernel
    /// that does not fit is refused by iPXE, and the machine boots its disk.
    #[must_use]
    pub fn discovery_for(&self, arch: Arch) -> Option<&DiscoverySystem> {
        let fits = |system: &&DiscoverySystem| arch == Arch::Unknown || system.arch() == arch;
        self.discovery.iter().find(fits)
    }

    /// The system of this kind that is known for this processor.
    #[must_use]
    pub fn known_of(&self, kind: &str, arch: Arch) -> Option<&DiscoverySystem> {
        let fits = |system: &&DiscoverySystem| {
            system.kind() == kind && (arch == Arch::Unknown || system.arch() == arch)
        };
        self.discovery.iter().chain(&self.known).find(fits)
    }
}

impl DiscoverySystem {
    /// Its kind, as JSON has it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Image(_) => "image",
            Self::Centos(_) => "centos",
            Self::CoreOs(_) => "core_os",
        }
    }

    /// For which processor it is.
    #[must_use]
    pub const fn arch(&self) -> Arch {
        match self {
            Self::Image(image) => image.arch,
            Self::Centos(centos) => centos.arch,
            Self::CoreOs(coreos) => coreos.arch,
        }
    }
}

impl fmt::Display for DiscoverySystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(image) => write!(f, "image {}", image.id),
            Self::Centos(centos) => write!(f, "CentOS Stream {} from {}", centos.stream, centos.repo),
            Self::CoreOs(coreos) => write!(f, "CoreOS {}", coreos.build),
        }
    }
}

impl ImageId {
    /// The name of the image with this manifest's SHA-256.
    #[must_use]
    pub fn of_digest(sha256: &[u8; 32]) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *sha256;
        Self(hex::encode([a, b, c, d, e, f, g, h]))
    }

    /// Whether this asset is the image's `image.json`.
    #[must_use]
    pub fn is_of(&self, document: &AssetId) -> bool {
        *self == Self::of_digest(document.digest())
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ImageId {
    type Err = InvalidImageId;

    fn from_str(text: &str) -> Result<Self, InvalidImageId> {
        if text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidImageId(text.chars().take(32).collect()))
        }
    }
}

impl TryFrom<String> for ImageId {
    type Error = InvalidImageId;

    fn try_from(text: String) -> Result<Self, InvalidImageId> {
        text.parse()
    }
}

impl From<ImageId> for String {
    fn from(id: ImageId) -> Self {
        id.0
    }
}

impl fmt::Display for ImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Stream {
    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nine => "9",
            Self::Ten => "10",
        }
    }
}

impl FromStr for Stream {
    type Err = UnknownStream;

    fn from_str(text: &str) -> Result<Self, UnknownStream> {
        match text {
            "9" => Ok(Self::Nine),
            "10" => Ok(Self::Ten),
            _ => Err(UnknownStream(text.chars().take(32).collect())),
        }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_the_first_hex_of_its_manifests_digest() {
        assert_eq!(ImageId::of_digest(&[0xab; 32]).as_str(), "abababababababab");
        for bad in ["", "abababababababa", "ABABABABABABABAB", "../../../../etc/", "abababababababab/"] {
            assert!(bad.parse::<ImageId>().is_err(), "{bad:?}");
        }
    }
}
