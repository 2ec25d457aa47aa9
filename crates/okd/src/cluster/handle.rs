//! The handle through which clusters are made, shown and opened.

use std::sync::Arc;

use ::store::{Store, Tx};
use boot::site::{CoreOs, DiscoverySystem};
use events::{Kind, NewEvent};
use gateway::wish::Label;
use inventory::{Clock, Timestamp};
use secrets::Secrets;
use zeroize::Zeroizing;

use super::taking::{New, put, seal};
use super::{Cluster, Front, Node, validity};
use crate::error::OkdError;
use crate::progress::leaks_are_moot;
use crate::role::Role;
use crate::store::cluster as rows;

/// The clusters of one server; cheap to clone.
#[derive(Clone)]
pub struct Clusters {
    store: Store,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
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
    /// [`OkdError::NoCluster`]; [`OkdError::Image`] when an asset is not there; [`OkdError::ClusterArmed`]: an armed machine must
    /// be able to fetch what it was armed with.
    pub async fn set_image(&self, name: &Label, image: CoreOs, actor: &str) -> Result<Cluster, OkdError> {
        let words = format!("its nodes are installed by CoreOS {}", image.build);
        let armed = Some("choosing another boot image for");
        self.change(name, words, actor, armed, move |cluster| cluster.image = Some(image)).await
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
        self.change(name, words, actor, None, move |cluster| cluster.front = front).await
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
                    leaks_are_moot(tx, &name, "its cluster was removed", &actor, now).await?;
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
        not_while_armed: Option<&'static str>,
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
                        if let Some(what) = not_while_armed {
                            refuse_armed(tx, &name, what).await?;
                        }
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

/// Machines may fetch what the cluster's nodes boot.
pub(super) async fn choose_image(tx: &mut Tx, cluster: &Cluster) -> Result<(), OkdError> {
    let Some(image) = &cluster.image else { return Ok(()) };
    let chosen =
        boot::profiles::put(tx, &profile(&cluster.name), &DiscoverySystem::CoreOs(image.clone())).await;
    chosen.map_err(|error| match error {
        boot::image::ChooseError::Store(error) => error.into(),
        error => OkdError::Image(error.to_string()),
    })
}

pub(super) async fn refuse_armed(tx: &mut Tx, name: &Label, what: &'static str) -> Result<(), OkdError> {
    let hosts = rows::armed(tx, name).await?;
    if hosts.is_empty() {
        return Ok(());
    }
    Err(OkdError::ClusterArmed { what, cluster: name.to_string(), hosts: hosts.join(", ") })
}

pub(super) async fn tell(
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
pub(super) fn called(name: &Label, role: Role) -> String {
    format!("the {role} config of the cluster {name}")
}

/// Under which name the cluster lets machines boot.
fn profile(name: &Label) -> String {
    format!("cluster/{name}")
}
