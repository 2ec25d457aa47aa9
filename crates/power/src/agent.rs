//! Through the host's own agent, by the actions that it knows. What it says became of it is the outcome.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use inventory::{Id, Outcome};

use crate::act::Act;
use crate::control::{Abilities, Done, PowerControl, Refusal};
use crate::machine::{Errand, ErrandState, Machine, Machines};
use crate::power::Tuning;
use crate::way::{AgentWay, Kind};

/// Asks one agent.
pub(crate) struct Agent {
    host: Id,
    has_agent: bool,
    actor: String,
    machines: Arc<dyn Machines>,
    clock: Arc<dyn inventory::Clock>,
    tuning: Tuning,
}

impl Agent {
    pub(crate) fn new(
        machine: &Machine,
        actor: &str,
        machines: Arc<dyn Machines>,
        clock: Arc<dyn inventory::Clock>,
        tuning: Tuning,
    ) -> Self {
        let (host, has_agent) = (machine.id.clone(), machine.has_agent);
        Self { host, has_agent, actor: actor.to_owned(), machines, clock, tuning }
    }

    async fn ask(&self, errand: Errand) -> Result<Done, Refusal> {
        let read = |error: store::StoreError| Refusal(format!("its agent's word can't be read: {error}"));
        if !self.has_agent {
            return Err(Refusal("it has no agent that could be asked".to_owned()));
        }
        let signs = self.machines.signs(&self.host).await.map_err(read)?;
        let now = self.clock.now();
        if signs.goodbye_at.is_some() {
            return Err(Refusal("its agent said goodbye, and was not heard since".to_owned()));
        }
        // One that is silent might come for it at a moment when nobody wants it any more.
        if signs.heard_at.is_none_or(|heard| now.since(heard) > self.tuning.silence) {
            return Err(Refusal("its agent is silent".to_owned()));
        }
        let patience = self.tuning.silence;
        let id = self.machines.send(&self.host, errand, patience, &self.actor).await.map_err(Refusal)?;
        let until = now.plus(patience);
        loop {
            tokio::time::sleep(self.tuning.poll).await;
            let state = self.machines.errand(&self.host, &id).await.map_err(read)?;
            let is_late = self.clock.now() > until;
            match state {
                None => return Err(Refusal("what its agent was asked for is gone".to_owned())),
                Some(state) => {
                    if let Some(end) = ending(&state, is_late) {
                        return end;
                    }
                }
            }
        }
    }
}

/// What an errand came to; nothing while it is open.
fn ending(state: &ErrandState, is_late: bool) -> Option<Result<Done, Refusal>> {
    let said = |what: &str| match state.words.trim() {
        "" => what.to_owned(),
        words => format!("{what}: {words}"),
    };
    match state.outcome {
        Some(Outcome::Begun) => Some(Ok(Done::accepted(said("its agent does it")))),
        Some(Outcome::Done) => Some(Ok(Done::accepted(said("its agent did it")))),
        Some(Outcome::Refused) => Some(Err(Refusal(said("its agent does not do it")))),
        Some(Outcome::Failed) => Some(Err(Refusal(said("its agent tried, and could not")))),
        Some(Outcome::Expired) => Some(Err(Refusal(said("its agent came for it too late")))),
        None if !is_late => None,
        None if state.delivered => Some(Ok(Done::sent("its agent was told, and has not answered"))),
        None => Some(Err(Refusal("its agent did not come for it in time".to_owned()))),
    }
}

impl PowerControl for Agent {
    fn abilities(&self) -> Abilities {
        Kind::Agent(AgentWay::default()).abilities()
    }

    fn act(&self, act: Act) -> BoxFuture<'_, Result<Done, Refusal>> {
        match act {
            Act::Off => Box::pin(self.ask(Errand::PowerOff)),
            Act::Reset => Box::pin(self.ask(Errand::Reboot)),
            Act::On | Act::Cycle => {
                Box::pin(async move { Err(Refusal(format!("an agent can't switch its machine {act}"))) })
            }
        }
    }
}

/// How long a silent agent is one that is still there.
pub(crate) const SILENCE: Duration = Duration::from_secs(95);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_errand_comes_to() {
        let state = |delivered, outcome, words: &str| ErrandState { delivered, outcome, words: words.into() };
        for (state, is_late, expected) in [
            (state(false, None, ""), false, None),
            (state(true, None, ""), false, None),
            (state(false, None, ""), true, Some((false, "did not come for it"))),
            (state(true, None, ""), true, Some((true, "has not answered"))),
            (
                state(true, Some(Outcome::Begun), "it goes down"),
                false,
                Some((true, "its agent does it: it goes down")),
            ),
            (state(true, Some(Outcome::Done), ""), true, Some((true, "its agent did it"))),
            (state(true, Some(Outcome::Refused), "not allowed"), false, Some((false, "not allowed"))),
            (state(true, Some(Outcome::Failed), "EPERM"), false, Some((false, "could not: EPERM"))),
            (state(true, Some(Outcome::Expired), ""), false, Some((false, "too late"))),
        ] {
            let ended = ending(&state, is_late).map(|end| match end {
                Ok(done) => (true, done.words),
                Err(refusal) => (false, refusal.0),
            });
            match (ended, expected) {
                (None, None) => {}
                (Some((ok, words)), Some((is_ok, said))) => {
                    assert!(ok == is_ok && words.contains(said), "{words}")
                }
                other => panic!("{state:?}: {other:?}"),
            }
        }
    }
}
