//! Applying the plan that was shown.

use ::store::StoreError;
use inventory::Id;
use uuid::Uuid;

use super::Gateways;
use super::lanes::Turn;
use crate::apply::{Apply, End, Goal};
use crate::capability::Gateway;
use crate::error::GatewayError;
use crate::name::GatewayName;
use crate::object::Kind;
use crate::ownership::owner;
use crate::plan::Plan;
use crate::reading::Reading;
use crate::record::{ApplyRecord, ApplyState};
use crate::store as rows;
use crate::wish::Wish;

/// What is about to be done.
pub(super) struct Intent {
    pub(super) reading: Reading,
    pub(super) plan: Plan,
    pub(super) goal: Goal,
    pub(super) undoes: Option<Id>,
    /// What the gateway is held to once it is done.
    pub(super) wish: Option<Wish>,
}

impl Gateways {
    /// Applies the plan with this digest, as it was shown. It goes on when the caller goes away; the answer comes when it has
    /// ended, however it has: see its state.
    ///
    /// # Errors
    /// Nothing was changed: [`GatewayError::PlanChanged`], [`GatewayError::Conflicts`], [`GatewayError::Busy`], the gateway
    /// can't be read, the backup can't be kept.
    pub async fn apply(
        &self,
        name: &GatewayName,
        digest: &str,
        actor: &str,
    ) -> Result<ApplyRecord, GatewayError> {
        let (name, digest) = (name.clone(), digest.to_owned());
        self.alone(name.clone(), actor.to_owned(), move |gateways| async move {
            let wish = gateways.wish(&name).await?;
            let (reading, plan) = gateways.plan_of(&name, &wish).await?;
            if plan.digest != digest {
                return Err(GatewayError::PlanChanged);
            }
            if !plan.conflicts.is_empty() {
                return Err(GatewayError::Conflicts(plan.conflicts.len()));
            }
            let goal = Goal::Wish(Box::new(wish.clone()));
            Ok(Intent { reading, plan, goal, undoes: None, wish: Some(wish) })
        })
        .await
    }

    /// Takes the gateway's turn, finds out what is to be done, and does it: in a task of its own.
    pub(super) async fn alone<F>(
        &self,
        name: GatewayName,
        actor: String,
        intend: impl FnOnce(Self) -> F + Send + 'static,
    ) -> Result<ApplyRecord, GatewayError>
    where
        F: Future<Output = Result<Intent, GatewayError>> + Send,
    {
        if self.inner.stopping.is_cancelled() {
            return Err(GatewayError::Stopping);
        }
        let turn = self.inner.lanes.turn(&name)?;
        let gateways = self.clone();
        let task = self.inner.tasks.spawn(async move { gateways.carry_out(turn, name, actor, intend).await });
        task.await.unwrap_or(Err(GatewayError::Store(StoreError::Panicked)))
    }

    async fn carry_out<F>(
        self,
        turn: Turn,
        name: GatewayName,
        actor: String,
        intend: impl FnOnce(Self) -> F + Send,
    ) -> Result<ApplyRecord, GatewayError>
    where
        F: Future<Output = Result<Intent, GatewayError>> + Send,
    {
        let _alone = turn.alone().await;
        let intent = intend(self.clone()).await?;
        let gateway = self.connect(&name).await?;
        let now = self.inner.clock.now();
        let id = Id::generate(now);
        if !intent.plan.is_empty() {
            self.back_up(gateway.as_ref(), &name, &id).await?;
        }
        let readers = self.inner.store.readers();
        let known = rows::known(readers, &name).await?;
        let owned = |found: &&crate::object::Found| owner(&self.inner.site, &known, found).is_some();
        let boot_order: Vec<Uuid> =
            intent.reading.of(Kind::Boot).filter(owned).filter_map(|found| found.id).collect();
        let apply = Apply {
            gateway,
            store: self.inner.store.clone(),
            clock: self.inner.clock.clone(),
            pace: self.inner.pace,
            site: self.inner.site,
            name: name.clone(),
            id: id.clone(),
            before: intent.reading.clone(),
            boot_order: boot_order.clone(),
            pending: rows::pending(readers, &name).await?,
            begun: Vec::new(),
            steps: 0,
            activated: Default::default(),
            switched_off: Default::default(),
        };
        let new = rows::NewApply {
            id: id.clone(),
            gateway: name.clone(),
            actor,
            undoes: intent.undoes.clone(),
            plan: intent.plan.clone(),
            boot_order,
            wish: intent.wish.clone(),
        };
        self.inner
            .store
            .write::<_, GatewayError, _>(move |tx| {
                Box::pin(async move { rows::new_apply(tx, &new, now).await })
            })
            .await?;
        let end = self.guarded(apply, &intent).await;
        self.write_end(&name, &id, intent, end).await?;
        let record = rows::apply(readers, &id).await?;
        record.ok_or(GatewayError::NoApply { gateway: name, id: id.to_string() })
    }

    /// A panic in the middle leaves what a server that died would leave: it is said, and the next apply heals it.
    async fn guarded(&self, apply: Apply, intent: &Intent) -> End {
        use futures_util::FutureExt;
        let run = std::panic::AssertUnwindSafe(apply.run(&intent.plan, &intent.goal));
        run.catch_unwind().await.unwrap_or_else(|_| {
            End::half_done(
                "a mistake in Muster broke it off in the middle: apply again to heal it".to_owned(),
            )
        })
    }

    async fn back_up(&self, gateway: &dyn Gateway, name: &GatewayName, id: &Id) -> Result<(), GatewayError> {
        if let Some(content) = gateway.backup().await? {
            self.inner.backups.keep(name, id, content).await?;
        }
        Ok(())
    }

    async fn write_end(
        &self,
        name: &GatewayName,
        id: &Id,
        intent: Intent,
        end: End,
    ) -> Result<(), GatewayError> {
        let (name, id, now) = (name.clone(), id.clone(), self.inner.clock.now());
        self.inner
            .store
            .write(move |tx| {
                Box::pin(async move {
                    rows::end_apply(tx, &id, end.state, &end.words, now).await?;
                    for service in end.settled {
                        rows::settle_service(tx, &name, service).await?;
                    }
                    if let Some(owned) = end.owned {
                        rows::own(tx, &name, &owned).await?;
                    }
                    if end.state == ApplyState::Done {
                        rows::applied(tx, &name, intent.wish.as_ref()).await?;
                        if let Some(undone) = intent.undoes {
                            rows::mark_undone(tx, &undone, &id).await?;
                        }
                    }
                    Ok(())
                })
            })
            .await
    }
}
