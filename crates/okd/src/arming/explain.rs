//! What one host is given, or would be given if it were armed now: for whoever wants to read all of it before.

use std::collections::BTreeMap;

use inventory::Id;
use serde::{Deserialize, Serialize};

use super::{ArmPlan, Arming, Installs, Occasion, Order};
use crate::error::OkdError;

/// How one host stands before its installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// What was checked now, and what becomes of each disk.
    pub plan: ArmPlan,
    /// Its last generation, whether it stands or has ended.
    pub latest: Option<Arming>,
    /// That one stands: what follows is what was armed, whatever was changed since.
    pub stands: bool,
    /// What is installed: what stands, or what arming would write now; absent where it is refused.
    pub installs: Option<Arming>,
}

impl Installs {
    /// Explains a host. `incidents` are as for [`Installs::plan`].
    ///
    /// # Errors
    /// [`OkdError::NoHost`], or the database's.
    pub async fn explain(
        &self,
        host: &Id,
        incidents: &BTreeMap<Id, Vec<String>>,
    ) -> Result<Explained, OkdError> {
        // What is installed may be explained again; whether it may be armed is said when it is to be.
        let order = Order { hosts: vec![host.clone()], occasion: Occasion::Again, wipe: None };
        let draft = self.drafts(&order, incidents).await?.pop();
        let draft = draft.ok_or_else(|| OkdError::NoHost(host.clone()))?;
        let latest = self.latest(host).await?;
        let stands = latest.as_ref().filter(|latest| latest.ended.is_none()).cloned();
        let mut plan = draft.plan;
        if stands.is_some() {
            // That it is armed is no fault of what is armed.
            plan.findings.retain(|finding| finding.rule != "state");
        }
        let generation = latest.as_ref().map_or(1, |latest| latest.generation + 1);
        let would = draft.arming.map(|arming| Arming { generation, ..arming });
        Ok(Explained { plan, latest, stands: stands.is_some(), installs: stands.or(would) })
    }
}
