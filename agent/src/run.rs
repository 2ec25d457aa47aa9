//! `muster-agent run`: the agent's life.
//!
//! ```text
//!   watcher, sampling ── reports, samples ──▶ outbox ──▶ courier ──▶ server
//!      ▲    ▲                                    ▲          │
//!      │    └── orders (report, interval) ◀──────┼──────────┤
//!      │                                receipts │          │ actions
//!      └──────────────────────────────────────  actor ◀─────┘
//! ```
//!
//! The watchers collect, each at its own pace; the courier enrols and sends; a server that is away holds up the courier
//! only, and a drive that hangs its own section only. When the service is stopped the courier's last word is a goodbye.
//! With `--scrape` a listener beside them hands out what is newest, and where no server was given there is no courier at all.

mod actor;
mod courier;
mod departure;
mod error;
mod facts;
mod last_words;
mod once;
mod orders;
mod sampling;
mod session;
mod standing;
mod stop;
mod teller;
mod watcher;

use std::sync::Arc;
use std::time::Duration;

use inventory::{Clock, GoodbyeReason};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::act::Hands;
use crate::chain::chain;
use crate::client::{Backoff, Client};
use crate::collect::{Collectors, SLOW};
use crate::listen::Listener;
use crate::outbox::Outbox;
use crate::report::Reporter;
use crate::root::Root;
use crate::sample::Sampler;
use crate::settings::{Scrape, Server, Settings, Spool};
use crate::start::Start;
use crate::state::StateFile;
use actor::{Actor, Receipts};
use courier::Courier;
pub use error::RunError;
use last_words::LastWords;
use orders::Orders;
use session::Session;
pub use standing::{Complaint, Standing};
use stop::Stop;
use teller::{Newest, Teller};

/// A machine that goes down does not wait for its last word.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(3);
/// How often a sample is taken for those who ask, where there is no server that would say.
const OWN_INTERVAL: Duration = Duration::from_secs(30);

/// The machine that an agent lives on: what it reads, and what it can do there.
pub struct Machine {
    /// Where collectors read.
    pub root: Root,
    /// What acts.
    pub hands: Arc<dyn Hands>,
}

/// Lives until it is told to stop, or with `once` until everything was said once.
///
/// # Errors
/// With `once`, whatever went wrong; else only what can't get better by waiting.
pub async fn run(
    settings: Settings,
    machine: Machine,
    once: bool,
    clock: Arc<dyn Clock>,
) -> Result<(), RunError> {
    let Machine { root, hands } = machine;
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

    let outbox = Arc::new(match &settings.spool {
        Spool::Memory => Outbox::default(),
        Spool::Folder(folder) => Outbox::on_disk(folder),
    });
    let last_words = LastWords::at(StateFile::new(settings.state.clone()).beside("last-words"));
    let newest = Newest::new();
    let teller = Teller { reporter, outbox: Arc::clone(&outbox), newest: newest.clone() };
    if let Some(words) = last_words.take() {
        teller.fail("agent", &words);
    }
    last_words.watch();

    let orders = Orders::new();
    let mut tasks = JoinSet::new();
    if settings.scrape != Scrape::Off {
        let shown = (newest.report.subscribe(), newest.sample.subscribe());
        match Listener::bind(&settings.scrape, settings.scrape_port, start.start_id(), shown).await {
            Ok(listener) => drop(tasks.spawn(listener.serve())),
            // Being asked is the lesser way of two, while there is a server to tell.
            Err(error) if settings.server.is_some() => warn!("{}", chain(&error)),
            Err(error) => return Err(error.into()),
        }
    }
    let own_interval = settings.interval_secs.map_or(OWN_INTERVAL, |secs| Duration::from_secs(secs.into()));
    let own_interval = Some(own_interval).filter(|_| settings.scrape != Scrape::Off);
    watch_machine(&mut tasks, &teller, &sampler, &orders, own_interval);

    let session = match settings.server.clone() {
        Some(server) => Some(session(&settings, server, Arc::clone(&start), Arc::clone(&clock))?),
        None => None,
    };
    let standing = watch::channel(Standing {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        start_id: start.start_id().to_owned(),
        server: session.as_ref().map(Session::server),
        host: session.as_ref().and_then(Session::host).cloned(),
        ..Standing::default()
    })
    .0;
    if let Some(path) = settings.status.clone() {
        let (outbox, clock) = (Arc::clone(&outbox), Arc::clone(&clock));
        let report = newest.report.subscribe();
        tasks.spawn(standing::write_down(path, standing.subscribe(), report, outbox, clock));
    }
    let Some(session) = session else {
        return tokio::select! {
            failed = ended(&mut tasks) => failed,
            name = stop.signalled() => { info!("stopped by {name}"); Ok(()) }
        };
    };
    let receipts = Receipts { outbox: Arc::clone(&outbox), start, clock };
    let (leave, mut leaving) = mpsc::channel(1);
    let (asked, actions) = mpsc::channel(16);
    let actor =
        Actor { hands: Arc::clone(&hands), receipts: receipts.clone(), orders: orders.clone(), leave };
    tasks.spawn(actor.act(actions));
    let mut courier = Courier {
        session,
        outbox: Arc::clone(&outbox),
        orders,
        newest: newest.report.subscribe(),
        asked,
        receipts,
        standing,
        outage: Backoff::for_outage(),
        refusal: Backoff::for_refusal(),
        cried: None,
    };
    let ended = loop {
        tokio::select! {
            never = courier.deliver() => match never {},
            Some((action, departure)) = leaving.recv() => {
                if departure::depart(&mut courier, &hands, &action, departure).await {
                    break Ok(());
                }
            }
            failed = ended(&mut tasks) => {
                die(&mut courier, &last_words, &failed).await;
                break failed;
            }
            name = stop.signalled() => {
                info!("stopped by {name}");
                say_goodbye(&courier, GoodbyeReason::Stopped).await;
                break Ok(());
            }
        }
    };
    outbox.close(GOODBYE_TIMEOUT);
    ended
}

/// Everything that collects.
fn watch_machine(
    tasks: &mut JoinSet<()>,
    teller: &Teller,
    sampler: &Sampler,
    orders: &Orders,
    own_interval: Option<Duration>,
) {
    let drives = sampling::Drives::default();
    tasks.spawn(watcher::watch_quick(teller.clone(), orders.reports()));
    for section in SLOW {
        tasks.spawn(watcher::watch_slow(section, teller.clone(), orders.reports()));
    }
    tasks.spawn(sampling::watch_drives(sampler.clone(), teller.clone(), Arc::clone(&drives)));
    let (sampler, wanted) = (sampler.clone(), orders.intervals());
    tasks.spawn(sampling::take_samples(sampler, teller.clone(), drives, wanted, own_interval));
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

async fn say_goodbye(courier: &Courier, reason: GoodbyeReason) {
    if timeout(GOODBYE_TIMEOUT, courier.goodbye(reason)).await.is_err() {
        warn!("the server did not hear the goodbye");
    }
}

/// A part of the agent has met a defect: the server hears of it now, or from the next start.
async fn die(courier: &mut Courier, last_words: &LastWords, died: &Result<(), RunError>) {
    let Err(why) = died else { return };
    let (start, clock) = (&courier.receipts.start, &courier.receipts.clock);
    let last = teller::failure(start.stamp(), clock.now(), "agent", &why.to_string());
    if timeout(GOODBYE_TIMEOUT, courier.last_words(&last)).await == Ok(true) {
        last_words.forget();
    }
}

/// A task that ends has met a defect: better to start anew than to live on with half of oneself.
async fn ended(tasks: &mut JoinSet<()>) -> Result<(), RunError> {
    let why = match tasks.join_next().await {
        Some(Err(error)) => error.to_string(),
        Some(Ok(())) | None => "without a word".to_owned(),
    };
    Err(RunError::Died(why))
}
