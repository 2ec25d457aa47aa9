//! The installer's folder: four files of it are read, and no other.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use okd::Role;
use okd::cluster::METADATA_FILE;
use secrets::MAX_DOCUMENT_BYTES;

use crate::api::v1::clusters::{Ignition, Text};

pub(super) fn read(folder: &Path) -> anyhow::Result<Ignition> {
    Ok(Ignition {
        bootstrap: file(folder, Role::Bootstrap.file())?,
        master: file(folder, Role::ControlPlane.file())?,
        worker: file(folder, Role::Worker.file())?,
        metadata: file(folder, METADATA_FILE)?,
    })
}

fn file(folder: &Path, name: &str) -> anyhow::Result<Text> {
    let path = folder.join(name);
    let shown = path.display();
    let file = File::open(&path).with_context(|| {
        format!(
            "can't read {shown}: is {} the folder in which openshift-install create ignition-configs ran?",
            folder.display()
        )
    })?;
    let mut text = String::new();
    file.take(MAX_DOCUMENT_BYTES as u64 + 1)
        .read_to_string(&mut text)
        .with_context(|| format!("can't read {shown}"))?;
    ensure!(
        text.len() <= MAX_DOCUMENT_BYTES,
        "{shown} has more than {MAX_DOCUMENT_BYTES} bytes: is it the installer's?"
    );
    Ok(text.into())
}
