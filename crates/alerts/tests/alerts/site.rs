//! A site with a database, a clock, alerts, and a phone that listens.

use std::sync::Arc;
use std::sync::atomic::AtomicU8;
use std::time::Duration;

use alerts::{
    Alerts, Incident, IncidentFilter, IncidentState, NewProvider, NewSubscription, ProviderKind, Settings,
    Severity, Span, Subscription,
};
use futures_util::future::BoxFuture;
use inventory::{Clock as _, Id, ManualClock, Timestamp};
use secrets::{SecretKey, SecretValue, Secrets};
use store::{Store, StoreError, Tx};

use crate::fake_ntfy::FakeNtfy;

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const INTERVAL: Duration = Duration::from_secs(30);
pub(crate) const PAGE: &str = "https://muster.lan:8443";

pub(crate) struct Site {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ntfy: FakeNtfy,
    pub(crate) alerts: Alerts,
    pub(crate) secrets: Secrets,
    pub(crate) settings: Settings,
    pub(crate) machines: AtomicU8,
    dir: tempfile::TempDir,
}

/// No warm-up: those who test it say so.
pub(crate) fn settings() -> Settings {
    Settings { warm_up: Span::secs(0), ..Settings::default() }
}

impl Site {
    /// A site without subscriptions.
    pub(crate) async fn deaf(settings: Settings) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp(1_795_257_600_000)));
        let (store, secrets) = open(&dir).await;
        let alerts = start(&store, &clock, &settings, &secrets).await;
        let site = Self {
            store,
            clock,
            ntfy: FakeNtfy::start().await,
            alerts,
            secrets,
            settings,
            machines: AtomicU8::new(0),
            dir,
        };
        // Two intervals are waited for in any case.
        site.pass(INTERVAL * 2);
        site
    }

    /// A site with one subscriber who hears everything.
    pub(crate) async fn new() -> Self {
        Self::with(settings()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let site = Self::deaf(settings).await;
        site.add_provider("phone", None).await;
        site.subscribe("me", Severity::Info).await;
        site
    }

    /// The server dies without a word, and another one starts on what it left.
    pub(crate) async fn restart(self) -> Self {
        let settings = self.settings.clone();
        self.restart_with(settings).await
    }

    /// The same, with other settings.
    pub(crate) async fn restart_with(self, settings: Settings) -> Self {
        let (store, secrets) = open(&self.dir).await;
        let alerts = start(&store, &self.clock, &settings, &secrets).await;
        Self { store, secrets, alerts, settings, ..self }
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What the background does once a second.
    pub(crate) async fn tick(&self) {
        self.decide().await;
        self.alerts.send_due().await.unwrap();
    }

    /// The same without sending.
    pub(crate) async fn decide(&self) {
        self.alerts.read_events().await.unwrap();
        self.alerts.sweep().await.unwrap();
    }

    /// Passes time in which nothing is heard and nothing is sent.
    pub(crate) async fn wait(&self, time: Duration) {
        for _ in 0..time.as_secs() / 30 {
            self.pass(SECOND * 30);
            self.decide().await;
        }
    }

    /// Passes time, second by second.
    pub(crate) async fn live(&self, time: Duration) {
        for _ in 0..time.as_secs() {
            self.pass(SECOND);
            self.tick().await;
        }
    }

    pub(crate) async fn write<T, E, F>(&self, work: F) -> T
    where
        F: for<'c> FnOnce(&'c mut Tx) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + std::fmt::Debug + Send + 'static,
    {
        self.store.write(work).await.unwrap()
    }

    pub(crate) async fn add_provider(&self, name: &str, token_secret: Option<&str>) {
        let new = NewProvider {
            name: id(name),
            kind: ProviderKind::Ntfy,
            url: self.ntfy.url.parse().unwrap(),
            token_secret: token_secret.map(|name| name.parse().unwrap()),
        };
        let now = self.now();
        self.write(move |tx| Box::pin(async move { alerts::add_provider(tx, &new, "anna", now).await }))
            .await;
    }

    pub(crate) async fn subscribe(&self, name: &str, min_severity: Severity) {
        let new = NewSubscription { min_severity, ..subscription(name) };
        let now = self.now();
        self.write(move |tx| Box::pin(async move { alerts::add_subscription(tx, &new, "anna", now).await }))
            .await;
    }

    pub(crate) async fn set_secret(&self, name: &str, value: &str) {
        let value = SecretValue::new(value).unwrap();
        self.secrets.set(&name.parse().unwrap(), &value, "anna", self.now()).await.unwrap();
    }

    pub(crate) async fn incidents(&self) -> Vec<Incident> {
        let all = IncidentFilter::default();
        alerts::incidents(self.store.readers(), &all, None, 500).await.unwrap().items
    }

    pub(crate) async fn open(&self) -> Vec<Incident> {
        let mut all = self.incidents().await;
        all.retain(|incident| incident.state == IncidentState::Open);
        all
    }

    /// The only incident that there is.
    pub(crate) async fn incident(&self) -> Incident {
        let all = self.incidents().await;
        assert_eq!(all.len(), 1, "{all:#?}");
        all.into_iter().next().unwrap()
    }

    pub(crate) async fn subscription(&self, name: &str) -> Subscription {
        alerts::subscription(self.store.readers(), &id(name)).await.unwrap().unwrap()
    }
}

async fn open(dir: &tempfile::TempDir) -> (Store, Secrets) {
    let store = Store::open(&dir.path().join("muster.db")).await.unwrap();
    let key = SecretKey::load_or_create(&dir.path().join("secret.key")).unwrap();
    (store.clone(), Secrets::new(store, key))
}

async fn start(store: &Store, clock: &Arc<ManualClock>, settings: &Settings, secrets: &Secrets) -> Alerts {
    rustls::crypto::ring::default_provider().install_default().ok();
    settings.check(INTERVAL).unwrap();
    Alerts::start(
        store.clone(),
        Arc::<ManualClock>::clone(clock),
        settings.clone(),
        INTERVAL,
        secrets.clone(),
        PAGE.to_owned(),
        hosts::all_facts(store.readers()).await.unwrap(),
    )
    .await
    .unwrap()
}

pub(crate) fn id(text: &str) -> Id {
    text.parse().unwrap()
}

pub(crate) fn subscription(name: &str) -> NewSubscription {
    NewSubscription {
        name: id(name),
        provider: id("phone"),
        topic: "alerts-x7f3k9q2".parse().unwrap(),
        min_severity: Severity::Info,
        rule_prefix: None,
        host: None,
    }
}
