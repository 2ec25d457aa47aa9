//! One request, to its end: a way is tried, its effect is waited for, the next one is tried.

use std::sync::Arc;
use std::time::Duration;

use inventory::{Id, Timestamp};
use store::StoreError;

use crate::agent::Agent;
use crate::button::Button;
use crate::control::{How, PowerControl, Refusal};
use crate::course::{Course, Part, Trial, Waiting};
use crate::machine::{Machine, Signs};
use crate::power::Inner;
use crate::request::{Attempt, Outcome, Request, State};
use crate::sight::{Sight, Silence, look, span};
use crate::ssh::Ssh;
use crate::store::{attempts, requests};
use crate::way::{Kind, Way};
use crate::wol::Wol;

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

impl Run {
    pub(crate) fn new(inner: Arc<Inner>, request: Request, machine: Machine) -> Self {
        Self { inner, request, machine }
    }

    /// Runs it. What can't be written is said in the log, and in the request when the server starts next.
    pub(crate) async fn finish(self, course: Course) {
        self.say_if_broken(self.go_on(course, None).await);
    }

    /// Goes on with one that waited for a hand when the server was stopped.
    pub(crate) async fn take_up(self, waiting: Waiting) {
        let Waiting { trial, part, rest } = waiting;
        self.say_if_broken(self.go_on(rest, Some((part, trial))).await);
    }

    fn say_if_broken(&self, ended: Result<(), StoreError>) {
        if let Err(error) = ended {
            let id = &self.request.id;
            tracing::error!(request.id = %id, host.id = %self.machine.id, %error, "a power request broke off");
        }
    }

    async fn go_on(&self, mut course: Course, mut begun: Option<(Part, Trial)>) -> Result<(), StoreError> {
        let mut state = State::Done;
        loop {
            let (part, trial) = match begun.take() {
                Some((part, trial)) => (part, Some(trial)),
                None => match course.next() {
                    Some(part) => (part, None),
                    None => break,
                },
            };
            let (words, ended) = match self.part(&mut course, part, trial).await? {
                End::Happened(words) => (words, None),
                End::Unseen(words) => (words, Some(State::Unseen)),
                End::Failed(words) => (words, Some(State::Failed)),
            };
            course.said.push(words);
            if let Some(ended) = ended {
                state = ended;
                // What was not seen going off is not switched on: nobody knows what that would do.
                if let Some(left) = course.next() {
                    course.said.push(format!("it was not switched {}", left.act));
                }
                break;
            }
        }
        let (request, name, now) = (self.request.clone(), self.machine.name.clone(), self.inner.clock.now());
        let words = course.said.join("; ");
        self.inner
            .store
            .write(move |tx| {
                Box::pin(async move { requests::end(tx, &request, &name, state, &words, now).await })
            })
            .await
    }

    /// Tries one way after the other, the one that was begun first.
    async fn part(
        &self,
        course: &mut Course,
        mut part: Part,
        mut begun: Option<Trial>,
    ) -> Result<End, StoreError> {
        let watch = course.watch;
        loop {
            let trial = match begun.take() {
                Some(trial) => trial,
                None => match part.ways.pop_front() {
                    Some(way) => self.begin(course, &part, way).await?,
                    None => break,
                },
            };
            let control = self.control(&trial);
            let Trial { way, mut attempt, before, .. } = trial;
            let done = match control.act(part.act).await {
                Ok(done) => done,
                Err(Refusal(words)) => {
                    self.end(&mut attempt, Outcome::Failed, &words, true).await?;
                    part.said.push(format!("{}: {words}", way.name));
                    continue;
                }
            };
            part.was_sent = true;
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
                    part.said.push(format!(
                        "{}: {}; nothing was seen of it within {}",
                        way.name,
                        attempt.words,
                        span(watch)
                    ));
                }
            }
        }
        let words = part.said.join("; ");
        Ok(if part.was_sent { End::Unseen(words) } else { End::Failed(words) })
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
            let silence = Silence { lasts: inner.tuning.silence, since: inner.listens_since };
            match look(attempt.act, tried_at, before, &signs, silence, now) {
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

    fn control(&self, trial: &Trial) -> Box<dyn PowerControl> {
        let (inner, machine, actor) = (&self.inner, &self.machine, self.request.asked_by.as_str());
        let clock = || Arc::clone(&inner.clock);
        match &trial.way.kind {
            Kind::Wol(wol) => Box::new(Wol::new(wol, machine, inner.secrets.clone())),
            Kind::Agent(_) => {
                Box::new(Agent::new(machine, actor, Arc::clone(&inner.machines), clock(), inner.tuning))
            }
            Kind::Ssh(ssh) => Box::new(Ssh::new(ssh, machine, inner.ssh_key.clone(), inner.secrets.clone())),
            Kind::Button(button) => {
                let question = trial.question.clone();
                Box::new(Button::new(
                    button,
                    machine,
                    actor,
                    question,
                    inner.store.clone(),
                    clock(),
                    inner.tuning,
                ))
            }
        }
    }

    async fn begin(&self, course: &mut Course, part: &Part, way: Way) -> Result<Trial, StoreError> {
        let before = self.inner.machines.signs(&self.machine.id).await?;
        let started_at = self.inner.clock.now();
        course.attempts += 1;
        let attempt = Attempt {
            number: course.attempts,
            act: part.act,
            way: way.name.to_string(),
            kind: way.kind.as_str().to_owned(),
            started_at,
            outcome: Outcome::Running,
            words: String::new(),
            ended_at: None,
        };
        let trial = Trial { way, attempt, before, question: Id::generate(started_at) };
        let is_human = matches!(trial.way.kind, Kind::Button(_));
        let waiting =
            is_human.then(|| Waiting { trial: trial.clone(), part: part.clone(), rest: course.clone() });
        let (id, attempt) = (self.request.id.clone(), trial.attempt.clone());
        let words = format!("{} is tried", attempt.way);
        let write = self.inner.store.write(move |tx| {
            Box::pin(async move {
                attempts::begin(tx, &id, &attempt, waiting.as_ref()).await?;
                requests::set_words(tx, &id, &words).await
            })
        });
        write.await?;
        Ok(trial)
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
