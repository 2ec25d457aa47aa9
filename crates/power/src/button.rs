//! Somebody walks over and presses the button. What they are asked is a row and an event; the alerts make a message of the
//! event; the answer comes back by a link, the command line or a page. A question outlives the server that asked it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use inventory::{Clock, Id};
use store::{Store, StoreError};

use crate::act::Act;
use crate::control::{Abilities, Done, PowerControl, Refusal};
use crate::machine::Machine;
use crate::power::Tuning;
use crate::question::{self, Question};
use crate::store::questions;
use crate::way::{ButtonWay, Kind};

/// How long an answer is waited for, where nobody said.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1800);

/// Asks for one machine.
pub(crate) struct Button {
    machine: Machine,
    patience: Duration,
    actor: String,
    question: Id,
    store: Store,
    clock: Arc<dyn Clock>,
    tuning: Tuning,
}

impl Button {
    pub(crate) fn new(
        way: &ButtonWay,
        machine: &Machine,
        actor: &str,
        question: Id,
        store: Store,
        clock: Arc<dyn Clock>,
        tuning: Tuning,
    ) -> Self {
        Self {
            machine: machine.clone(),
            patience: patience(way),
            actor: actor.to_owned(),
            question,
            store,
            clock,
            tuning,
        }
    }

    /// Asks, where that was not done yet, and waits for the answer.
    async fn ask(&self, act: Act) -> Result<Done, Refusal> {
        let failed = |error: StoreError| Refusal(format!("the question could not be kept: {error}"));
        if self.question().await.map_err(failed)?.is_none() {
            self.pose(act).await.map_err(failed)?;
        }
        loop {
            let question = self.question().await.map_err(failed)?;
            let question = question.ok_or_else(|| Refusal("the question is gone".to_owned()))?;
            let by = question.answered_by.as_deref().unwrap_or("nobody");
            match question.answer.as_deref() {
                Some("done") => return Ok(Done::accepted(format!("{by} says: done"))),
                Some("cannot") => return Err(Refusal(format!("{by} says: can't"))),
                Some(_) => return Err(Refusal("nobody answered in time".to_owned())),
                None => self.expire(&question).await.map_err(failed)?,
            }
            tokio::time::sleep(self.tuning.poll).await;
        }
    }

    async fn question(&self) -> Result<Option<Question>, StoreError> {
        questions::get(self.store.readers(), &self.question).await
    }

    async fn pose(&self, act: Act) -> Result<(), StoreError> {
        let now = self.clock.now();
        let question = Question {
            id: self.question.clone(),
            host: self.machine.id.clone(),
            act,
            words: question::words(act, &self.machine),
            asked_by: self.actor.clone(),
            asked_at: now,
            expires_at: now.plus(self.patience),
            answer: None,
            answered_by: None,
            answered_at: None,
        };
        let name = self.machine.name.clone();
        let asked = self
            .store
            .write(move |tx| Box::pin(async move { questions::ask(tx, &question, &name, now).await }));
        asked.await
    }

    async fn expire(&self, question: &Question) -> Result<(), StoreError> {
        let now = self.clock.now();
        if now < question.expires_at {
            return Ok(());
        }
        let (question, name) = (question.clone(), self.machine.name.clone());
        let expired = self.store.write(move |tx| {
            Box::pin(async move { questions::end(tx, &question, &name, "expired", "server", now).await })
        });
        expired.await.map(drop)
    }
}

/// How long an answer is waited for.
pub(crate) fn patience(way: &ButtonWay) -> Duration {
    way.patience_secs.map_or(PATIENCE, |secs| Duration::from_secs(secs.into()))
}

impl PowerControl for Button {
    fn abilities(&self) -> Abilities {
        Kind::Button(ButtonWay::default()).abilities()
    }

    fn act(&self, act: Act) -> BoxFuture<'_, Result<Done, Refusal>> {
        Box::pin(self.ask(act))
    }
}
