//! The handle: who brings news of an installation, and who wants to know how it stands.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::store::{Store, StoreError};
use inventory::{Clock, Id, MacAddr, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use super::course::Course;
use super::followed;
use super::standing::{Standing, standing};
use super::{Saying, Step, Word};
use crate::arming::Ended;
use crate::error::OkdError;
use crate::role::Role;
use crate::store::progress as rows;

/// Changes that may wait for one who looks on; who is slower looks once at all.
const CHANGES: usize = 256;

/// For so long after its start a server does not conclude from silence.
const DEAF: Duration = Duration::from_secs(2 * 60);

/// The installations that go on; cheap to clone.
#[derive(Clone)]
pub struct Progress {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    /// When this server began to listen.
    since: Timestamp,
    kept: Arc<Mutex<Kept>>,
    changes: broadcast::Sender<Id>,
}

/// Which hosts are being installed: a file that any other machine fetches costs no look into the database.
#[derive(Debug, Default)]
struct Kept {
    generations: HashMap<Id, i64>,
    cards: HashMap<MacAddr, Id>,
    /// Whose script went to which address: what is fetched without a MAC is fetched from there.
    addresses: HashMap<IpAddr, Id>,
}

/// All that there is to say of a host's newest installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The host.
    pub host: Id,
    /// What it is called here.
    pub name: String,
    /// Which of its installations.
    pub generation: i64,
    /// What it becomes.
    pub role: Role,
    /// What it becomes, in words.
    pub node: String,
    /// When it was armed.
    pub armed_at: Timestamp,
    /// From when on the arming counts no more.
    pub expires_at: Timestamp,
    /// When the node's document was handed out.
    pub consumed_at: Option<Timestamp>,
    /// When it ended, and how.
    pub ended: Option<Ended>,
    /// The document was given out and nothing was heard of its machine since.
    pub leaked: bool,
    /// Where it stands.
    pub standing: Standing,
    /// What happened, in the order in which it came.
    pub words: Vec<Word>,
}

impl Progress {
    /// Nothing is known of any machine until the first [`Progress::sweep`].
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        let (changes, _) = broadcast::channel(CHANGES);
        let since = clock.now();
        Self { store, clock, since, kept: Arc::default(), changes }
    }

    /// A host's card was given the script that installs it, at this address.
    pub fn given(&self, host: &Id, generation: i64, mac: MacAddr, address: IpAddr) {
        {
            let mut kept = self.kept();
            kept.generations.insert(host.clone(), generation);
            kept.cards.insert(mac, host.clone());
            kept.addresses.retain(|_, known| known != host);
            kept.addresses.insert(address, host.clone());
        }
        self.saw(host, Step::Script, &format!("{mac}, at {address}, was given the installer"));
    }

    /// The host that is being installed and has this card; or, of a request that names none, this address.
    #[must_use]
    pub fn host_of(&self, mac: Option<MacAddr>, address: IpAddr) -> Option<Id> {
        let kept = self.kept();
        match mac {
            Some(mac) => kept.cards.get(&mac).cloned(),
            None => kept.addresses.get(&address).cloned(),
        }
    }

    /// The server saw a step. It is written behind: a machine that boots waits for no database. Where nothing of the host is
    /// being installed, nothing happens.
    pub fn saw(&self, host: &Id, step: Step, words: &str) {
        let Some(generation) = self.kept().generations.get(host).copied() else { return };
        let said = Saying { step, failed: false, percent: None, words: words.to_owned() };
        let (progress, host) = (self.clone(), host.clone());
        tokio::spawn(async move {
            if let Err(error) = progress.said(&host, generation, said).await {
                tracing::warn!(host.id = %host, %step, %error, "a step of an installation could not be noted");
            }
        });
    }

    /// A host that was given its document asks for its boot script.
    pub fn asked_again(&self, host: &Id) {
        self.saw(host, Step::Script, "while it should be installing, and was sent to its own disk");
    }

    /// A machine says how far it is. What does not fit where the installation stands is not applied.
    ///
    /// # Errors
    /// The database's: then it should say it again.
    pub async fn said(&self, host: &Id, generation: i64, said: Saying) -> Result<(), OkdError> {
        let (id, now) = (host.clone(), self.clock.now());
        let deaf = self.is_deaf(now);
        let is_news = self
            .store
            .write::<bool, OkdError, _>(move |tx| {
                Box::pin(async move { followed::take(tx, &id, generation, &said, now, deaf).await })
            })
            .await?;
        if is_news {
            self.changed(host);
        }
        Ok(())
    }

    /// Where a host's newest installation stands.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(&self, host: &Id) -> Result<Option<Shown>, OkdError> {
        let mut db = self.store.readers().acquire().await.map_err(StoreError::from)?;
        let Some(generation) = rows::newest(&mut db, host).await? else { return Ok(None) };
        let course = rows::course(&mut db, host, generation).await?;
        Ok(course.map(|course| shown(course, self.clock.now())))
    }

    /// Whether what was said while nobody listened may still be on its way: machines say it again every half minute.
    pub(super) fn is_deaf(&self, now: Timestamp) -> bool {
        now >= self.since && now.since(self.since) < DEAF
    }

    /// Tells those who look on that something of a host's installation changed.
    pub fn changed(&self, host: &Id) {
        // Nobody may be looking.
        self.changes.send(host.clone()).ok();
    }

    /// Hosts whose installation changed, as it happens.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Id> {
        self.changes.subscribe()
    }

    /// What stands now, and nothing else: what was given to an address is kept as long as its host is.
    pub(super) fn remember(&self, standing: &[rows::Watched]) {
        let mut kept = self.kept();
        kept.generations = standing.iter().map(|it| (it.host.clone(), it.generation)).collect();
        let cards = standing.iter().flat_map(|it| it.macs.iter().map(|mac| (*mac, it.host.clone())));
        kept.cards = cards.collect();
        let Kept { generations, addresses, .. } = &mut *kept;
        addresses.retain(|_, host| generations.contains_key(host));
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // What the lock guards is whole after every statement.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn shown(course: Course, now: Timestamp) -> Shown {
    Shown {
        standing: standing(&course, now),
        leaked: course.told.leaked_at.is_some(),
        host: course.host,
        name: course.name,
        generation: course.generation,
        role: course.role,
        node: course.node,
        armed_at: course.armed_at,
        expires_at: course.expires_at,
        consumed_at: course.consumed_at,
        ended: course.ended,
        words: course.words,
    }
}
