//! The handle: what is asked of switches, and what is set, goes through here.

mod answering;
mod restart;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use inventory::{Clock, Id, Timestamp};
use secrets::Secrets;
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::act::Act;
use crate::answer::AnswerKey;
use crate::course::Course;
use crate::error::PowerError;
use crate::line::{Phase, Unable, line};
use crate::machine::{Machine, Machines};
use crate::question::Question;
use crate::request::{Request, State};
use crate::run::Run;
use crate::sight::{Level, Standing, standing};
use crate::store::{questions, requests, switches};
use crate::way::{Kind, WayName, Ways};

pub use self::answering::Answered;

/// Requests that are shown.
const SHOWN: i64 = 10;

/// How long is waited for what.
#[derive(Debug, Clone, Copy)]
pub struct Tuning {
    /// An agent that was not heard for so long is silent.
    pub silence: Duration,
    /// How long a machine has to show that it happened.
    pub watch: Duration,
    /// How often is looked.
    pub poll: Duration,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { silence: crate::agent::SILENCE, watch: Duration::from_secs(300), poll: Duration::from_secs(1) }
    }
}

/// The power switches of all hosts; cheap to clone.
#[derive(Clone)]
pub struct Power {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) secrets: Secrets,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) machines: Arc<dyn Machines>,
    pub(crate) ssh_key: PathBuf,
    pub(crate) tuning: Tuning,
    /// Since when agents are heard.
    pub(crate) listens_since: Timestamp,
    key: AnswerKey,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// All that there is to say of a host's power.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Whether it is on, as far as anybody can tell.
    pub standing: Standing,
    /// Counts the changes of its ways; 0 where they are as everywhere.
    pub version: i64,
    /// How it is switched, in the order in which the ways are tried.
    pub ways: Ways,
    /// What somebody in the room is asked to do, and has not answered.
    pub question: Option<Question>,
    /// What was asked of it last, newest first.
    pub requests: Vec<Request>,
}

impl Power {
    /// All that there is to say of a host's power.
    ///
    /// # Errors
    /// [`PowerError::NoHost`], or the database's.
    pub async fn shown(&self, host: &Id) -> Result<Shown, PowerError> {
        self.machine(host).await?;
        let readers = self.inner.store.readers();
        let (version, ways) = self.ways(host).await?;
        let requests = requests::newest(readers, host, SHOWN).await?;
        Ok(Shown {
            standing: self.standing(host, &requests).await?,
            version,
            ways,
            question: questions::open(readers, host).await?,
            requests,
        })
    }

    /// Asks for something. It runs on when nobody waits for it; its end is in the request's row.
    ///
    /// # Errors
    /// [`PowerError`]: there is no such host, it is not to be switched, no way of it can do that, or one is being tried.
    pub async fn ask(
        &self,
        host: &Id,
        act: Act,
        by: Option<&WayName>,
        watch: Option<Duration>,
        actor: &str,
    ) -> Result<Request, PowerError> {
        let inner = &self.inner;
        let machine = self.machine(host).await?;
        if let Some(why) = machine.barred.clone() {
            return Err(PowerError::Barred { host: machine.name, why });
        }
        let (_, ways) = self.ways(host).await?;
        let phases = line(act, &ways, by).map_err(|why| unable(why, act, &machine, &ways, by))?;
        let watch = watch.unwrap_or(inner.tuning.watch);
        let now = inner.clock.now();
        // Whoever names a way wants it used.
        let already = match by {
            Some(_) => None,
            None => already(
                act,
                &self.standing(host, &requests::newest(inner.store.readers(), host, 1).await?).await?,
            ),
        };
        let quiet_until =
            matches!(act, Act::Off | Act::Cycle).then(|| now.plus(longest(&phases, watch, inner.tuning)));
        let request = Request {
            id: Id::generate(now),
            host: host.clone(),
            act,
            asked_by: actor.to_owned(),
            asked_at: now,
            state: State::Running,
            words: "it begins".to_owned(),
            ended_at: None,
            attempts: Vec::new(),
        };
        let (new, name) = (request.clone(), machine.name.clone());
        let names = by.map_or_else(|| ways_of(&phases), WayName::to_string);
        let write = inner.store.write::<_, PowerError, _>(move |tx| {
            Box::pin(async move {
                requests::insert(tx, &new, &name, &names, quiet_until).await?;
                if let Some(words) = already {
                    requests::end(tx, &new, &name, State::Done, &words, now).await?;
                }
                Ok(())
            })
        });
        write.await?;
        let written = self.request(host, &request.id).await?;
        if written.state == State::Running {
            let run = Run::new(Arc::clone(inner), request, machine);
            self.start(run.finish(Course::new(&phases, watch)));
        }
        Ok(written)
    }

    /// A request of a host.
    ///
    /// # Errors
    /// [`PowerError::NoRequest`], or the database's.
    pub async fn request(&self, host: &Id, id: &Id) -> Result<Request, PowerError> {
        let request = requests::get(self.inner.store.readers(), host, id).await?;
        request.ok_or_else(|| PowerError::NoRequest(id.clone()))
    }

    /// How a host is switched, with the version that counts the changes.
    ///
    /// # Errors
    /// The database's.
    pub async fn ways(&self, host: &Id) -> Result<(i64, Ways), StoreError> {
        let own = switches::get(self.inner.store.readers(), host).await?;
        Ok(own.unwrap_or_else(|| (0, Ways::default())))
    }

    /// Sets how a host is switched; without ways it is as everywhere again.
    ///
    /// # Errors
    /// [`PowerError::Changed`] where `version` is not the newest, [`PowerError::NoHost`].
    pub async fn set_ways(
        &self,
        host: &Id,
        version: i64,
        ways: Option<Ways>,
        actor: &str,
    ) -> Result<(), PowerError> {
        let name = self.machine(host).await?.name;
        let (host, actor, now) = (host.clone(), actor.to_owned(), self.inner.clock.now());
        self.inner
            .store
            .write(move |tx| {
                Box::pin(
                    async move { switches::set(tx, &host, &name, version, ways.as_ref(), &actor, now).await },
                )
            })
            .await
    }

    /// Lets it run until it ends, or the server is stopped.
    fn start(&self, run: impl Future<Output = ()> + Send + 'static) {
        let stop = self.inner.stop.clone();
        self.inner.tasks.spawn(async move { stop.run_until_cancelled(run).await });
    }

    pub(super) async fn machine(&self, host: &Id) -> Result<Machine, PowerError> {
        self.inner.machines.find(host).await?.ok_or_else(|| PowerError::NoHost(host.clone()))
    }

    async fn standing(&self, host: &Id, requests: &[Request]) -> Result<Standing, StoreError> {
        let signs = self.inner.machines.signs(host).await?;
        let went_off = requests.first().filter(|last| last.act == Act::Off && last.state == State::Done);
        let went_off: Option<Timestamp> = went_off.and_then(|last| last.ended_at);
        Ok(standing(&signs, went_off, self.inner.tuning.silence, self.inner.clock.now()))
    }
}

/// Why there is nothing to do, where there is not.
fn already(act: Act, standing: &Standing) -> Option<String> {
    let is_so = match act {
        Act::On => standing.level == Level::On,
        Act::Off => standing.level == Level::Off,
        Act::Reset | Act::Cycle => false,
    };
    is_so.then(|| format!("nothing was done: {}. Name a way to have it used all the same", standing.words))
}

fn unable(why: Unable, act: Act, machine: &Machine, ways: &Ways, by: Option<&WayName>) -> PowerError {
    let host = machine.name.clone();
    match (why, by) {
        (Unable::NoWay, Some(way)) => PowerError::NoWay { host, way: way.clone(), known: ways.names() },
        (_, Some(way)) => PowerError::Unable { host, act, who: way.to_string() },
        (_, None) => PowerError::Unable { host, act, who: format!("none of its ways ({})", ways.names()) },
    }
}

/// How long all of it may take, if everything goes as slowly as it may.
fn longest(phases: &[Phase<'_>], watch: Duration, tuning: Tuning) -> Duration {
    let ways = phases.iter().flat_map(|phase| &phase.ways);
    let each = ways.map(|way| match &way.kind {
        Kind::Button(button) => crate::button::patience(button) + watch,
        _ => tuning.silence + watch,
    });
    each.sum::<Duration>() + tuning.silence
}

fn ways_of(phases: &[Phase<'_>]) -> String {
    let mut names: Vec<&str> =
        phases.iter().flat_map(|phase| &phase.ways).map(|way| way.name.as_str()).collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    names.join(", ")
}
