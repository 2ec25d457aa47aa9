//! Taking a folder in: checked, sealed, written down.

use ::store::Tx;
use boot::site::CoreOs;
use events::Kind;
use gateway::wish::{DomainName, Label};
use inventory::Timestamp;
use secrets::{Sealed, Secrets};

use super::folder::{self, Folder};
use super::handle::{called, choose_image, refuse_armed, tell};
use super::{Cluster, Config, Front};
use crate::error::OkdError;
use crate::progress::leaks_are_moot;
use crate::store::cluster as rows;

/// A cluster that is about to be made, or to get new configs.
pub struct New {
    /// What it is called.
    pub name: Label,
    /// The domain that its name is in.
    pub domain: DomainName,
    /// What the installer wrote.
    pub folder: Folder,
    /// What its nodes boot; absent: chosen later, or as before.
    pub image: Option<CoreOs>,
    /// Where it is reached; absent: said later, or as before.
    pub front: Option<Front>,
    /// One that is there gets these configs.
    pub replace: bool,
}

/// A cluster that is about to be written down.
pub(super) struct Ready {
    cluster: Cluster,
    sealed: Vec<(Config, Sealed)>,
    replace: bool,
}

/// Checks a folder and seals its configs.
pub(super) fn seal(secrets: &Secrets, new: New, now: Timestamp) -> Result<Ready, OkdError> {
    let checked = folder::check(&new.folder, &new.name, &new.domain, now)?;
    let sealed: Result<Vec<_>, OkdError> = checked
        .configs
        .iter()
        .map(|config| {
            let what = called(&new.name, config.role);
            Ok((config.clone(), secrets.seal_document(&what, new.folder.config(config.role))?))
        })
        .collect();
    let cluster = Cluster {
        name: new.name,
        domain: new.domain,
        infra_id: checked.infra_id,
        cluster_id: checked.cluster_id,
        spec: checked.spec,
        image: new.image,
        front: new.front,
        configs: checked.configs,
        created_at: now,
        wiped_at: None,
    };
    Ok(Ready { cluster, sealed: sealed?, replace: new.replace })
}

/// Writes it down; one that is there gets the configs where that is meant.
pub(super) async fn put(tx: &mut Tx, ready: Ready, actor: &str, now: Timestamp) -> Result<Cluster, OkdError> {
    let Ready { mut cluster, sealed, replace } = ready;
    let name = cluster.name.clone();
    let words = format!("its configs were taken in ({}, {})", cluster.domain(), cluster.infra_id);
    if rows::insert(tx, &cluster).await? {
        tell(tx, Kind::ClusterCreated, &name, &words, actor, now).await?;
    } else {
        if !replace {
            return Err(OkdError::ClusterExists(name.to_string()));
        }
        refuse_armed(tx, &name, "giving new configs to").await?;
        let before = rows::get(tx, &name).await?;
        cluster.image = cluster.image.or(before.image);
        cluster.front = cluster.front.or(before.front);
        cluster.created_at = before.created_at;
        rows::wipe_configs(tx, &name).await?;
        rows::update(tx, &cluster, now).await?;
        tell(tx, Kind::ClusterChanged, &name, &words, actor, now).await?;
        leaks_are_moot(tx, &name, "its cluster was given new configs", actor, now).await?;
    }
    for (config, sealed) in &sealed {
        rows::put_config(tx, &name, config, sealed).await?;
    }
    choose_image(tx, &cluster).await?;
    Ok(cluster)
}
