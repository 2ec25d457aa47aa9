//! Taking an apply back that had ended.

use std::collections::BTreeSet;

use inventory::Id;
use uuid::Uuid;

use super::Gateways;
use super::applying::Intent;
use crate::apply::Goal;
use crate::change::{Action, Change};
use crate::error::GatewayError;
use crate::name::GatewayName;
use crate::object::{Kind, Service};
use crate::plan::Plan;
use crate::plan::dependants::Dependants;
use crate::plan::make::finish;
use crate::record::{ApplyRecord, ApplyState, StepRecord, StepState};
use crate::store as rows;
use crate::undo::undo;

impl Gateways {
    /// Takes the last apply back, or that one, by inverse changes in reverse order: exactly the plan with this digest, as
    /// [`plan_rollback`](Self::plan_rollback) has shown it. It goes on when the caller goes away.
    ///
    /// # Errors
    /// Nothing was changed: [`GatewayError::NotUndoable`] says why not (others changed its objects since, later applies build
    /// on it, it was taken back already); or as [`apply`](Self::apply).
    pub async fn rollback(
        &self,
        name: &GatewayName,
        apply: Option<&Id>,
        digest: &str,
        actor: &str,
    ) -> Result<ApplyRecord, GatewayError> {
        let (name, apply, digest) = (name.clone(), apply.cloned(), digest.to_owned());
        self.alone(name.clone(), actor.to_owned(), move |gateways| async move {
            let intent = gateways.intend_rollback(&name, apply).await?;
            if intent.plan.digest == digest { Ok(intent) } else { Err(GatewayError::PlanChanged) }
        })
        .await
    }

    /// What a rollback would do.
    ///
    /// # Errors
    /// As [`rollback`](Self::rollback).
    pub async fn plan_rollback(&self, name: &GatewayName, apply: Option<&Id>) -> Result<Plan, GatewayError> {
        Ok(self.intend_rollback(name, apply.cloned()).await?.plan)
    }

    async fn intend_rollback(&self, name: &GatewayName, apply: Option<Id>) -> Result<Intent, GatewayError> {
        let readers = self.inner.store.readers();
        rows::get(readers, name).await?;
        let id = match apply {
            Some(id) => id,
            None => rows::newest_undoable(readers, name).await?.ok_or_else(|| GatewayError::NotUndoable {
                apply: format!("the last apply of {name}"),
                reason: "nothing was applied that stands still".to_owned(),
            })?,
        };
        let record = rows::apply(readers, &id).await?.filter(|record| record.gateway == *name);
        let record =
            record.ok_or_else(|| GatewayError::NoApply { gateway: name.clone(), id: id.to_string() })?;
        let refuse = |reason: String| GatewayError::NotUndoable { apply: format!("the apply {id}"), reason };
        match record.state {
            _ if record.undoes.is_some() => {
                return Err(refuse("it took another one back: apply the wish again instead".to_owned()));
            }
            ApplyState::Applying => return Err(GatewayError::Busy { gateway: name.clone() }),
            ApplyState::Undone => return Err(refuse("nothing of it stands".to_owned())),
            ApplyState::Done | ApplyState::HalfDone | ApplyState::Interrupted => {}
        }
        let steps = standing(&record.steps);
        let later = rows::later_applies(readers, &record).await?;
        for one in &later {
            if let Some(object) = builds_on(&steps, &standing(&rows::steps(readers, one).await?)) {
                return Err(refuse(format!(
                    "the later apply {one} builds on its {object}: take that one back first"
                )));
            }
        }
        let gateway = self.connect(name).await?;
        let reading = gateway.read(&Service::ALL).await?;
        let (boot_order, before) = rows::state_before(readers, &id).await?;
        let undo = undo(&steps, &reading, &boot_order);
        let known = rows::known(readers, name).await?;
        let dependants = Dependants::of(&self.inner.site, &known, &reading);
        let goes = undo.changes.iter().filter(|(_, change)| change.action == Action::Delete);
        let built_on = goes.filter_map(|(_, it)| Some(format!("{}: {}", it.object(), dependants.on(it.id)?)));
        let built_on: Vec<String> = built_on.collect();
        let hindered: Vec<String> =
            undo.changed_since.into_iter().chain(undo.stuck).chain(built_on).collect();
        if !hindered.is_empty() {
            return Err(refuse(format!(
                "{}: apply the wish again, or put that right, first",
                hindered.join("; ")
            )));
        }
        let changes: Vec<Change> = undo.changes.into_iter().map(|(_, change)| change).collect();
        let mut services: BTreeSet<Service> = changes.iter().map(|change| change.service).collect();
        services.extend(rows::pending(readers, name).await?);
        let plan = finish(changes, Vec::new(), Vec::new(), services, &reading);
        // With later applies left standing, no wish says what is there now: nothing is watched until the next apply.
        let wish = before.filter(|_| later.is_empty());
        Ok(Intent { reading, plan, goal: Goal::Undone { steps, boot_order }, undoes: Some(id), wish })
    }
}

/// The changes of an apply of which something may stand: begun, and not taken back by itself.
fn standing(steps: &[StepRecord]) -> Vec<(u32, Change)> {
    let taken_back: BTreeSet<u32> =
        steps.iter().filter(|step| step.state == StepState::Made).filter_map(|step| step.undoes).collect();
    steps
        .iter()
        .filter(|step| step.undoes.is_none() && !taken_back.contains(&step.number))
        .filter(|step| step.state != StepState::Failed)
        .map(|step| (step.number, step.change.clone()))
        .collect()
}

/// What of the earlier changes the later ones changed too, or refer to.
fn builds_on(earlier: &[(u32, Change)], later: &[(u32, Change)]) -> Option<String> {
    let touched: BTreeSet<(Kind, Option<Uuid>)> = later.iter().map(|(_, it)| (it.kind, it.id)).collect();
    let refers = |id: Uuid| {
        let id = id.to_string();
        later.iter().filter_map(|(_, it)| it.after.as_ref()).flatten().any(|(_, value)| value.contains(&id))
    };
    let built_on = earlier.iter().find(|(_, it)| {
        touched.contains(&(it.kind, it.id)) || (it.action == Action::Create && it.id.is_some_and(refers))
    });
    built_on.map(|(_, it)| it.object())
}
