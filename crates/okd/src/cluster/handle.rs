//! The handle through which clusters are made, shown and opened.

use std::sync::Arc;

use ::store::{Store, Tx};
use boot::site::{CoreOs, DiscoverySystem};
use events::{Kind, NewEvent};
use gateway::wish::{DomainName, Label};
use inventory::{Clock, Timestamp};
use secrets::{Sealed, Secrets};
use zeroize::Zeroizing;

use super::folder::{self, Folder};
use super::{Cluster, Config, Front, Node, validity};
use crate::error::OkdError;
use crate::role::Role;
use crate::store::cluster as rows;

/// The clusters of one server; cheap to clone.
#[derive(Clone)]
pub struct Clusters {
    store: Store,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
}

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
struct Ready {
    cluster: Cluster,
    sealed: Vec<(Config, Sealed)>,
    replace: bool,
}

impl Clusters {
    /// Clusters in `store`, their configs sealed by `secrets`.
    #[must_use]
    pub fn new(store: Store, secrets: Secrets, clock: Arc<dyn Clock>) -> Self {
        Self { store, secrets, clock }
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Cluster>, OkdError> {
        let mut connection = self.store.readers().acquire().await?;
        Ok(rows::list(&mut connection).await?)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`OkdError::NoCluster`].
    pub async fn get(&self, name: &Label) -> Result<Cluster, OkdError> {
        let mut connection = self.store.readers().acquire().await?;
        rows::get(&mut connection, name).await
    }

    /// The hosts that have a role in it.
    ///
    /// # Errors
    /// The database's.
    pub async fn nodes(&self, name: &Label) -> Result<Vec<Node>, OkdError> {
        Ok(rows::nodes(self.store.readers(), name).await?)
    }

    /// A role's config, opened: for its node's document, and for nothing else.
    ///
    /// # Errors
    /// [`OkdError::Wiped`]; [`OkdError::OutOfTime`], which says what to do; the sealing's.
    pub async fn config(&self, name: &Label, role: Role) -> Result<Zeroizing<Vec<u8>>, OkdError> {
        let cluster = self.get(name).await?;
        let known = cluster.config(role).ok_or_else(|| OkdError::Wiped(name.to_string()))?;
        validity::in_time(role, &known.validity, self.clock.now())
            .map_err(|why| OkdError::OutOfTime(format!("{name}: {why}")))?;
        self.open(name, role).await
    }

    async fn open(&self, name: &Label, role: Role) -> Result<Zeroizing<Vec<u8>>, OkdError> {
        let sealed = rows::sealed(self.store.readers(), name, role).await?;
        let sealed = sealed.ok_or_else(|| OkdError::Wiped(name.to_string()))?;
        Ok(self.secrets.open_document(&called(name, role), &sealed)?)
    }

    /// Whether the key file fits what is there. For the server's start, so that a key file that was mistaken shows then.
    ///
    /// # Errors
    /// The sealing's, which names the key file.
    pub async fn check(&self) -> Result<(), OkdError> {
        for (name, role) in rows::of_each_key(self.store.readers()).await? {
            self.open(&name, role).await?;
        }
        Ok(())
    }

    /// Makes a cluster of what the installer wrote, or gives one new configs.
    ///
    /// # Errors
    /// [`OkdError::Folder`], [`OkdError::OutOfTime`], [`OkdError::ClusterExists`]; [`OkdError::ClusterArmed`] when the configs
    /// of before are what hosts were armed with; [`OkdError::Image`] when an asset is not there.
    pub async fn create(&self, new: New, actor: &str) -> Result<Cluster, OkdError> {
        let now = self.clock.now();
        let secrets = self.secrets.clone();
        // A second's work, with what is sealed.
        let ready = tokio::task::spawn_blocking(move || seal(&secrets, new, now)).await;
        let ready = ready.map_err(|error| OkdError::Folder {
            file: "the folder".to_owned(),
            why: format!("it could not be looked through: {error}"),
        })??;
        let actor = actor.to_owned();
        self.store.write(move |tx| Box::pin(async move { put(tx, ready, &actor, now).await })).await
    }

    /// Chooses what its nodes boot to be installed.
    ///
    /// # Errors
    /// [`OkdError::NoCluster`]; [`OkdError::Image`] when an asset is not there.
    pub async fn set_image(&self, name: &Label, image: CoreOs, actor: &str) -> Result<Cluster, OkdError> {
        let words = format!("its nodes are installed by CoreOS {}", image.build);
        self.change(name, words, actor, move |cluster| cluster.image = Some(image)).await
    }

    /// Says where it is reached, and by which gateway; or that this is nobody's business here.
    ///
    /// # Errors
    /// [`OkdError::NoCluster`].
    pub async fn set_front(
        &self,
        name: &Label,
        front: Option<Front>,
        actor: &str,
    ) -> Result<Cluster, OkdError> {
        let words = match &front {
            Some(front) => format!("it is reached at {} by the gateway {}", front.api, front.gateway),
            None => "no gateway is told of it".to_owned(),
        };
        self.change(name, words, actor, move |cluster| cluster.front = front).await
    }

    /// Wipes its configs. What was installed by them is not touched.
    ///
    /// # Errors
    /// [`OkdError::NoCluster`]; [`OkdError::ClusterArmed`].
    pub async fn wipe(&self, name: &Label, actor: &str) -> Result<Cluster, OkdError> {
        let (name, actor, now) = (name.clone(), actor.to_owned(), self.clock.now());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let mut cluster = rows::get(tx, &name).await?;
                    refuse_armed(tx, &name, "wiping the configs of").await?;
                    rows::wipe_configs(tx, &name).await?;
                    if !cluster.configs.is_empty() {
                        cluster.configs.clear();
                        cluster.wiped_at = Some(now);
                        rows::update(tx, &cluster, now).await?;
                        tell(tx, Kind::ClusterWiped, &name, "its configs were wiped", &actor, now).await?;
                    }
                    Ok(cluster)
                })
            })
            .await
    }

    /// Removes a cluster in which no host has a role.
    ///
    /// # Errors
    /// [`OkdError::NoCluster`]; [`OkdError::ClusterInUse`].
    pub async fn remove(&self, name: &Label, actor: &str) -> Result<(), OkdError> {
        let (name, actor, now) = (name.clone(), actor.to_owned(), self.clock.now());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let nodes = rows::nodes(&mut *tx, &name).await?;
                    if !nodes.is_empty() {
                        let hosts: Vec<String> = nodes.into_iter().map(|node| node.name).collect();
                        return Err(OkdError::ClusterInUse {
                            cluster: name.to_string(),
                            hosts: hosts.join(", "),
                        });
                    }
                    rows::wipe_configs(tx, &name).await?;
                    boot::profiles::remove(tx, &profile(&name)).await?;
                    if !rows::remove(tx, &name).await? {
                        return Err(OkdError::NoCluster(name.to_string()));
                    }
                    tell(tx, Kind::ClusterRemoved, &name, "it was removed", &actor, now).await
                })
            })
            .await
    }

    async fn change(
        &self,
        name: &Label,
        words: String,
        actor: &str,
        change: impl FnOnce(&mut Cluster) + Send + 'static,
    ) -> Result<Cluster, OkdError> {
        let (name, actor, now) = (name.clone(), actor.to_owned(), self.clock.now());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let before = rows::get(tx, &name).await?;
                    let mut cluster = before.clone();
                    change(&mut cluster);
                    if cluster != before {
                        choose_image(tx, &cluster).await?;
                        rows::update(tx, &cluster, now).await?;
                        tell(tx, Kind::ClusterChanged, &name, &words, &actor, now).await?;
                    }
                    Ok(cluster)
                })
            })
            .await
    }
}

/// Checks a folder and seals its configs.
fn seal(secrets: &Secrets, new: New, now: Timestamp) -> Result<Ready, OkdError> {
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

async fn put(tx: &mut Tx, ready: Ready, actor: &str, now: Timestamp) -> Result<Cluster, OkdError> {
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
    }
    for (config, sealed) in &sealed {
        rows::put_config(tx, &name, config, sealed).await?;
    }
    choose_image(tx, &cluster).await?;
    Ok(cluster)
}

/// Machines may fetch what the cluster's nodes boot.
async fn choose_image(tx: &mut Tx, cluster: &Cluster) -> Result<(), OkdError> {
    let Some(image) = &cluster.image else { return Ok(()) };
    let chosen =
        boot::profiles::put(tx, &profile(&cluster.name), &DiscoverySystem::CoreOs(image.clone())).await;
    chosen.map_err(|error| match error {
        boot::image::ChooseError::Store(error) => error.into(),
        error => OkdError::Image(error.to_string()),
    })
}

async fn refuse_armed(tx: &mut Tx, name: &Label, what: &'static str) -> Result<(), OkdError> {
    let hosts = rows::armed(tx, name).await?;
    if hosts.is_empty() {
        return Ok(());
    }
    Err(OkdError::ClusterArmed { what, cluster: name.to_string(), hosts: hosts.join(", ") })
}

async fn tell(
    tx: &mut Tx,
    kind: Kind,
    name: &Label,
    what: &str,
    actor: &str,
    now: Timestamp,
) -> Result<(), OkdError> {
    let event = NewEvent::new(kind, None, actor, format!("cluster {name}: {what}")).key(name.as_str());
    events::append(tx, &event, now).await?;
    Ok(())
}

/// As what a config is sealed.
fn called(name: &Label, role: Role) -> String {
    format!("the {role} config of the cluster {name}")
}

/// Under which name the cluster lets machines boot.
fn profile(name: &Label) -> String {
    format!("cluster/{name}")
}
