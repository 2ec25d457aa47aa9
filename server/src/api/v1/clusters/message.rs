//! The message that brings a cluster's configs. No answer about it quotes it: what is wrong with a config may be next to a key.

use std::fmt;

use gateway::wish::{DomainName, Label};
use okd::cluster::{Files, Folder, Front};
use secrets::MAX_DOCUMENT_BYTES;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::api::problem::ApiError;

/// Three configs as strings in JSON, where quotes and newlines are two characters each, and the rest.
pub const MAX_BODY_BYTES: usize = 4 * MAX_DOCUMENT_BYTES;

/// A cluster that is to be made.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// What it is called.
    pub name: String,
    /// The domain that its name is in.
    pub domain: String,
    /// What the installer wrote.
    pub ignition: Ignition,
    /// What its nodes boot to be installed: [`Files`].
    #[serde(default)]
    pub image: Option<Value>,
    /// Where it is reached: [`Front`].
    #[serde(default)]
    pub front: Option<Value>,
    /// One that is there gets these configs.
    #[serde(default)]
    pub replace: bool,
}

/// Four files of the installer's folder, and no other.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignition {
    /// `bootstrap.ign`.
    #[serde(rename = "bootstrap.ign")]
    pub bootstrap: Text,
    /// `master.ign`.
    #[serde(rename = "master.ign")]
    pub master: Text,
    /// `worker.ign`.
    #[serde(rename = "worker.ign")]
    pub worker: Text,
    /// `metadata.json`.
    #[serde(rename = "metadata.json")]
    pub metadata: Text,
}

/// A file's text: wiped when it is dropped, and shown by no `Debug`.
pub struct Text(Zeroizing<String>);

/// What was asked for.
pub(super) struct Asked {
    pub(super) name: Label,
    pub(super) domain: DomainName,
    pub(super) folder: Folder,
    pub(super) image: Option<Files>,
    pub(super) front: Option<Front>,
    pub(super) replace: bool,
}

/// Reads the message.
///
/// # Errors
/// 400, which says where and what, and quotes nothing.
pub(super) fn read(body: &[u8]) -> Result<Asked, ApiError> {
    let bad = |detail: String| ApiError::BadRequest(detail);
    let create: Create = serde_json::from_slice(body).map_err(|error| {
        let what = if error.is_data() {
            "expected name, domain, and in ignition bootstrap.ign, master.ign, worker.ign and metadata.json, each as a string, and no other file"
        } else {
            "the body is not valid JSON"
        };
        bad(format!("{what} (line {}, column {})", error.line(), error.column()))
    })?;
    let Ignition { bootstrap, master, worker, metadata } = create.ignition;
    Ok(Asked {
        name: create.name.parse().map_err(|error| bad(format!("name: {error}")))?,
        domain: create.domain.parse().map_err(|error| bad(format!("domain: {error}")))?,
        folder: Folder {
            bootstrap: bootstrap.into_bytes(),
            control_plane: master.into_bytes(),
            worker: worker.into_bytes(),
            metadata: metadata.into_bytes().to_vec(),
        },
        image: part("image", create.image)?,
        front: part("front", create.front)?,
        replace: create.replace,
    })
}

fn part<T: serde::de::DeserializeOwned>(name: &str, value: Option<Value>) -> Result<Option<T>, ApiError> {
    let part = value.map(serde_json::from_value).transpose();
    part.map_err(|error| ApiError::BadRequest(format!("{name}: {error}")))
}

impl Text {
    fn into_bytes(mut self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(std::mem::take(&mut *self.0).into_bytes())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}
