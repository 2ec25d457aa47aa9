//! One message: is it still wanted, what did the provider say, what becomes of it.

use ::store::{StoreError, Tx};
use hosts::State;
use inventory::Timestamp;

use super::super::{Inner, lock};
use super::gate::Gate;
use crate::delivery::{Delivery, DeliveryStatus};
use crate::error::AlertsError;
use crate::incident::Incident;
use crate::message::render;
use crate::mute::{Hearing, hearing};
use crate::outbox::{LOOK_AGAIN, PROBE_EVERY, Turn, Verdict, backoff, chance, decide};
use crate::provider::{Provider, Trouble};
use crate::providers::{Answer, Part};
use crate::store::{deliveries, incidents, providers, subscriptions};
use crate::subscription::Subscription;

impl Inner {
    /// Tries one delivery; answers whether the provider may be tried with the next.
    pub(super) async fn attempt(
        &self,
        provider: &Provider,
        delivery: Delivery,
        now: Timestamp,
    ) -> Result<bool, AlertsError> {
        let readers = self.store.readers();
        let incident = incidents::get(readers, &delivery.incident).await?;
        let subscription = subscriptions::subscription(readers, &delivery.subscription).await?;
        // Either may have been removed since the delivery was read; the delivery went with it.
        let (Some(incident), Some(subscription)) = (incident, subscription) else { return Ok(true) };
        let turn = Turn {
            knows: delivery.told.is_some() || delivery.maybe_told,
            waited: now.since(delivery.queued_at),
            state: incident.state,
            severity: incident.severity,
            min_severity: subscription.min_severity,
            hearing: self.hearing_now(&incident).await,
        };
        match decide(turn) {
            Verdict::Send => {
                let buttons = self.sender.buttons(&incident);
                let message = render(&incident, turn.knows, &self.sender.page, buttons);
                self.write(delivery.clone(), move |tx, delivery| {
                    Box::pin(async move { deliveries::begin(tx, &delivery, now).await })
                })
                .await?;
                let answer =
                    self.sender.send(provider, &subscription, incident.id.as_str(), &message).await?;
                self.note(provider, &subscription, Some((&delivery, incident.transition)), &answer).await
            }
            Verdict::Hold => {
                let due = now.plus(LOOK_AGAIN);
                self.write(delivery, move |tx, delivery| {
                    Box::pin(async move { deliveries::hold(tx, &delivery, now, due).await })
                })
                .await?;
                Ok(true)
            }
            verdict @ (Verdict::Drop | Verdict::GiveUp) => {
                let status =
                    if verdict == Verdict::Drop { DeliveryStatus::Dropped } else { DeliveryStatus::Dead };
                if status == DeliveryStatus::Dead {
                    tracing::error!(
                        incident.id = %delivery.incident, subscription = %delivery.subscription,
                        reason = delivery.last_error.as_deref().unwrap_or("unknown"), "a notification was given up"
                    );
                }
                self.write(delivery, move |tx, delivery| {
                    Box::pin(async move { deliveries::end(tx, &delivery, status).await })
                })
                .await?;
                Ok(true)
            }
        }
    }

    /// How the incident's host is heard at this moment.
    async fn hearing_now(&self, incident: &Incident) -> Hearing {
        let Some(host) = &incident.host else { return Hearing::Told };
        let Some(watch) = self.known(host) else { return Hearing::Off };
        let state: State = watch.lock().await.facts.state;
        hearing(incident.rule, state)
    }

    /// Writes down what the provider answered, and lets its gate follow; answers whether the gate is open.
    pub(super) async fn note(
        &self,
        provider: &Provider,
        subscription: &Subscription,
        delivery: Option<(&Delivery, i64)>,
        answer: &Answer,
    ) -> Result<bool, AlertsError> {
        let now = self.clock.now();
        let due = self.move_gate(provider, delivery.map(|(delivery, _)| delivery), answer, now);
        let note = Note {
            provider: provider.clone(),
            subscription: subscription.clone(),
            delivery: delivery.map(|(delivery, transition)| (delivery.clone(), transition)),
            answer: answer.clone(),
            due,
            now,
        };
        self.store.write::<_, StoreError, _>(move |tx| Box::pin(async move { note.write(tx).await })).await?;
        let is_shut =
            matches!(answer, Answer::Retry { .. } | Answer::Misconfigured { part: Part::Provider, .. });
        Ok(!is_shut)
    }

    /// Opens or shuts the provider's gate; answers when the delivery is tried again, if it has to be.
    fn move_gate(
        &self,
        provider: &Provider,
        delivery: Option<&Delivery>,
        answer: &Answer,
        now: Timestamp,
    ) -> Timestamp {
        let mut gates = lock(&self.sender.gates);
        match answer {
            Answer::Delivered { .. } => {
                gates.remove(&provider.name);
                now
            }
            Answer::Retry { after, .. } => {
                let before = gates.get(&provider.name).copied();
                let gate = Gate::after_failure(before, *after, chance(), now);
                gates.insert(provider.name.clone(), gate);
                // One message that always fails lets the others go first.
                let failures = delivery.map_or(0, |it| it.attempts.saturating_add(1));
                let own = now.plus(backoff(u32::try_from(failures).unwrap_or(u32::MAX), chance()));
                own.max(gate.closed_until())
            }
            Answer::Misconfigured { .. } => now,
        }
    }

    async fn write<F>(&self, delivery: Delivery, work: F) -> Result<(), StoreError>
    where
        F: for<'c> FnOnce(
                &'c mut Tx,
                Delivery,
            ) -> futures_util::future::BoxFuture<'c, Result<(), StoreError>>
            + Send
            + 'static,
    {
        self.store.write::<_, StoreError, _>(move |tx| work(tx, delivery)).await
    }
}

/// What is written after an answer, in one transaction.
struct Note {
    provider: Provider,
    subscription: Subscription,
    /// And the transition that the message told of. A test has none.
    delivery: Option<(Delivery, i64)>,
    answer: Answer,
    due: Timestamp,
    now: Timestamp,
}

impl Note {
    async fn write(self, tx: &mut Tx) -> Result<(), StoreError> {
        let Self { provider, subscription, delivery, answer, due, now } = self;
        match answer {
            Answer::Delivered { id } => {
                subscriptions::set_ok(tx, &subscription.name, now).await?;
                if provider.trouble.is_some() {
                    tracing::info!(provider = %provider.name, "the provider works again");
                    providers::set_trouble(tx, &provider.name, None).await?;
                }
                if let Some((delivery, told)) = delivery {
                    deliveries::sent(tx, &delivery, told, &id, now).await?;
                }
            }
            Answer::Retry { reason, maybe_told, .. } => {
                tracing::warn!(provider = %provider.name, subscription = %subscription.name, reason, "a notification waits");
                subscriptions::set_error(tx, &subscription.name, &reason, now).await?;
                if let Some((delivery, _)) = delivery {
                    let maybe_told = maybe_told || delivery.maybe_told;
                    deliveries::failed(tx, &delivery, maybe_told, &reason, due).await?;
                }
            }
            Answer::Misconfigured { part, reason, maybe_told } => {
                tracing::error!(
                    provider = %provider.name, subscription = %subscription.name, reason,
                    "notifications can't be sent as this is set up; it is tried again in ten minutes"
                );
                subscriptions::set_error(tx, &subscription.name, &reason, now).await?;
                if let Some((delivery, _)) = delivery {
                    let maybe_told = maybe_told || delivery.maybe_told;
                    deliveries::failed(tx, &delivery, maybe_told, &reason, due).await?;
                }
                let before = match part {
                    Part::Provider => provider.trouble,
                    Part::Subscription => subscription.trouble,
                };
                let since_at = before.map_or(now, |trouble| trouble.since_at);
                let trouble = Trouble { reason, since_at, probe_at: now.plus(PROBE_EVERY) };
                match part {
                    Part::Provider => providers::set_trouble(tx, &provider.name, Some(&trouble)).await?,
                    Part::Subscription => {
                        subscriptions::set_trouble(tx, &subscription.name, &trouble).await?;
                    }
                }
            }
        }
        Ok(())
    }
}
