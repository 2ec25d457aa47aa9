//! `muster-agent run`: the agent's life.
//!
//! ```text
//!   watcher ── reports, samples ──▶ outbox ──▶ courier ──▶ server
//!      ▲                                          │
//!      └──────────── orders (report, interval) ◀──┘
//! ```
//!
//! The watcher collects, the courier enrols and sends; a server that is away holds up the courier only. When the
//! service is stopped the courier's last word is a goodbye. With `--scrape` a listener beside them hands out the newest
//! report, and where no server was given there is no courier at all.

mod courier;
mod error;
mod once;
mod order;
mod session;
mod watcher;

use std::sync::Arc;
use std::time::Duration;

use inventory::{Clock, GoodbyeReason};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::chain::chain;
use crate::client::Client;
use crate::collect::Collectors;
use crate::listen::Listener;
use crate::outbox::Outbox;
use crate::report::Reporter;
use crate::root::Root;
use crate::sample::Sampler;
use crate::settings::{Scrape, Server, Settings};
use crate::start::Start;
use crate::state::StateFile;
use courier::Courier;
pub use error::RunError;
use session::Session;
use watcher::Watcher;

/// A machine that goes down does not wait for its last word.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(3);

/// Lives until it is told to stop, or with `once` until everything was said once.
///
/// # Errors
/// With `once`, whatever went wrong; else only what can't get better by waiting.
pub async fn run(settings: Settings, root: Root, once: bool, clock: Arc<dyn Clock>) -> Result<(), RunError> {
    let start = Arc::new(Start::new(&root)?);
    let mut stop = Stop::new().map_err(RunError::Signals)?;
    let reporter = Reporter {
        collectors: Collectors::new(root.clone()),
        start: Arc::clone(&start),
        clock: Arc::clone(&clock),
    };
    let sampler = Sampler::new(root, Arc::clone(&start), Arc::clone(&clock));
    info!(start_id = start.start_id(), "muster-agent {}", env!("CARGO_PKG_VERSION"));

    if once {
        let server = settings.server.clone().ok_or(RunError::OnceWithoutServer)?;
        let session = session(&settings, server, start, clock)?;
        return tokio::select! {
            done = once::say_everything(session, reporter, sampler) => done,
            name = stop.signalled() => Err(RunError::Stopped(name)),
        };
    }

    let outbox = Arc::new(Outbox::default());
    let (orders, taken) = mpsc::channel(16);
    let (publish, newest) = watch::channel(None);
    let mut tasks = JoinSet::new();
    if settings.scrape != Scrape::Off {
        match Listener::bind(&settings.scrape, settings.scrape_port, start.start_id(), newest.clone()).await {
            Ok(listener) => drop(tasks.spawn(listener.serve())),
            // Being asked is the lesser way of two, while there is a server to tell.
            Err(error) if settings.server.is_some() => warn!("{}", chain(&error)),
            Err(error) => return Err(error.into()),
        }
    }
    let watcher = Watcher::new(reporter, sampler, Arc::clone(&outbox), taken, publish);
    tasks.spawn(watcher.watch());

    let Some(server) = settings.server.clone() else {
        return tokio::select! {
            failed = ended(&mut tasks) => failed,
            name = stop.signalled() => { info!("stopped by {name}"); Ok(()) }
        };
    };
    let session = session(&settings, server, start, clock)?;
    let mut courier = Courier::new(session, outbox, orders, newest);
    let ended = tokio::select! {
        never = courier.deliver() => match never {},
        failed = ended(&mut tasks) => failed,
        name = stop.signalled() => { info!("stopped by {name}"); Ok(()) }
    };
    if tokio::time::timeout(GOODBYE_TIMEOUT, courier.goodbye(GoodbyeReason::Stopped)).await.is_err() {
        warn!("the server did not hear the goodbye");
    }
    ended
}

fn session(
    settings: &Settings,
    server: Server,
    start: Arc<Start>,
    clock: Arc<dyn Clock>,
) -> Result<Session, RunError> {
    let client = Client::new(server)?;
    let file = StateFile::new(settings.state.clone());
    Ok(Session::new(client, file, settings, start, clock)?)
}

/// A task that ends has met a defect: better to start anew than to live on with half of oneself.
async fn ended(tasks: &mut JoinSet<()>) -> Result<(), RunError> {
    let why = match tasks.join_next().await {
        Some(Err(error)) => error.to_string(),
        Some(Ok(())) | None => "without a word".to_owned(),
    };
    Err(RunError::Died(why))
}

/// SIGTERM and SIGINT.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn signalled(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
