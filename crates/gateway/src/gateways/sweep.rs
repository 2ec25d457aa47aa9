//! Looking after gateways: do they stand as they were set up, and can they be reached?

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use inventory::Timestamp;

use super::Gateways;
use crate::error::GatewayError;
use crate::name::GatewayName;
use crate::record::Drift;
use crate::store as rows;
use crate::wish::Wish;

/// The first rest after a gateway could not be read; each further one is twice as long.
const REST: Duration = Duration::from_secs(30);
/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(120);

/// Which gateways are left in peace for a while, because they can't be read: until when, and after how many failures.
#[derive(Debug, Default)]
pub(super) struct Rests(Mutex<HashMap<GatewayName, (Timestamp, u32)>>);

impl Rests {
    fn rests(&self, name: &GatewayName, now: Timestamp) -> bool {
        let rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rests.get(name).is_some_and(|(until, _)| now < *until)
    }

    fn failed(&self, name: &GatewayName, now: Timestamp) {
        let mut rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, failures) = rests.entry(name.clone()).or_insert((now, 0));
        *until = now.plus(REST.saturating_mul(1 << (*failures).min(10)).min(LONGEST_REST));
        *failures += 1;
    }

    fn reached(&self, name: &GatewayName) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

impl Gateways {
    /// In what a gateway differs from what was last applied to it. Reads it now.
    ///
    /// # Errors
    /// The gateway can't be read.
    pub async fn drift(&self, name: &GatewayName) -> Result<Drift, GatewayError> {
        let row = rows::get(self.inner.store.readers(), name).await?;
        let drift = self.drift_from(name, row.applied.as_ref()).await?;
        Ok(Drift { since: row.drift_since.filter(|_| !drift.is_empty()), ..drift })
    }

    async fn drift_from(&self, name: &GatewayName, applied: Option<&Wish>) -> Result<Drift, GatewayError> {
        let Some(wish) = applied else {
            // Nothing was applied that it could differ from; whether it can be reached is still of interest.
            self.connect(name).await?.read(&[]).await?;
            return Ok(Drift::default());
        };
        let (_, plan) = self.plan_of(name, wish).await?;
        Ok(Drift {
            changes: plan.changes,
            conflicts: plan.conflicts,
            services: plan.services.into_iter().collect(),
            since: None,
        })
    }

    /// Looks at all gateways that are not being changed; those that can't be read rest for longer and longer. Tells by events
    /// when a drift begins and ends, and when a gateway can't be read for long, and can be again.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self) -> Result<(), GatewayError> {
        let all = rows::list(self.inner.store.readers()).await?;
        for looked in join_all(all.into_iter().map(|row| self.look_after(row))).await {
            looked?;
        }
        Ok(())
    }

    async fn look_after(&self, row: rows::Gateway) -> Result<(), GatewayError> {
        let (name, now) = (row.name.clone(), self.inner.clock.now());
        if self.inner.rests.rests(&name, now) {
            return Ok(());
        }
        let Some(_look) = self.inner.lanes.look(&name) else { return Ok(()) };
        // Read anew: an apply may have ended since the list was made.
        let applied = match rows::get(self.inner.store.readers(), &name).await {
            Ok(row) => row.applied,
            Err(GatewayError::NoGateway(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let drift = match self.drift_from(&name, applied.as_ref()).await {
            Err(error @ GatewayError::Store(_)) => return Err(error),
            other => other,
        };
        let (now, lost_after) = (self.inner.clock.now(), self.inner.pace.lost_after);
        let gateway = name.clone();
        match drift {
            Ok(drift) => {
                self.inner.rests.reached(&name);
                let work = self.inner.store.write(move |tx| {
                    Box::pin(async move {
                        Ok(rows::reached(tx, &rows::Reached { name: &gateway, drift: &drift }, now).await?)
                    })
                });
                work.await
            }
            Err(error) => {
                self.inner.rests.failed(&name, now);
                let why = error.to_string();
                tracing::info!(gateway = %name, error = why, "a gateway could not be read");
                let work = self.inner.store.write(move |tx| {
                    Box::pin(async move { Ok(rows::unreachable(tx, &gateway, &why, lost_after, now).await?) })
                });
                work.await
            }
        }
    }
}
