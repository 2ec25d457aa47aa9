//! A network as a person writes it, in TOML.

use std::collections::BTreeMap;
use std::net::IpAddr;

use inventory::MacAddr;
use ipnet::IpNet;
use serde::Deserialize;

use super::{Addressing, Bond, BondMode, BondOption, Card, Faults, InterfaceName, NodeNetwork, Parent, Vlan};

/// All that can be written into such a file, with words on each key.
pub const EXAMPLE: &str = include_str!("file/example.toml");

/// A file of more bytes is not read.
const MAX_BYTES: usize = 64 << 10;

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkFileError {
    /// Too long.
    #[error("the file has {0} bytes: {MAX_BYTES} at most")]
    TooLong(usize),
    /// Not TOML, an unknown key, or a value that can't be.
    #[error("line {line}: {place}{reason}")]
    Line {
        /// Where it is.
        line: usize,
        /// Which key, with a colon, or nothing.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// It contradicts itself.
    #[error(transparent)]
    Faults(#[from] Faults),
}

impl NodeNetwork {
    /// Reads what a person wrote.
    ///
    /// # Errors
    /// [`NetworkFileError`]: with the line and key, or with all that contradicts itself.
    pub fn from_toml(text: &str) -> Result<Self, NetworkFileError> {
        if text.len() > MAX_BYTES {
            return Err(NetworkFileError::TooLong(text.len()));
        }
        let fault = |error: &toml::de::Error, path: String| {
            let before = error.span().and_then(|span| text.get(..span.start));
            NetworkFileError::Line {
                line: before.map_or(1, |before| before.matches('\n').count() + 1),
                place: if path.is_empty() || path == "." { String::new() } else { format!("{path}: ") },
                reason: error.message().to_owned(),
            }
        };
        let document = toml::Deserializer::parse(text).map_err(|error| fault(&error, String::new()))?;
        let network: Self = serde_path_to_error::deserialize(document)
            .map_err(|error| fault(error.inner(), error.path().to_string()))?;
        network.check()?;
        Ok(network)
    }
}

/// As it is written: serde can't refuse an unknown key where one struct is flattened into another.
macro_rules! raw {
    ($(#[$doc:meta])* $raw:ident => $name:ident { $($(#[$meta:meta])* $field:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $raw {
            $($(#[$meta])* $field: $kind,)+
            #[serde(default)]
            dhcp: bool,
            #[serde(default)]
            addresses: Vec<IpNet>,
            gateway: Option<IpAddr>,
            mtu: Option<u16>,
        }

        impl From<$raw> for $name {
            fn from(raw: $raw) -> Self {
                let addressing = Addressing {
                    dhcp: raw.dhcp,
                    addresses: raw.addresses,
                    gateway: raw.gateway,
                    mtu: raw.mtu,
                };
                Self { $($field: raw.$field,)+ addressing }
            }
        }
    };
}

raw! {
    RawCard => Card {
        mac: MacAddr,
    }
}

raw! {
    RawBond => Bond {
        name: InterfaceName,
        mode: BondMode,
        cards: Vec<MacAddr>,
        #[serde(default)]
        options: BTreeMap<BondOption, String>,
    }
}

raw! {
    RawVlan => Vlan {
        id: u16,
        on: Parent,
        name: Option<InterfaceName>,
    }
}

#[cfg(test)]
mod tests;
