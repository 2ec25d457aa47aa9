//! What the installer wrote: four files of its folder, and whether they are of one run, for this cluster. Pure.

use gateway::wish::{DomainName, Label};
use inventory::Timestamp;
use secrets::MAX_DOCUMENT_BYTES;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::ignition::Document;
use super::{Config, pointer, validity};
use crate::error::OkdError;
use crate::role::Role;

/// What the installer writes of the cluster itself.
pub const METADATA_FILE: &str = "metadata.json";
/// It has some hundred bytes.
const MAX_METADATA_BYTES: usize = 64 << 10;

/// The four files that are taken of an installer's folder; the others in it (`auth/`, above all) are not.
#[derive(Default)]
pub struct Folder {
    /// `bootstrap.ign`.
    pub bootstrap: Zeroizing<Vec<u8>>,
    /// `master.ign`.
    pub control_plane: Zeroizing<Vec<u8>>,
    /// `worker.ign`.
    pub worker: Zeroizing<Vec<u8>>,
    /// `metadata.json`.
    pub metadata: Vec<u8>,
}

/// What is known of a folder that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What the installer calls the cluster.
    pub infra_id: String,
    /// What the cluster calls itself.
    pub cluster_id: String,
    /// The edition of Ignition's specification that its nodes' configs are of.
    pub spec: String,
    /// What is known of each config.
    pub configs: Vec<Config>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    cluster_name: String,
    #[serde(rename = "clusterID")]
    cluster_id: String,
    #[serde(rename = "infraID")]
    infra_id: String,
}

impl Folder {
    /// A role's config.
    #[must_use]
    pub const fn config(&self, role: Role) -> &Zeroizing<Vec<u8>> {
        match role {
            Role::Bootstrap => &self.bootstrap,
            Role::ControlPlane => &self.control_plane,
            Role::Worker => &self.worker,
        }
    }

    /// The same, to be filled.
    pub const fn config_mut(&mut self, role: Role) -> &mut Zeroizing<Vec<u8>> {
        match role {
            Role::Bootstrap => &mut self.bootstrap,
            Role::ControlPlane => &mut self.control_plane,
            Role::Worker => &mut self.worker,
        }
    }
}

/// Looks through an installer's folder: is it whole, of one run, and for the cluster `name` in `domain`, at a time at which at
/// least one role can still be installed?
///
/// # Errors
/// [`OkdError::Folder`], which names the file and holds nothing of what stands in it; [`OkdError::OutOfTime`].
pub fn check(
    folder: &Folder,
    name: &Label,
    domain: &DomainName,
    now: Timestamp,
) -> Result<Checked, OkdError> {
    let metadata = metadata(&folder.metadata, name).map_err(|why| fault(METADATA_FILE, why))?;
    let read = |role: Role| document(folder.config(role)).map_err(|why| fault(role.file(), why));
    let bootstrap = read(Role::Bootstrap)?;
    let (control_plane, worker) = (read(Role::ControlPlane)?, read(Role::Worker)?);
    is_bootstrap(&bootstrap).map_err(|why| fault(Role::Bootstrap.file(), why))?;
    for (role, document) in [(Role::ControlPlane, &control_plane), (Role::Worker, &worker)] {
        pointer::check(document, role, name, domain).map_err(|why| fault(role.file(), why))?;
        one_run(&bootstrap, document).map_err(|why| fault(role.file(), why))?;
    }
    let [of_bootstrap, of_control_plane, of_worker] = validity::of(&bootstrap, &control_plane, &worker)
        .ok_or_else(|| fault(Role::Bootstrap.file(), "it holds no certificate".to_owned()))?;
    let times =
        [(Role::Bootstrap, of_bootstrap), (Role::ControlPlane, of_control_plane), (Role::Worker, of_worker)];
    let late: Vec<String> =
        times.iter().filter_map(|(role, validity)| validity::in_time(*role, validity, now).err()).collect();
    if late.len() == times.len() {
        return Err(OkdError::OutOfTime(late.join("; ")));
    }
    let config =
        |(role, validity): (Role, _)| Config { role, size_bytes: folder.config(role).len() as u64, validity };
    Ok(Checked {
        infra_id: metadata.infra_id,
        cluster_id: metadata.cluster_id,
        spec: control_plane.spec,
        configs: times.into_iter().map(config).collect(),
    })
}

fn fault(file: &str, why: String) -> OkdError {
    OkdError::Folder { file: file.to_owned(), why }
}

fn document(bytes: &[u8]) -> Result<Document, String> {
    match bytes.len() {
        0 => Err("it is not there, or empty: is this the folder that openshift-install create ignition-configs wrote?".to_owned()),
        1..=MAX_DOCUMENT_BYTES => Document::read(bytes),
        bytes => Err(format!("it has {bytes} bytes, and at most {MAX_DOCUMENT_BYTES} are taken")),
    }
}

fn metadata(bytes: &[u8], name: &Label) -> Result<Metadata, String> {
    if bytes.is_empty() {
        return Err("it is not there, or empty: the installer writes it beside the configs".to_owned());
    }
    if bytes.len() > MAX_METADATA_BYTES {
        return Err(format!("it has {} bytes, and at most {MAX_METADATA_BYTES} are taken", bytes.len()));
    }
    let metadata: Metadata = serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("it does not say clusterName, clusterID and infraID as the installer does (line {line}, column {column})")
    })?;
    if metadata.cluster_name != name.as_str() {
        let made_for: String =
            metadata.cluster_name.chars().filter(|c| c.is_ascii_graphic()).take(63).collect();
        return Err(format!("these configs are for a cluster called {made_for}, not {name}"));
    }
    let plain = |text: &str| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
    };
    if !plain(&metadata.cluster_id) || !plain(&metadata.infra_id) {
        return Err("its clusterID or infraID is none".to_owned());
    }
    Ok(metadata)
}

fn is_bootstrap(document: &Document) -> Result<(), String> {
    if document.merged_from.iter().any(|source| source.contains("/config/")) {
        return Err(
            "it points to a machine-config server, as the others' configs do: were files renamed?".to_owned()
        );
    }
    let installs = document.paths.iter().any(|path| path.starts_with("/opt/openshift/"));
    if installs {
        Ok(())
    } else {
        Err("it writes nothing below /opt/openshift: it helps no cluster up".to_owned())
    }
}

/// The server that a pointer leads to is bootstrap's at first: it shows a certificate of the authority that the pointer knows.
fn one_run(bootstrap: &Document, pointer: &Document) -> Result<(), String> {
    if pointer.authorities.is_empty() {
        return Err("it names no authority for its cluster's machine-config server".to_owned());
    }
    let known = |authority| bootstrap.certificates.iter().any(|certificate| certificate.is_of(authority));
    if pointer.authorities.iter().any(known) {
        return Ok(());
    }
    Err("nothing in bootstrap.ign is of the authority that it believes: are they of two runs of the installer?".to_owned())
}
