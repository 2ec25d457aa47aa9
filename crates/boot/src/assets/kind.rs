//! What an asset is for, and what people call it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What an asset is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AssetKind {
    /// An iPXE binary, or another first loader of a firmware. It is handed out under its name.
    Ipxe,
    /// A kernel.
    Kernel,
    /// An initramfs.
    Initramfs,
    /// The root filesystem of a live system.
    Rootfs,
    /// A whole disc.
    Iso,
    /// The `image.json` of one of Muster's own images.
    Image,
    /// Anything else.
    Other,
}

/// A name that no kind of asset has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no kind of asset called {0:?}: ipxe, kernel, initramfs, rootfs, iso, image and other are known"
)]
pub struct UnknownAssetKind(String);

/// What people call an asset, and its last part in a URL: plain characters, no folders, not hidden.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AssetName(String);

/// Why a string is no [`AssetName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "an asset can't be called {0:?}: 1 to {MAX_NAME} letters, digits and . _ + ~ - are taken, not beginning with a dot"
)]
pub struct InvalidAssetName(String);

const MAX_NAME: usize = 120;

impl AssetKind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Ipxe, Self::Kernel, Self::Initramfs, Self::Rootfs, Self::Iso, Self::Image, Self::Other];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ipxe => "ipxe",
            Self::Kernel => "kernel",
            Self::Initramfs => "initramfs",
            Self::Rootfs => "rootfs",
            Self::Iso => "iso",
            Self::Image => "image",
            Self::Other => "other",
        }
    }

    /// What a file of this name is, where nobody said it.
    #[must_use]
    pub fn guess(name: &AssetName) -> Self {
        let name = name.as_str().to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        if ends(&[".efi", ".kpxe", ".kkpxe", ".pxe", ".lkrn"]) {
            Self::Ipxe
        } else if ends(&[".iso"]) {
            Self::Iso
        } else if has(&["rootfs"]) {
            Self::Rootfs
        } else if has(&["initramfs", "initrd"]) {
            Self::Initramfs
        } else if has(&["vmlinuz", "kernel", "bzimage"]) {
            Self::Kernel
        } else {
            Self::Other
        }
    }
}

impl FromStr for AssetKind {
    type Err = UnknownAssetKind;

    fn from_str(text: &str) -> Result<Self, UnknownAssetKind> {
        let kind = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        kind.ok_or_else(|| UnknownAssetKind(text.chars().take(32).collect()))
    }
}

impl fmt::Display for AssetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl AssetName {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AssetName {
    type Err = InvalidAssetName;

    fn from_str(text: &str) -> Result<Self, InvalidAssetName> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._+~-".contains(c);
        if text.is_empty() || text.len() > MAX_NAME || text.starts_with('.') || !text.chars().all(plain) {
            return Err(InvalidAssetName(text.chars().take(MAX_NAME).collect()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for AssetName {
    type Error = InvalidAssetName;

    fn try_from(text: String) -> Result<Self, InvalidAssetName> {
        text.parse()
    }
}

impl From<AssetName> for String {
    fn from(name: AssetName) -> Self {
        name.0
    }
}

impl fmt::Display for AssetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_and_leads_nowhere() {
        for good in ["snponly.efi", "scos-9.0.20250411-0-live-rootfs.x86_64.img", "a"] {
            assert_eq!(good.parse::<AssetName>().unwrap().as_str(), good);
        }
        let long = "a".repeat(121);
        for bad in ["", ".", "..", ".hidden", "a/b", "a\\b", "a b", "a%2fb", "ä", "a\n", &long] {
            assert!(bad.parse::<AssetName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_a_file_is_shows_in_its_name() {
        for (name, kind) in [
            ("snponly-arm64.efi", AssetKind::Ipxe),
            ("undionly.kpxe", AssetKind::Ipxe),
            ("scos-9-live-kernel.x86_64", AssetKind::Kernel),
            ("vmlinuz-6.1.0", AssetKind::Kernel),
            ("fedora-coreos-44-live-initramfs.aarch64.img", AssetKind::Initramfs),
            ("scos-9-live-rootfs.x86_64.img", AssetKind::Rootfs),
            ("scos-9-live-iso.x86_64.iso", AssetKind::Iso),
            ("notes.txt", AssetKind::Other),
        ] {
            assert_eq!(AssetKind::guess(&name.parse().unwrap()), kind, "{name}");
        }
        for kind in AssetKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert!("IPXE".parse::<AssetKind>().is_err());
    }
}
