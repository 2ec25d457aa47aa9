//! The handle on all gateways of this server.

mod adapters;
mod applying;
mod lanes;
mod rollback;
mod sweep;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use ::store::{Store, StoreError};
use inventory::{Clock, Id};
use secrets::Secrets;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use adapters::Connected;
pub use adapters::{Adapters, Connect};
use lanes::Lanes;
use sweep::Rests;

use crate::apply::{Backups, Pace, word};
use crate::capability::Gateway;
use crate::dnsmasq::DnsmasqHost;
use crate::error::GatewayError;
use crate::name::GatewayName;
use crate::object::Service;
use crate::opnsense::{Credential, Examination};
use crate::plan::make::{Basis, make};
use crate::plan::{Notice, Plan};
use crate::reading::Reading;
use crate::record::{ApplyRecord, ApplyState};
use crate::registration::{AdapterKind, LastApply, Listed, Registration};
use crate::site::SiteId;
use crate::store as rows;
use crate::wish::{InvalidWish, Wish};

/// The gateways of this server. Cheap to clone.
#[derive(Clone)]
pub struct Gateways {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    connect: Arc<dyn Connect>,
    connected: Connected,
    clock: Arc<dyn Clock>,
    backups: Backups,
    pace: Pace,
    site: SiteId,
    lanes: Lanes,
    rests: Rests,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl std::fmt::Debug for Gateways {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateways").field("site", &self.inner.site).finish_non_exhaustive()
    }
}

impl Gateways {
    /// Takes the gateways over: finds the server's own id, or makes it; marks what a server before this one left in the
    /// middle. `backups` is a folder of this server's own: whole configurations with all their secrets go there.
    ///
    /// # Errors
    /// The database's, or the folder can't be made.
    pub async fn open(
        store: Store,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
        backups: PathBuf,
    ) -> Result<Self, GatewayError> {
        let adapters = Adapters::new(secrets, DnsmasqHost::default());
        Self::open_with(store, Arc::new(adapters), clock, backups, Pace::default()).await
    }

    /// The same with other adapters and another pace: for tests, and for whoever has a gateway that this crate knows nothing of.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_with(
        store: Store,
        connect: Arc<dyn Connect>,
        clock: Arc<dyn Clock>,
        backups: PathBuf,
        pace: Pace,
    ) -> Result<Self, GatewayError> {
        let backups = Backups::open(backups)?;
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random).map_err(|error| GatewayError::File {
            path: "the kernel's random numbers".to_owned(),
            reason: error.to_string(),
        })?;
        let new = uuid::Builder::from_random_bytes(random).into_uuid();
        let now = clock.now();
        let (site, left) = store
            .write::<_, GatewayError, _>(move |tx| {
                Box::pin(async move {
                    Ok((rows::site_id(tx, new, now).await?, rows::interrupted(tx, now).await?))
                })
            })
            .await?;
        if left > 0 {
            tracing::warn!(applies = left, "an earlier server stopped in the middle of setting up a gateway");
        }
        let inner = Inner {
            store,
            connect,
            connected: Connected::default(),
            clock,
            backups,
            pace,
            site,
            lanes: Lanes::default(),
            rests: Rests::default(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The server's own id.
    #[must_use]
    pub fn site(&self) -> SiteId {
        self.inner.site
    }

    /// Adds a gateway. Nothing is asked of it.
    ///
    /// # Errors
    /// [`GatewayError::Exists`], or it can't be spoken to as it is described.
    pub async fn add(&self, registration: Registration, actor: &str) -> Result<(), GatewayError> {
        let place = self.inner.connect.connect(&registration.adapter)?.place();
        let (actor, now) = (actor.to_owned(), self.inner.clock.now());
        self.inner
            .store
            .write(move |tx| Box::pin(async move { rows::add(tx, &registration, &place, &actor, now).await }))
            .await
    }

    /// Takes a gateway out. What stands on it stays there: `leave` says that this is meant.
    ///
    /// # Errors
    /// [`GatewayError::StandsOn`], [`GatewayError::Busy`], [`GatewayError::NoGateway`].
    pub async fn remove(&self, name: &GatewayName, leave: bool, actor: &str) -> Result<(), GatewayError> {
        let _turn = self.inner.lanes.turn(name)?;
        let (gateway, actor, now) = (name.clone(), actor.to_owned(), self.inner.clock.now());
        self.inner
            .store
            .write::<_, GatewayError, _>(move |tx| {
                Box::pin(async move { rows::remove(tx, &gateway, leave, &actor, now).await })
            })
            .await?;
        self.inner.connected.forget(name);
        Ok(())
    }

    /// All gateways, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Listed>, GatewayError> {
        let mut all = Vec::new();
        for row in rows::list(self.inner.store.readers()).await? {
            all.push(self.listed(row).await?);
        }
        Ok(all)
    }

    /// One gateway.
    ///
    /// # Errors
    /// [`GatewayError::NoGateway`].
    pub async fn get(&self, name: &GatewayName) -> Result<Listed, GatewayError> {
        self.listed(rows::get(self.inner.store.readers(), name).await?).await
    }

    async fn listed(&self, row: rows::Gateway) -> Result<Listed, GatewayError> {
        let parts = rows::parts(self.inner.store.readers(), &row.name).await?;
        let last = rows::list_applies(self.inner.store.readers(), &row.name, 1).await?.pop();
        let wanted = whole(&parts)?;
        Ok(Listed {
            unapplied: row.applied.unwrap_or_default() != wanted,
            parts: parts.into_keys().collect(),
            last_apply: last.map(|it| LastApply { id: it.id, state: it.state, started_at: it.started_at }),
            name: row.name,
            adapter: row.adapter,
            added_at: row.added_at,
            checked_at: row.checked_at,
            drift_since: row.drift_since,
            unreachable_since: row.unreachable_since,
            unreachable_why: row.unreachable_why,
        })
    }

    /// Sets what one part wants of a gateway, or clears it. Nothing is applied.
    ///
    /// # Errors
    /// [`GatewayError::Wish`] where it contradicts itself or another part, [`GatewayError::NoGateway`], [`GatewayError::Part`].
    pub async fn set_wish(
        &self,
        name: &GatewayName,
        part: &str,
        wish: Option<Wish>,
        actor: &str,
    ) -> Result<(), GatewayError> {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
        if part.is_empty() || part.len() > 64 || !part.chars().all(safe) {
            return Err(GatewayError::Part(part.chars().take(64).collect()));
        }
        let (name, part, actor) = (name.clone(), part.to_owned(), actor.to_owned());
        let now = self.inner.clock.now();
        self.inner
            .store
            .write(move |tx| {
                Box::pin(async move { rows::set_wish(tx, &name, &part, wish.as_ref(), &actor, now).await })
            })
            .await
    }

    /// What all parts together want of a gateway.
    ///
    /// # Errors
    /// [`GatewayError::NoGateway`].
    pub async fn wish(&self, name: &GatewayName) -> Result<Wish, GatewayError> {
        Ok(whole(&self.parts(name).await?)?)
    }

    /// What each part wants of a gateway.
    ///
    /// # Errors
    /// [`GatewayError::NoGateway`].
    pub async fn parts(&self, name: &GatewayName) -> Result<BTreeMap<String, Wish>, GatewayError> {
        rows::get(self.inner.store.readers(), name).await?;
        Ok(rows::parts(self.inner.store.readers(), name).await?)
    }

    /// The gateway itself.
    ///
    /// # Errors
    /// [`GatewayError::NoGateway`], or it can't be spoken to as it is described.
    pub async fn connect(&self, name: &GatewayName) -> Result<Arc<dyn Gateway>, GatewayError> {
        let row = rows::get(self.inner.store.readers(), name).await?;
        self.inner.connected.get(self.inner.connect.as_ref(), name, &row.adapter)
    }

    /// Looks whether a gateway can be worked with for these services, before it is added: with this credential, or with the
    /// secret that is named. Changes nothing.
    ///
    /// # Errors
    /// What keeps it from being examined at all.
    pub async fn examine(
        &self,
        adapter: &AdapterKind,
        credential: Option<Credential>,
        services: &[Service],
    ) -> Result<Examination, GatewayError> {
        self.inner.connect.examine(adapter, credential, services).await
    }

    /// Describes a gateway anew: another address, another certificate, another secret. What was made on it stays known.
    ///
    /// # Errors
    /// [`GatewayError::NoGateway`], [`GatewayError::Busy`], or it can't be spoken to as it is described.
    pub async fn set_adapter(&self, name: &GatewayName, adapter: AdapterKind) -> Result<(), GatewayError> {
        let _turn = self.inner.lanes.turn(name)?;
        self.inner.connect.connect(&adapter)?;
        let gateway = name.clone();
        self.inner
            .store
            .write(move |tx| Box::pin(async move { rows::set_adapter(tx, &gateway, &adapter).await }))
            .await
    }

    /// What an apply would do now.
    ///
    /// # Errors
    /// The gateway can't be read, or has no such capability.
    pub async fn plan(&self, name: &GatewayName) -> Result<Plan, GatewayError> {
        Ok(self.plan_of(name, &self.wish(name).await?).await?.1)
    }

    /// The plan of a wish that is not set: what it would do if it were.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub async fn plan_for(&self, name: &GatewayName, wish: &Wish) -> Result<Plan, GatewayError> {
        Ok(self.plan_of(name, wish).await?.1)
    }

    async fn plan_of(&self, name: &GatewayName, wish: &Wish) -> Result<(Reading, Plan), GatewayError> {
        let gateway = self.connect(name).await?;
        let reading = gateway.read(&Service::ALL).await?;
        let readers = self.inner.store.readers();
        let known = rows::known(readers, name).await?;
        let wanted = word(gateway.as_ref(), &self.inner.site, &known, wish, &reading)?;
        let pending = rows::pending(readers, name).await?;
        let mut plan =
            make(Basis { site: &self.inner.site, known: &known, pending: &pending }, &reading, wanted);
        plan.notices.extend(self.left_by_last(name).await?);
        Ok((reading, plan))
    }

    /// What the last apply left, where that is not what was asked of it: it bears on what the next one does.
    async fn left_by_last(&self, name: &GatewayName) -> Result<Option<Notice>, GatewayError> {
        let last = rows::list_applies(self.inner.store.readers(), name, 1).await?.pop();
        let failed = |it: &ApplyRecord| !matches!(it.state, ApplyState::Done | ApplyState::Applying);
        Ok(last
            .filter(failed)
            .map(|it| Notice { text: format!("the last apply ({}) is {}: {}", it.id, it.state, it.words) }))
    }

    /// The applies of a gateway, newest first, without their steps.
    ///
    /// # Errors
    /// [`GatewayError::NoGateway`].
    pub async fn applies(&self, name: &GatewayName) -> Result<Vec<ApplyRecord>, GatewayError> {
        rows::get(self.inner.store.readers(), name).await?;
        Ok(rows::list_applies(self.inner.store.readers(), name, rows::HISTORY).await?)
    }

    /// One apply with its steps; none where there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn apply_record(&self, id: &Id) -> Result<Option<ApplyRecord>, GatewayError> {
        Ok(rows::apply(self.inner.store.readers(), id).await?)
    }

    /// Waits until what is being applied has ended, and begins nothing more. For the server's stop.
    pub async fn close(&self) {
        self.inner.stopping.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

fn whole(parts: &BTreeMap<String, Wish>) -> Result<Wish, InvalidWish> {
    Wish::union(parts.iter().map(|(part, wish)| (part.as_str(), wish)))
}

/// The gateways whose credential this secret is: whoever removes secrets asks in the same transaction.
///
/// # Errors
/// The database's.
pub async fn uses_secret(tx: &mut ::store::Tx, secret: &secrets::Name) -> Result<Vec<String>, StoreError> {
    rows::secret_users(tx, secret).await
}
