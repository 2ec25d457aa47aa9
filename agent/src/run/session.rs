//! Who this agent is to its server: enrols, keeps the key, and speaks under it.

use std::sync::Arc;
use std::time::Duration;

use inventory::{
    ActionRequest, Clock, EnrolRequest, Failure, Goodbye, GoodbyeReason, Id, Identity, Outcome, Reply,
    Report, SCHEMA, Timestamp,
};
use tracing::{error, info, warn};

use crate::act::NotDone;
use crate::chain::chain;
use crate::client::{Client, Declined};
use crate::outbox::Letter;
use crate::settings::{Allowed, Settings, Ticket};
use crate::start::Start;
use crate::state::{NoState, State, StateFile};

/// How often, when neither the server nor anybody else has said.
const DEFAULT_INTERVAL_SECS: u32 = 30;
/// A clock that is further off makes logs lie and certificates fail.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(300);

/// Why there is no agent.
#[derive(Debug, thiserror::Error)]
#[error("making the agent's key: the kernel gives no random numbers")]
pub struct NoKey(#[from] getrandom::Error);

pub(super) struct Session {
    client: Client,
    file: StateFile,
    state: State,
    ticket: Option<Ticket>,
    interval_secs: Option<u32>,
    allowed: Allowed,
    start: Arc<Start>,
    clock: Arc<dyn Clock>,
    told_of_clock: bool,
}

impl Session {
    /// Takes up where an earlier start left off, or makes a new agent.
    pub(super) fn new(
        client: Client,
        file: StateFile,
        settings: &Settings,
        start: Arc<Start>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, NoKey> {
        let state = match file.load(client.server()) {
            Ok(state) => state,
            Err(none) => {
                match none {
                    NoState::Absent(_) => info!("{none}: this is a new agent"),
                    NoState::OtherServer { .. } | NoState::Broken { .. } => {
                        warn!("{none}: this is a new agent")
                    }
                }
                State::new(client.server())?
            }
        };
        let session = Self {
            client,
            file,
            state,
            ticket: settings.ticket.clone(),
            interval_secs: settings.interval_secs,
            allowed: settings.allow.clone(),
            start,
            clock,
            told_of_clock: false,
        };
        // The key is kept before it is shown: an enrolment whose answer is lost is said again with the same key.
        session.keep();
        Ok(session)
    }

    pub(super) const fn is_enrolled(&self) -> bool {
        self.state.host.is_some()
    }

    /// The host that this agent speaks for.
    pub(super) const fn host(&self) -> Option<&Id> {
        self.state.host.as_ref()
    }

    /// The server, as people write it.
    pub(super) fn server(&self) -> String {
        self.client.server().url().to_string()
    }

    /// The server wants a sample this often.
    pub(super) fn set_interval(&mut self, secs: u32) {
        if self.state.interval_secs != Some(secs) {
            self.state.interval_secs = Some(secs);
            self.keep();
        }
    }

    /// Whether this is to be done; the answer is kept before it is.
    pub(super) fn accept(&mut self, request: &ActionRequest, server_time: Timestamp) -> Result<(), NotDone> {
        let boot_id = self.start.info().boot_id;
        self.state.deeds.take(request, server_time, &self.allowed, boot_id.as_deref())?;
        self.keep();
        Ok(())
    }

    /// The machine was asked to go down, and does not.
    pub(super) fn stay(&mut self) {
        self.returned();
    }

    /// What became of a machine that was asked to go down, told once.
    pub(super) fn returned(&mut self) -> Option<(Id, Outcome, String)> {
        let returned = self.state.deeds.returned(self.start.info().boot_id.as_deref())?;
        self.keep();
        Some(returned)
    }

    /// Tells a failure before there is a key.
    pub(super) async fn cry(&self, failure: Failure, identity: &Identity) -> Result<(), Declined> {
        let failure = Failure {
            identity: Some(identity.clone()),
            ticket_prefix: self.ticket.as_ref().map(|ticket| ticket.prefix().to_owned()),
            ..failure
        };
        self.client.cry(&failure).await
    }

    /// Seconds between two samples: as this agent was told, else as the server wishes.
    pub(super) fn interval_secs(&self) -> u32 {
        self.interval_secs.or(self.state.interval_secs).unwrap_or(DEFAULT_INTERVAL_SECS)
    }

    /// Introduces the machine of this report.
    pub(super) async fn enrol(&mut self, report: &Report) -> Result<(), Declined> {
        let unspent = self.ticket.clone().filter(|it| self.state.spent_ticket != Some(it.hash()));
        let request = EnrolRequest {
            schema: SCHEMA,
            agent: self.start.info(),
            key: self.state.key.clone(),
            ticket: unspent.as_ref().map(Ticket::reveal),
            identity: report.identity(),
            hostname: report.sections.os.data().and_then(|os| os.hostname.clone()),
        };
        let reply = self.client.enrol(&request).await?;
        info!(host.id = %reply.host, "enrolled at {}", self.client.server().url());
        self.note_time(reply.server_time);
        self.state.host = Some(reply.host);
        self.state.spent_ticket = unspent.map(|it| it.hash()).or(self.state.spent_ticket.take());
        self.state.interval_secs = Some(reply.interval_secs);
        self.keep();
        Ok(())
    }

    /// Sends one message; what the server answers may ask for something.
    pub(super) async fn send(&mut self, letter: &Letter) -> Result<Option<Reply>, Declined> {
        let sent = self.client.send(&self.state.key, letter).await;
        match &sent {
            Ok(Some(reply)) => self.note_time(reply.server_time),
            Ok(None) => {}
            Err(Declined::Forgotten(why)) => self.forget(why),
            Err(Declined::Later { .. } | Declined::Refused { .. }) => {}
        }
        sent
    }

    pub(super) async fn goodbye(&self, reason: GoodbyeReason) -> Result<(), Declined> {
        if !self.is_enrolled() {
            return Ok(());
        }
        let goodbye = Goodbye { schema: SCHEMA, agent: self.start.stamp(), at: self.clock.now(), reason };
        self.client.goodbye(&self.state.key, &goodbye).await
    }

    /// The server does not know the key any more: this becomes a new agent.
    fn forget(&mut self, why: &str) {
        warn!("the server has forgotten this agent ({why}): enrolling anew");
        if let Err(error) = self.state.renew() {
            error!("making a new key: {error}; enrolling with the old one");
        }
        self.keep();
    }

    fn keep(&self) {
        // In a discovery system nothing outlives the boot anyway, and an inventory is worth more than none.
        if let Err(error) = self.file.save(&self.state) {
            warn!("{}", chain(&error));
        }
    }

    fn note_time(&mut self, server_time: Timestamp) {
        let now = self.clock.now();
        self.start.hear_time(server_time, now);
        let off = now.since(server_time).max(server_time.since(now));
        if off > CLOCK_TOLERANCE && !self.told_of_clock {
            warn!("this machine's clock is {} s away from the server's", off.as_secs());
            self.told_of_clock = true;
        }
    }
}
