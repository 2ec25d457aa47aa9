//! What follows from nothing having come.

use std::time::Duration;

use events::{Kind, NewEvent};
use inventory::{Id, Timestamp};

use super::Progress;
use super::consequence::{Consequence, consequences};
use super::followed;
use super::telling::SERVER;
use crate::error::OkdError;
use crate::store::progress as rows;
use crate::store::refusal as refusals;

/// Who was refused a node's document and has not asked again for so long has given up.
const UNASKED: Duration = Duration::from_secs(3600);
/// An installation that failed is looked at a while longer: its document may turn out to be in other hands.
const AFTERMATH: Duration = Duration::from_secs(3600);

impl Progress {
    /// Looks at every installation that something may follow from: what is late, what has run out, whose document nobody speaks
    /// for. One that can't be looked at keeps no other from it.
    ///
    /// # Errors
    /// The database's, where not even their list can be had.
    pub async fn sweep(&self) -> Result<(), OkdError> {
        let now = self.clock.now();
        let watched = rows::watched(self.store.readers(), now.minus(AFTERMATH)).await?;
        for it in &watched {
            match self.look(&it.host, it.generation, now).await {
                Ok(true) => self.changed(&it.host),
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(host.id = %it.host, %error, "an installation could not be looked at")
                }
            }
        }
        self.forget_refusals(now).await?;
        let standing: Vec<_> = watched.into_iter().filter(|it| !it.ended).collect();
        self.remember(&standing);
        Ok(())
    }

    async fn forget_refusals(&self, now: Timestamp) -> Result<(), OkdError> {
        let since = now.minus(UNASKED);
        for (address, host) in refusals::quiet(self.store.readers(), since).await? {
            self.store
                .write::<(), OkdError, _>(move |tx| {
                    Box::pin(async move {
                        if refusals::forget(tx, &address, host.as_ref(), since).await? {
                            let summary =
                                format!("{address} has not asked for a node's document for an hour");
                            let event =
                                NewEvent::new(Kind::InstallUnasked, host, SERVER, summary).key(address);
                            events::append(tx, &event, now).await?;
                        }
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }

    async fn look(&self, host: &Id, generation: i64, now: Timestamp) -> Result<bool, OkdError> {
        let (id, readers) = (host.clone(), self.store.readers());
        // Most looks find nothing, and need no writer.
        let mut db = readers.acquire().await.map_err(::store::StoreError::from)?;
        let course = rows::course(&mut db, host, generation).await?;
        drop(db);
        let deaf = self.is_deaf(now);
        let counts = |it: &Consequence| !(deaf && it.is_of_silence());
        if course.is_none_or(|course| !consequences(&course, now).iter().any(counts)) {
            return Ok(false);
        }
        self.store
            .write(move |tx| Box::pin(async move { followed::review(tx, &id, generation, now, deaf).await }))
            .await
    }
}
