//! One change: written down, made, and looked at where no answer came.

use super::Apply;
use super::pace::{Waiting, is_away};
use crate::change::{Action, Change};
use crate::error::GatewayError;
use crate::object::Service;
use crate::record::{StepRecord, StepState};
use crate::same::differing;
use crate::store as rows;

/// How often a write is made anew that was saved and reads back differently: OPNsense loses one of some hundreds.
const REWRITES: u32 = 3;

impl Apply {
    /// Makes a change: first its row, then the change itself.
    pub(super) async fn step(&mut self, change: &Change, undoes: Option<u32>) -> Result<(), GatewayError> {
        self.steps += 1;
        let mut step = StepRecord {
            number: self.steps,
            undoes,
            state: StepState::Begun,
            change: change.clone(),
            words: String::new(),
            started_at: self.clock.now(),
            ended_at: None,
        };
        self.write_down(&step).await?;
        if undoes.is_none() {
            self.begun.push((step.number, change.clone()));
        }
        match switches(change) {
            Some(true) => drop(self.switched_off.remove(&change.service)),
            Some(false) => drop(self.switched_off.insert(change.service)),
            None => {}
        }
        let made = self.write(change).await;
        match &made {
            Ok(()) => step.state = StepState::Made,
            Err(error) => {
                // Nobody knows after a silence whether it was made.
                step.state = if is_away(error) { StepState::Begun } else { StepState::Failed };
                step.words = error.to_string();
            }
        }
        step.ended_at = (step.state != StepState::Begun).then(|| self.clock.now());
        let (id, name) = (self.id.clone(), self.name.clone());
        let noted: Result<(), GatewayError> = self
            .store
            .write(move |tx| Box::pin(async move { Ok(rows::end_step(tx, &id, &name, &step).await?) }))
            .await;
        made.and(noted)
    }

    async fn write_down(&self, step: &StepRecord) -> Result<(), GatewayError> {
        let (id, name, step) = (self.id.clone(), self.name.clone(), step.clone());
        self.store
            .write(move |tx| Box::pin(async move { Ok(rows::begin_step(tx, &id, &name, &step).await?) }))
            .await
    }

    /// Writes until it is so, or until it is known why not.
    async fn write(&self, change: &Change) -> Result<(), GatewayError> {
        let mut waiting = Waiting::new(self.pace);
        let mut rewrites = 0;
        loop {
            let error = match self.gateway.write(change).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            if is_away(&error) {
                if !waiting.pause().await {
                    return Err(error);
                }
                match self.gateway.read(&[change.service]).await {
                    Ok(reading) if is_made(change, &reading) => return Ok(()),
                    Ok(_) => {}
                    Err(looking) if is_away(&looking) => {}
                    Err(looking) => return Err(looking),
                }
            } else if matches!(error, GatewayError::NotAsWritten { .. }) && rewrites < REWRITES {
                rewrites += 1;
                tracing::warn!(gateway = %self.name, object = %change.name, %error, "a write was lost and is made anew");
            } else {
                return Err(error);
            }
        }
    }

    /// Notes that a service has taken up all that is saved.
    pub(super) async fn settle(&self, service: Service) -> Result<(), GatewayError> {
        let name = self.name.clone();
        self.store
            .write(move |tx| Box::pin(async move { Ok(rows::settle_service(tx, &name, service).await?) }))
            .await
    }
}

/// Whether a change switches its service on or off.
fn switches(change: &Change) -> Option<bool> {
    let after = change.after.as_ref().filter(|_| change.kind.is_settings())?;
    let (_, value) =
        after.iter().find(|(field, _)| matches!(field.as_str(), "enable" | "general.enabled"))?;
    Some(value == "1")
}

/// Whether a change shows in what is there. A move does not: made a second time it does no harm.
fn is_made(change: &Change, reading: &crate::reading::Reading) -> bool {
    let there = reading.found.iter().find(|it| it.kind == change.kind && it.id == change.id);
    match (change.action, there, &change.after) {
        (Action::Delete, there, _) => there.is_none(),
        (Action::Create | Action::Update, Some(found), Some(after)) => {
            differing(change.kind, &found.fields, after).1.is_empty()
        }
        _ => false,
    }
}
