//! The name of an asset: what it is, byte for byte.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The SHA-256 of an asset's bytes, written as 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AssetId([u8; 32]);

/// A string that is no [`AssetId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that names no asset: an asset's name is its SHA-256, 64 lower-case hex digits")]
pub struct InvalidAssetId;

impl AssetId {
    /// The name of what has this SHA-256.
    #[must_use]
    pub const fn of_digest(sha256: [u8; 32]) -> Self {
        Self(sha256)
    }

    /// The SHA-256 itself.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for AssetId {
    type Err = InvalidAssetId;

    fn from_str(text: &str) -> Result<Self, InvalidAssetId> {
        // One name for one thing: what is compared as text must not come in two cases.
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(InvalidAssetId);
        }
        let digest = hex::decode(text).map_err(|_| InvalidAssetId)?;
        digest.try_into().map(Self).map_err(|_| InvalidAssetId)
    }
}

impl TryFrom<String> for AssetId {
    type Error = InvalidAssetId;

    fn try_from(text: String) -> Result<Self, InvalidAssetId> {
        text.parse()
    }
}

impl From<AssetId> for String {
    fn from(id: AssetId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_nothing_else_does() {
        let name = "ab".repeat(32);
        assert_eq!(name.parse::<AssetId>().unwrap().to_string(), name);
        for wrong in ["", "ab", &"AB".repeat(32), &"ab".repeat(33), &"zz".repeat(32), "../../etc/passwd"] {
            assert_eq!(wrong.parse::<AssetId>(), Err(InvalidAssetId), "{wrong}");
        }
    }
}
