//! How an agent becomes known: it shows who the machine is, and brings the key that it will speak with.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::id::Id;
use crate::mac::MacAddr;
use crate::report::AgentInfo;
use crate::version::SchemaVersion;

/// An agent's first word.
///
/// The key is made by the agent, so that an enrolment whose answer was lost can be said again with the same ticket: same
/// ticket and same key is the same enrolment, same ticket and another key is a replay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// Edition.
    pub schema: SchemaVersion,
    /// Which agent.
    pub agent: AgentInfo,
    /// What the agent will prove itself with from now on.
    pub key: AgentKey,
    /// The ticket from the boot script; without one the host is recorded and watched, and given nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Who the machine is.
    pub identity: Identity,
    /// The machine's own name, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
}

/// The server's answer to an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolReply {
    /// The host that this agent speaks for from now on.
    pub host: Id,
    /// Seconds between two samples.
    pub interval_secs: u32,
    /// The server's time.
    pub server_time: Timestamp,
}

/// Everything by which a machine may be recognised. Raw: the server knows the junk that makers ship.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// SMBIOS type 1 UUID, in the kernel's byte order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_uuid: Option<String>,
    /// SMBIOS type 1 manufacturer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// SMBIOS type 1 product name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// SMBIOS type 1 serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_serial: Option<String>,
    /// SMBIOS type 2 serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub board_serial: Option<String>,
    /// SMBIOS type 3 serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chassis_serial: Option<String>,
    /// The network cards, sorted by MAC.
    pub nics: Vec<IdentityNic>,
}

/// A network card, as far as it tells who the machine is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IdentityNic {
    /// The permanent address where the driver tells it, else the current one.
    pub mac: MacAddr,
    /// Hangs on USB: a dongle, or a BMC's host interface that has the same MAC in every machine.
    #[serde(default)]
    pub usb: bool,
}

/// 256 random bits by which an agent proves that it speaks for its host. Never shown: its `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AgentKey([u8; 32]);

/// A string that is no [`AgentKey`]. (It does not repeat the string, which may be a secret.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is no agent key: expected 43 characters of unpadded base64url (256 bits)")]
pub struct InvalidAgentKey;

impl AgentKey {
    /// A new key from the kernel's generator.
    ///
    /// # Errors
    /// The generator's, where the kernel has none.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bits = [0_u8; 32];
        getrandom::fill(&mut bits)?;
        Ok(Self(bits))
    }

    /// What goes into the `Authorization: Bearer` header.
    #[must_use]
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// SHA-256 in hex: all that the server keeps of it.
    #[must_use]
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0))
    }
}

impl TryFrom<String> for AgentKey {
    type Error = InvalidAgentKey;

    fn try_from(text: String) -> Result<Self, InvalidAgentKey> {
        let bits = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidAgentKey)?;
        bits.try_into().map(Self).map_err(|_| InvalidAgentKey)
    }
}

impl From<AgentKey> for String {
    fn from(key: AgentKey) -> Self {
        key.reveal()
    }
}

impl fmt::Debug for AgentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgentKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_travels_and_never_shows() {
        let key = AgentKey::generate().unwrap();
        let text = key.reveal();
        assert_eq!(text.len(), 43);
        assert_eq!(AgentKey::try_from(text.clone()).unwrap(), key);
        assert!(!format!("{key:?}").contains(&text));
        assert_ne!(key.hash(), AgentKey::generate().unwrap().hash());
        assert!(AgentKey::try_from("short".to_owned()).is_err());
    }
}
