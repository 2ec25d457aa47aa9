//! Applying a plan: write, look, activate, prove; and take all of it back where one of these fails.
//!
//! ```text
//!  backup ─▶ each change: journal row, write, look ─▶ only our revisions? ─▶ check ─▶ activate ─▶ read: nothing left to do?
//!                     │                                      │                 │          │              │
//!                     └───────────────── fails ──────────────┴─────────────────┴──────────┴──────────────┘
//!                                          ▼
//!                       undo: inverse changes, last first ─▶ activate what was activated ─▶ read: as before?
//!                                          │ fails, and every revision since is ours
//!                                          ▼
//!                       the whole configuration is put back ─▶ activate ─▶ read: as before?
//!                                          │ fails
//!                                          ▼
//!                                      half-done: what remains is named
//! ```

mod backup;
mod end;
mod pace;
mod prove;
mod step;
mod taking_back;

use std::collections::BTreeSet;
use std::sync::Arc;

use inventory::Clock;
use uuid::Uuid;

pub(crate) use backup::Backups;
pub(crate) use end::End;
pub use pace::Pace;
pub(crate) use prove::{Goal, word};

use crate::capability::Gateway;
use crate::change::Change;
use crate::error::GatewayError;
use crate::name::GatewayName;
use crate::object::Service;
use crate::plan::Plan;
use crate::reading::{Reading, ServiceState};
use crate::site::SiteId;

/// One apply: whose, on what, and how far it is.
pub(crate) struct Apply {
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) store: ::store::Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pace: Pace,
    pub(crate) site: SiteId,
    pub(crate) name: GatewayName,
    pub(crate) id: inventory::Id,
    /// What the gateway was read as before.
    pub(crate) before: Reading,
    /// Our boot entries before, in order.
    pub(crate) boot_order: Vec<Uuid>,
    /// Services that had not taken up earlier changes.
    pub(crate) pending: BTreeSet<Service>,
    /// The steps that were begun, by number.
    pub(crate) begun: Vec<(u32, Change)>,
    /// The number of the last step.
    pub(crate) steps: u32,
    /// The services that may have taken our changes up.
    pub(crate) activated: BTreeSet<Service>,
    /// The services that our changes switch off.
    pub(crate) switched_off: BTreeSet<Service>,
}

impl Apply {
    /// Does all of it. Never fails: how it ended is in the answer.
    pub(crate) async fn run(mut self, plan: &Plan, goal: &Goal) -> End {
        match self.forward(plan, goal).await {
            Ok(end) => end,
            Err(error) => self.take_back(plan, &error).await,
        }
    }

    async fn forward(&mut self, plan: &Plan, goal: &Goal) -> Result<End, GatewayError> {
        for change in &plan.changes {
            self.step(change, None).await?;
        }
        self.only_ours(plan).await?;
        for service in &plan.services {
            self.pace.patiently(|| self.gateway.check(*service)).await?;
        }
        for service in &plan.services {
            self.activated.insert(*service);
            self.activate(*service).await?;
        }
        let reading = self.prove(plan, goal).await?;
        let mut end = End::done(self.owned(&reading).await?);
        // What comes in between the look and the activation goes live with ours; that can be said and not prevented.
        if let Err(GatewayError::ChangedMeanwhile(revision)) = self.only_ours(plan).await {
            end.words = format!(
                "meanwhile {} changed the gateway ({}), and that may have gone live together with this",
                revision.by, revision.what
            );
        }
        Ok(end)
    }

    /// Whether every change of the gateway since the plan's reading is ours.
    async fn only_ours(&self, plan: &Plan) -> Result<(), GatewayError> {
        let Some(revision) = plan.revision.as_ref().filter(|_| !self.begun.is_empty()) else { return Ok(()) };
        let since = self.pace.patiently(|| self.gateway.revisions_since(revision)).await?;
        match since.unwrap_or_default().into_iter().find(|since| !since.ours) {
            Some(foreign) => Err(GatewayError::ChangedMeanwhile(foreign.revision)),
            None => Ok(()),
        }
    }

    /// Lets a service take up what is saved, and notes that it has. One that is switched off by our own changes has nothing to
    /// take up, and shall not run.
    async fn activate(&self, service: Service) -> Result<(), GatewayError> {
        match self.pace.patiently(|| self.gateway.activate(service)).await {
            Err(GatewayError::Down { .. }) if self.is_switched_off(service).await => {}
            other => drop(other?),
        }
        self.settle(service).await
    }

    async fn is_switched_off(&self, service: Service) -> bool {
        if !self.switched_off.contains(&service) {
            return false;
        }
        let reading = self.pace.patiently(|| self.gateway.read(&Service::ALL)).await;
        reading.is_ok_and(|reading| reading.services.get(&service) == Some(&ServiceState::Disabled))
    }
}
