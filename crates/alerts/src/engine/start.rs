//! The start: everything that was remembered is taken up again.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::store::Store;
use hosts::{HostFacts, State};
use inventory::{Clock, Id};
use secrets::Secrets;
use tokio::sync::{Mutex as AsyncMutex, Notify};

use super::ears::Ears;
use super::news::READER;
use super::sender::Sender;
use super::strangers::strangers;
use super::unapproved::unapproved;
use super::watch::{SiteWatch, Watch};
use super::{Alerts, Inner};
use crate::error::AlertsError;
use crate::rules::RuleId;
use crate::settings::Settings;
use crate::store::{incidents, states};

impl Alerts {
    /// Takes up what the database remembers. `interval` is the time between two samples, `page` the address that messages
    /// lead to, `hosts` all hosts that there are. A provider for rustls has to be installed before.
    ///
    /// # Errors
    /// The database's; [`AlertsError::NoCrypto`] and [`AlertsError::Client`] where the HTTP client can't be made.
    pub async fn start(
        store: Store,
        clock: Arc<dyn Clock>,
        settings: Settings,
        interval: Duration,
        secrets: Secrets,
        page: String,
        hosts: Vec<HostFacts>,
    ) -> Result<Self, AlertsError> {
        let now = clock.now();
        let mut unapproved = unapproved(&hosts, now);
        unapproved.recall(incidents::open_of_site(store.readers(), RuleId::HostsUnapproved).await?);
        let mut strangers = strangers(now);
        strangers.recall(incidents::open_of_site(store.readers(), RuleId::BootLoop).await?);
        let mut watches: HashMap<Id, Watch> =
            hosts.into_iter().map(|facts| (facts.id.clone(), Watch::new(facts))).collect();
        let mut of_site = Vec::new();
        for (host, target, tracked) in states::all(store.readers()).await? {
            let Some(host) = host else {
                of_site.push((target, tracked));
                continue;
            };
            watches
                .entry(host)
                .or_insert_with_key(|host| Watch::new(gone(host)))
                .recall(target, tracked, now);
        }
        let cursor = events::cursor(store.readers(), READER).await?;
        let sender = Sender::new(secrets, page, settings.send_timeout.get())?;
        let inner = Inner {
            ears: Mutex::new(Ears::new(settings.warm_up.get().max(interval * 2), now)),
            watches: Mutex::new(HashMap::with_capacity(watches.len())),
            deadlines: Mutex::new(BTreeSet::new()),
            unapproved: AsyncMutex::new(unapproved),
            strangers: AsyncMutex::new(strangers),
            site: AsyncMutex::new(SiteWatch::recall(of_site)),
            cursor: AsyncMutex::new(cursor),
            sender,
            queued: Notify::new(),
            store,
            clock,
            settings,
        };
        for (host, mut watch) in watches {
            // The settings may be others than before, and a host may be gone.
            let updates = watch.settle(&inner.settings.rules);
            inner.commit(&mut watch, updates, None, now).await?;
            inner.schedule(&mut watch);
            super::lock(&inner.watches).insert(host, Arc::new(AsyncMutex::new(watch)));
        }
        let mut site = inner.site.lock().await;
        let updates = site.settle(&inner.settings.rules);
        inner.commit_site(&mut site, updates, None, now).await?;
        drop(site);
        Ok(Self { inner: Arc::new(inner) })
    }
}

/// A host of which only the rules' memory is left.
fn gone(host: &Id) -> HostFacts {
    HostFacts {
        id: host.clone(),
        name: host.to_string(),
        place: None,
        state: State::Retired,
        approved: false,
        last_seen_at: None,
        goodbye_at: None,
    }
}
