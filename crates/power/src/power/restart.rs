//! What a server that is stopped leaves, and one that is started finds.

use std::path::PathBuf;
use std::sync::Arc;

use inventory::Clock;
use secrets::Secrets;
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Inner, Power, Tuning};
use crate::answer::AnswerKey;
use crate::course::Waiting;
use crate::machine::Machines;
use crate::request::{Request, State};
use crate::run::Run;
use crate::store::{attempts, questions, requests};

const INTERRUPTED: &str = "the server was stopped before its end was seen; ask again if it is still wanted";

impl Power {
    /// Opens the switches. Requests that wait for a hand are gone on with, whatever ended the server that asked; what else it left
    /// running is said to be interrupted.
    ///
    /// # Errors
    /// The database's.
    pub async fn open(
        store: Store,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
        machines: Arc<dyn Machines>,
        key: AnswerKey,
        ssh_key: PathBuf,
        tuning: Tuning,
    ) -> Result<Self, StoreError> {
        let (stop, tasks, listens_since) = (CancellationToken::new(), TaskTracker::new(), clock.now());
        let inner =
            Inner { store, secrets, clock, machines, ssh_key, tuning, listens_since, key, stop, tasks };
        let power = Self { inner: Arc::new(inner) };
        for (request, waiting) in power.interrupt().await? {
            if let Some(machine) = power.inner.machines.find(&request.host).await? {
                power.start(Run::new(Arc::clone(&power.inner), request, machine).take_up(waiting));
            }
        }
        Ok(power)
    }

    /// Stops what runs, and says so of all that does not wait for a hand.
    ///
    /// # Errors
    /// The database's.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.interrupt().await.map(drop)
    }

    /// Ends in words what nobody can go on with; answers the others.
    async fn interrupt(&self) -> Result<Vec<(Request, Waiting)>, StoreError> {
        let now = self.inner.clock.now();
        let work = self.inner.store.write(move |tx| {
            Box::pin(async move {
                let mut kept = Vec::new();
                for (request, name) in requests::all_running(tx).await? {
                    match attempts::waiting(tx, &request.id).await? {
                        Some(waiting) => kept.push((request, waiting)),
                        None => {
                            requests::end(tx, &request, &name, State::Interrupted, INTERRUPTED, now).await?
                        }
                    }
                }
                for (question, name) in questions::all_forsaken(tx).await? {
                    questions::end(tx, &question, &name, "withdrawn", "server", now).await?;
                }
                Ok(kept)
            })
        });
        work.await
    }
}
