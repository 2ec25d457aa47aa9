//! The handle on all gateways of this server.

mod adapters;
mod applying;
mod lanes;
mod registry;
mod rollback;
mod sweep;

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
use crate::registration::AdapterKind;
use crate::site::SiteId;
use crate::store as rows;
use crate::wish::Wish;

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
                    Ok((rows::site_id(tx, new, now).await?, rows::interrupted(tx, None, now).await?))
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

/// The gateways whose credential this secret is: whoever removes secrets asks in the same transaction.
///
/// # Errors
/// The database's.
pub async fn uses_secret(tx: &mut ::store::Tx, secret: &secrets::Name) -> Result<Vec<String>, StoreError> {
    rows::secret_users(tx, secret).await
}
