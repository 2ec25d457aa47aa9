//! One request, to its end: a way is tried, its effect is waited for, the next one is tried.

use std::sync::Arc;
use std::time::Duration;

use inventory::Timestamp;
use store::StoreError;

use crate::act::Act;
use crate::agent::Agent;
use crate::button::Button;
use crate::control::{How, PowerControl, Refusal};
use crate::line::Phase;
use crate::machine::{Machine, Signs};
use crate::power::Inner;
use crate::request::{Attempt, Outcome, Request, State};
use crate::sight::{Sight, look, span};
use crate::ssh::Ssh;
use crate::store::{attempts, requests};
use crate::way::{Kind, Way};
use crate::wol::Wol;

/// What is tried, and for how long its effect is waited for.
pub(crate) struct Plan {
    phases: Vec<(Act, Vec<Way>)>,
    watch: Duration,
}

/// A request that runs.
pub(crate) struct Run {
    inner: Arc<Inner>,
    request: Request,
    machine: Machine,
}

/// How a phase ended.
enum End {
    Happened(String),
    Unseen(String),
    Failed(String),
}

impl Plan {
    pub(crate) fn new(phases: &[Phase<'_>], watch: Duration) -> Self {
        let own = |phase: &Phase<'_>| (phase.act, phase.ways.iter().map(|way| (*way).clone()).collect());
        Self { phases: phases.iter().map(own).collect(), watch }
    }
}

impl Run {
    pub(crate) fn new(inner: Arc<Inner>, request: Request, machine: Machine) -> Self {
        Self { inner, request, machine }
    }

    /// Runs it. What can't be written is said in the log, and in the request when the server starts next.
    pub(crate) async fn finish(self, plan: Plan) {
        if let Err(error) = self.phases(plan).await {
            let id = &self.request.id;
            tracing::error!(request.id = %id, host.id = %self.machine.id, %error, "a power request broke off");
        }
    }

    async fn phases(&self, plan: Plan) -> Result<(), StoreError> {
        let (mut number, mut said) = (0, Vec::new());
        let mut phases = plan.phases.into_iter().peekable();
        let mut state = State::Done;
        while let Some((act, ways)) = phases.next() {
            let (words, ended) = match self.phase(act, &ways, &mut number, plan.watch).await? {
                End::Happened(words) => (words, None),
                End::Unseen(words) => (words, Some(State::Unseen)),
                End::Failed(words) => (words, Some(State::Failed)),
            };
            said.push(words);
            if let Some(ended) = ended {
                state = ended;
                // What was not seen going off is not switched on: nobody knows what that would do.
                if let Some((left, _)) = phases.next() {
                    said.push(format!("it was not switched {left}"));
                }
                break;
            }
        }
        let (request, name, now) = (self.request.clone(), self.machine.name.clone(), self.inner.clock.now());
        let words = said.join("; ");
        self.inner
            .store
            .write(move |tx| {
                Box::pin(async move { requests::end(tx, &request, &name, state, &words, now).await })
            })
            .await
    }

    async fn phase(
        &self,
        act: Act,
        ways: &[Way],
        number: &mut i64,
        watch: Duration,
    ) -> Result<End, StoreError> {
        let mut said = Vec::new();
        let mut was_sent = false;
        for way in ways {
            *number += 1;
            let before = self.inner.machines.signs(&self.machine.id).await?;
            let started_at = self.inner.clock.now();
            let control = self.control(way);
            let mut attempt = Attempt {
                number: *number,
                act,
                way: way.name.to_string(),
                kind: way.kind.as_str().to_owned(),
                started_at,
                outcome: Outcome::Running,
                words: String::new(),
                ended_at: None,
            };
            self.begin(&attempt).await?;
            let done = match control.act(act).await {
                Ok(done) => done,
                Err(Refusal(words)) => {
                    self.end(&mut attempt, Outcome::Failed, &words, true).await?;
                    said.push(format!("{}: {words}", way.name));
                    continue;
                }
            };
            was_sent = true;
            let outcome = match done.how {
                How::Sent => Outcome::Sent,
                How::Accepted => Outcome::Accepted,
            };
            self.end(&mut attempt, outcome, &done.words, true).await?;
            match self.watch(&*control, &mut attempt, &before, watch).await? {
                Sight::Happened(seen) => return Ok(End::Happened(format!("{}; {seen}", attempt.words))),
                Sight::Down(seen) => {
                    let words =
                        format!("{}; {seen}; nothing was heard of it within {}", done.words, span(watch));
                    return Ok(End::Unseen(words));
                }
                Sight::Nothing => {
                    said.push(format!(
                        "{}: {}; nothing was seen of it within {}",
                        way.name,
                        attempt.words,
                        span(watch)
                    ));
                }
            }
        }
        let words = said.join("; ");
        Ok(if was_sent { End::Unseen(words) } else { End::Failed(words) })
    }

    /// Looks until something is seen, or the time is over. What may get lost is sent again meanwhile.
    async fn watch(
        &self,
        control: &dyn PowerControl,
        attempt: &mut Attempt,
        before: &Signs,
        watch: Duration,
    ) -> Result<Sight, StoreError> {
        let inner = &self.inner;
        let tried_at = attempt.started_at;
        let mut sent_at = inner.clock.now();
        let until = sent_at.plus(watch);
        let (mut times, mut last) = (1_u32, Sight::Nothing);
        self.say(&format!("{}; now its effect is waited for", attempt.words)).await?;
        let first_words = attempt.words.clone();
        loop {
            let signs = inner.machines.signs(&self.machine.id).await?;
            let now = inner.clock.now();
            match look(attempt.act, tried_at, before, &signs, inner.tuning.silence, now) {
                happened @ Sight::Happened(_) => return Ok(happened),
                Sight::Nothing if matches!(last, Sight::Down(_)) => {}
                seen => last = seen,
            }
            if now >= until {
                return Ok(last);
            }
            if control.again_after().is_some_and(|after| now.since(sent_at) >= after) {
                sent_at = now;
                if control.act(attempt.act).await.is_ok() {
                    times += 1;
                    let words = format!("{first_words}, {times} times");
                    self.end(attempt, Outcome::Sent, &words, false).await?;
                }
            }
            tokio::time::sleep(inner.tuning.poll).await;
        }
    }

    fn control(&self, way: &Way) -> Box<dyn PowerControl> {
        let (inner, machine, actor) = (&self.inner, &self.machine, self.request.asked_by.as_str());
        let clock = || Arc::clone(&inner.clock);
        match &way.kind {
            Kind::Wol(wol) => Box::new(Wol::new(wol, machine, inner.secrets.clone())),
            Kind::Agent(_) => {
                Box::new(Agent::new(machine, actor, Arc::clone(&inner.machines), clock(), inner.tuning))
            }
            Kind::Ssh(ssh) => Box::new(Ssh::new(ssh, machine, inner.ssh_key.clone(), inner.secrets.clone())),
            Kind::Button(button) => {
                Box::new(Button::new(button, machine, actor, inner.store.clone(), clock(), inner.tuning))
            }
        }
    }

    async fn begin(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let (id, attempt) = (self.request.id.clone(), attempt.clone());
        let words = format!("{} is tried", attempt.way);
        self.inner
            .store
            .write(move |tx| {
                Box::pin(async move {
                    attempts::begin(tx, &id, &attempt).await?;
                    requests::set_words(tx, &id, &words).await
                })
            })
            .await
    }

    async fn end(
        &self,
        attempt: &mut Attempt,
        outcome: Outcome,
        words: &str,
        is_news: bool,
    ) -> Result<(), StoreError> {
        let now: Timestamp = self.inner.clock.now();
        attempt.outcome = outcome;
        attempt.words = words.to_owned();
        attempt.ended_at = Some(now);
        let (request, attempt, name) = (self.request.clone(), attempt.clone(), self.machine.name.clone());
        self.inner
            .store
            .write(move |tx| {
                Box::pin(async move { attempts::end(tx, &request, &attempt, &name, is_news, now).await })
            })
            .await
    }

    async fn say(&self, words: &str) -> Result<(), StoreError> {
        let (id, words) = (self.request.id.clone(), words.to_owned());
        self.inner
            .store
            .write(move |tx| Box::pin(async move { requests::set_words(tx, &id, &words).await }))
            .await
    }
}
