//! Sending what is due: each provider by itself, its messages one after the other, so that one that is down, slow or locked
//! holds up no other, and is knocked at once and not once a message.

mod attempt;
mod gate;

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use ::store::StoreError;
use futures_util::future;
use inventory::{Id, Timestamp};
use secrets::{SecretValue, Secrets};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex as AsyncMutex;

use self::gate::Gate;
use super::{Alerts, Inner, lock};
use crate::error::AlertsError;
use crate::incident::{Incident, IncidentState};
use crate::message::{self, Button};
use crate::outbox::sequence_id;
use crate::provider::{Provider, ProviderKind};
use crate::providers::ntfy::{Letter, Ntfy};
use crate::providers::{Answer, Part};
use crate::store::{deliveries, providers, subscriptions};
use crate::subscription::Subscription;

/// What sending needs besides the database.
pub(super) struct Sender {
    secrets: Secrets,
    /// The address that messages lead to.
    page: String,
    ntfy: Ntfy,
    /// What can be answered from the message of an incident, where anything can.
    buttons: OnceLock<Buttons>,
    /// Of providers that failed: since how many attempts, and until when they are left alone.
    gates: Mutex<HashMap<Id, Gate>>,
    /// There is one round at a time.
    round: AsyncMutex<()>,
}

/// What can be answered from the message of an open incident.
pub(super) type Buttons = Box<dyn Fn(&Incident) -> Vec<Button> + Send + Sync>;

/// How the test of a subscription ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// The provider has the message.
    pub delivered: bool,
    /// What it calls it, or why it has it not.
    pub answer: String,
}

impl Sender {
    pub(super) fn new(secrets: Secrets, page: String, timeout: Duration) -> Result<Self, AlertsError> {
        Ok(Self {
            secrets,
            page,
            ntfy: Ntfy::new(timeout)?,
            buttons: OnceLock::new(),
            gates: Mutex::new(HashMap::new()),
            round: AsyncMutex::new(()),
        })
    }

    /// The buttons in an incident's message. They are made when it is sent and kept nowhere, for they are good for an answer.
    fn buttons(&self, incident: &Incident) -> Vec<Button> {
        let is_open = incident.state == IncidentState::Open;
        self.buttons.get().filter(|_| is_open).map(|buttons| buttons(incident)).unwrap_or_default()
    }

    /// Sends a message to a topic; whatever happens is an answer.
    async fn send(
        &self,
        provider: &Provider,
        subscription: &Subscription,
        about: &str,
        message: &message::Message,
    ) -> Result<Answer, StoreError> {
        let token = match self.token(provider).await? {
            Ok(token) => token,
            Err(reason) => {
                return Ok(Answer::Misconfigured { part: Part::Provider, reason, maybe_told: false });
            }
        };
        let sequence_id = sequence_id(&subscription.name, about);
        let letter = Letter {
            url: &provider.url,
            token: token.as_ref(),
            topic: &subscription.topic,
            sequence_id: &sequence_id,
            message,
        };
        Ok(match provider.kind {
            ProviderKind::Ntfy => self.ntfy.send(&letter).await,
        })
    }

    /// The provider's token, or why there is none.
    async fn token(&self, provider: &Provider) -> Result<Result<Option<SecretValue>, String>, StoreError> {
        let Some(name) = &provider.token_secret else { return Ok(Ok(None)) };
        match self.secrets.get(name).await {
            Ok(token) => Ok(Ok(Some(token))),
            Err(secrets::SecretsError::Store(error)) => Err(error),
            Err(error) => Ok(Err(error.to_string())),
        }
    }
}

impl Alerts {
    /// Says what can be answered from the message of an open incident. To be said once, before the first message is sent.
    pub fn set_buttons(&self, buttons: impl Fn(&Incident) -> Vec<Button> + Send + Sync + 'static) {
        if self.inner.sender.buttons.set(Box::new(buttons)).is_err() {
            tracing::error!("the buttons of messages were set twice: the first ones stay");
        }
    }

    /// Sends everything whose turn it is.
    ///
    /// # Errors
    /// The database's. A provider's failure is none: it is noted, and tried again.
    pub async fn send_due(&self) -> Result<(), AlertsError> {
        let inner = &self.inner;
        let _one_at_a_time = inner.sender.round.lock().await;
        let providers = providers::providers(inner.store.readers()).await?;
        let rounds = future::join_all(providers.iter().map(|provider| inner.send_through(provider))).await;
        rounds.into_iter().collect()
    }

    /// Sends a real message to a subscription, and answers what its provider said. It counts: what was set up wrongly and
    /// works now is used again at once.
    ///
    /// # Errors
    /// [`AlertsError::NoSubscription`], or the database's.
    pub async fn test(&self, subscription: &Id) -> Result<TestResult, AlertsError> {
        let inner = &self.inner;
        let readers = inner.store.readers();
        let found = subscriptions::subscription(readers, subscription).await?;
        let found = found.ok_or_else(|| AlertsError::NoSubscription(subscription.clone()))?;
        let provider = providers::provider(readers, &found.provider).await?;
        let provider = provider.ok_or_else(|| AlertsError::NoProvider(found.provider.clone()))?;
        let now = inner.clock.now();
        let message = message::test(found.name.as_str(), &inner.sender.page, now);
        let answer = inner.sender.send(&provider, &found, "test", &message).await?;
        inner.note(&provider, &found, None, &answer).await?;
        inner.queued.notify_one();
        Ok(match answer {
            Answer::Delivered { id } => TestResult { delivered: true, answer: id },
            Answer::Retry { reason, .. } | Answer::Misconfigured { reason, .. } => {
                TestResult { delivered: false, answer: reason }
            }
        })
    }
}

impl Inner {
    async fn send_through(&self, provider: &Provider) -> Result<(), AlertsError> {
        loop {
            let now = self.clock.now();
            if !self.is_open(provider, now) {
                return Ok(());
            }
            let Some(delivery) = deliveries::next_due(self.store.readers(), &provider.name, now).await?
            else {
                return Ok(());
            };
            if !self.attempt(provider, delivery, now).await? {
                return Ok(());
            }
        }
    }

    /// Whether the provider may be knocked at.
    fn is_open(&self, provider: &Provider, now: Timestamp) -> bool {
        let is_probe = provider.trouble.as_ref().is_none_or(|trouble| trouble.probe_at <= now);
        is_probe && lock(&self.sender.gates).get(&provider.name).is_none_or(|gate| gate.is_open(now))
    }
}
