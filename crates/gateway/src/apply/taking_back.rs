//! Taking an apply back that failed.

use super::pace::is_away;
use super::{Apply, End};
use crate::error::GatewayError;
use crate::object::Service;
use crate::plan::Plan;
use crate::reading::Reading;
use crate::undo::undo;

impl Apply {
    /// Takes back what was begun, and proves that; says what remains where that fails.
    pub(super) async fn take_back(&mut self, plan: &Plan, failed: &GatewayError) -> End {
        if self.begun.is_empty() && self.activated.is_empty() {
            return End::undone(format!("{failed}. Nothing was changed"), None, Default::default());
        }
        let by_inverse = match self.undo_by_inverse().await {
            Ok(reading) => return self.as_before(failed, "All changes were taken back", &reading).await,
            Err(error) => error,
        };
        if is_away(&by_inverse) {
            return self.what_remains(failed, &by_inverse, None).await;
        }
        tracing::warn!(gateway = %self.name, apply = %self.id, error = %by_inverse, "inverse changes did not take the apply back");
        match self.undo_by_revert(plan).await {
            Ok(reading) => {
                let how = format!(
                    "Inverse changes did not take it back ({by_inverse}), so the whole configuration was put back"
                );
                self.as_before(failed, &how, &reading).await
            }
            Err(by_revert) => self.what_remains(failed, &by_inverse, Some(by_revert)).await,
        }
    }

    /// Inverse changes, last first; then what had taken the changes up takes up that they are gone.
    async fn undo_by_inverse(&mut self) -> Result<Reading, GatewayError> {
        let reading = self.read().await?;
        let undo = undo(&self.begun, &reading, &self.boot_order);
        let mut first_error = None;
        for (number, change) in &undo.changes {
            // One that fails does not keep the others from being taken back.
            if let Err(error) = self.step(change, number.or(Some(0))).await {
                tracing::warn!(gateway = %self.name, apply = %self.id, object = %change.name, %error, "a change was not taken back");
                first_error.get_or_insert(error);
            }
        }
        self.reactivate(first_error).await
    }

    /// The whole configuration of before: only where nobody else has changed it since.
    async fn undo_by_revert(&mut self, plan: &Plan) -> Result<Reading, GatewayError> {
        let no_revisions = GatewayError::Incapable("way back to an earlier configuration");
        let revision = plan.revision.as_ref().ok_or(no_revisions)?;
        self.only_ours(plan).await?;
        self.pace.patiently(|| self.gateway.revert(revision)).await?;
        let touched: Vec<Service> = self.begun.iter().map(|(_, change)| change.service).collect();
        self.activated.extend(touched);
        self.reactivate(None).await
    }

    async fn reactivate(&mut self, mut error: Option<GatewayError>) -> Result<Reading, GatewayError> {
        for service in self.activated.clone() {
            if let Err(down) = self.activate(service).await {
                // One that did not run before need not run now.
                if self.ran_before(service) || !matches!(down, GatewayError::Down { .. }) {
                    error.get_or_insert(down);
                }
            }
        }
        if let Some(error) = error {
            return Err(error);
        }
        let reading = self.read().await?;
        let left = undo(&self.begun, &reading, &self.boot_order);
        if let Some(first) = left.stuck.first() {
            return Err(GatewayError::NotAsWritten { object: self.name.to_string(), reason: first.clone() });
        }
        if let Some((_, first)) = left.changes.first() {
            let reason = format!("it stands still, and {} others", left.changes.len() - 1);
            return Err(GatewayError::NotAsWritten { object: first.object(), reason });
        }
        for service in self.activated.iter().filter(|service| self.ran_before(**service)) {
            self.runs(*service, &reading)?;
        }
        Ok(reading)
    }

    async fn read(&self) -> Result<Reading, GatewayError> {
        self.pace.patiently(|| self.gateway.read(&Service::ALL)).await
    }

    fn ran_before(&self, service: Service) -> bool {
        self.before.services.get(&service) == Some(&crate::reading::ServiceState::Running)
    }

    async fn as_before(&self, failed: &GatewayError, how: &str, reading: &Reading) -> End {
        let touched = self.begun.iter().map(|(_, change)| change.service);
        // Saved and taken back, never taken up: nothing is left for these to take up.
        let settled = touched.filter(|it| !self.pending.contains(it)).collect();
        End::undone(format!("{failed}. {how}"), self.owned(reading).await.ok(), settled)
    }

    async fn what_remains(
        &self,
        failed: &GatewayError,
        inverse: &GatewayError,
        revert: Option<GatewayError>,
    ) -> End {
        let revert = revert.map(|error| format!(", and putting the whole configuration back, too ({error})"));
        let why = format!("{failed}. Taking it back failed ({inverse}){}", revert.unwrap_or_default());
        let Ok(reading) = self.gateway.read(&Service::ALL).await else {
            let begun: Vec<String> = self.begun.iter().map(|(_, change)| change.object()).collect();
            return End::half_done(format!(
                "{why}. What stands can't be read; begun were: {}",
                begun.join(", ")
            ));
        };
        let left = undo(&self.begun, &reading, &self.boot_order);
        let mut left: Vec<String> =
            left.changes.iter().map(|(_, it)| it.object()).chain(left.stuck).collect();
        left.extend(
            self.activated
                .iter()
                .filter_map(|service| self.runs(*service, &reading).err())
                .map(|down| down.to_string()),
        );
        if left.is_empty() {
            left.push("nothing that can be read; services may not have taken that up".to_owned());
        }
        End::half_done(format!("{why}. What remains: {}. Apply again to heal it", left.join(", ")))
    }
}
