//! What runs beside the requests: one set of tasks under one token.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::web;
use boot::assets::rows as assets;
use boot::control::ControlWriter;
use boot::tftp::TftpServer;
use boot::tickets;
use boot::trail::dhcp::syslog::Listener;
use boot::trail::{self, TrailWriter, dhcp};
use store::StoreError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::ServeError;
use crate::app::App;
use crate::settings::DhcpLog;

/// What is swept out is days old: an hour sooner or later makes no difference.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// Their times are minutes, and a step that is late is told a few seconds later.
const LOOK_AT_INSTALLS_EVERY: Duration = Duration::from_secs(2);

/// A role that is given is in the wish at once; what comes by itself, such as a card that is put in, within a minute.
const LOOK_AT_FRONTS_EVERY: Duration = Duration::from_secs(60);

pub(super) struct Background {
    tasks: JoinSet<()>,
    stop: CancellationToken,
    app: web::Data<App>,
}

pub(super) async fn start(
    app: &web::Data<App>,
    trail_writer: TrailWriter,
    control_writer: ControlWriter,
    stop: CancellationToken,
) -> Result<Background, ServeError> {
    let mut tasks = JoinSet::new();
    if let Some(address) = app.settings.tftp_listen {
        match TftpServer::bind(address, app.binaries.clone(), app.trail.clone()).await {
            Ok(tftp) => {
                let author = app.clone();
                let tftp = tftp
                    .writing(boot::links::AUTOEXEC, Box::new(move |client| entry_script(&author, client)));
                tracing::info!(%address, dir = %app.settings.tftp_dir.display(), "TFTP");
                let stop = stop.clone();
                tasks.spawn(async move { tftp.run(stop).await });
            }
            // Machines that fetch iPXE from elsewhere need no TFTP: one clear line, and on.
            Err(error) => tracing::warn!("no TFTP: {}", crate::api::problem::chain(&error)),
        }
    }
    if let Some(log) = &app.settings.dhcp_log {
        read_dhcp_log(log, app, &mut tasks, &stop).await;
    }
    let token = stop.clone();
    tasks.spawn(async move { trail_writer.run(token).await });
    let token = stop.clone();
    tasks.spawn(async move { control_writer.run(token).await });
    let (alerts, token) = (app.alerts.clone(), stop.clone());
    tasks.spawn(async move { alerts.run(token).await });
    let (gateways, token) = (app.gateways.clone(), stop.clone());
    let look_every = Duration::from_secs(u64::from(app.settings.gateways.look_every_secs));
    tasks.spawn(async move {
        let mut every = tokio::time::interval(look_every);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while token.run_until_cancelled(every.tick()).await.is_some() {
            if let Some(Err(error)) = token.run_until_cancelled(gateways.sweep()).await {
                tracing::error!(error = %crate::api::problem::chain(&error), "looking at the gateways");
            }
        }
    });
    let (progress, token) = (app.progress.clone(), stop.clone());
    tasks.spawn(async move {
        let mut every = tokio::time::interval(LOOK_AT_INSTALLS_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while token.run_until_cancelled(every.tick()).await.is_some() {
            if let Some(Err(error)) = token.run_until_cancelled(progress.sweep()).await {
                tracing::error!(error = %crate::api::problem::chain(&error), "looking at the installations");
            }
        }
    });
    let (fronts, token) = (app.fronts.clone(), stop.clone());
    tasks.spawn(async move {
        let mut every = tokio::time::interval(LOOK_AT_FRONTS_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while token.run_until_cancelled(every.tick()).await.is_some() {
            if let Some(Err(error)) = token.run_until_cancelled(fronts.refresh_all()).await {
                tracing::error!(error = %crate::api::problem::chain(&error), "looking at what clusters want of the gateways");
            }
        }
    });
    let (swept, token) = (app.clone(), stop.clone());
    tasks.spawn(async move {
        let mut every = tokio::time::interval(SWEEP_EVERY);
        while token.run_until_cancelled(every.tick()).await.is_some() {
            swept.control.sweep();
            sweep_assets(&swept).await;
            if let Err(error) = swept.refresh_served().await {
                tracing::error!(error = %crate::api::problem::chain(&error), "looking up what boot profiles refer to");
            }
            if let Err(error) = sweep(&swept).await {
                tracing::error!(error = %crate::api::problem::chain(&error), "sweeping old rows out");
            }
        }
    });
    Ok(Background { tasks, stop, app: app.clone() })
}

/// Boots go on without: a log that can't be had is one clear line.
async fn read_dhcp_log(
    log: &DhcpLog,
    app: &web::Data<App>,
    tasks: &mut JoinSet<()>,
    stop: &CancellationToken,
) {
    let (trail, stop) = (app.trail.clone(), stop.clone());
    match log {
        DhcpLog::File(path) => {
            tracing::info!(path = %path.display(), "the DHCP server's log is followed");
            tasks.spawn(dhcp::follow::run(path.clone(), trail, stop));
        }
        DhcpLog::Syslog { listen, from } => {
            let from = from.clone();
            let welcome = move |address| from.iter().any(|network| network.contains(&address));
            match Listener::bind(*listen, welcome, trail).await {
                Ok(listener) => {
                    tracing::info!(address = %listen, "the DHCP server's log is taken by syslog");
                    tasks.spawn(listener.run(stop));
                }
                Err(error) => {
                    tracing::warn!(address = %listen, %error, "no DHCP in boot trails: its log can't be listened for");
                }
            }
        }
    }
}

async fn sweep_assets(app: &App) {
    let known = match assets::ids(app.store.readers()).await {
        Ok(known) => known,
        Err(error) => return tracing::error!(%error, "reading which assets there are"),
    };
    match app.assets.sweep(&known, std::time::SystemTime::now()).await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "assets that broke off more than a day ago were taken off"),
        Err(error) => {
            tracing::error!(error = %crate::api::problem::chain(&error), "sweeping unfinished assets out")
        }
    }
}

/// The entry script for a client that asked by TFTP.
fn entry_script(app: &App, client: IpAddr) -> Option<String> {
    let links = app.links.boot_links_to(client, &app.pin);
    let links = links.inspect_err(|error| tracing::warn!(%client, %error, "no entry script by TFTP")).ok()?;
    Some(boot::scripts::entry(&links))
}

async fn sweep(app: &App) -> Result<(), StoreError> {
    let now = app.clock.now();
    app.store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                tickets::sweep(tx, now).await?;
                trail::sweep(tx, now).await
            })
        })
        .await
}

impl Background {
    /// Ends what would never end by itself, so that the listeners can.
    pub(super) fn hang_up(&self) {
        self.app.live.close();
    }

    pub(super) async fn stop(mut self) {
        self.app.jobs.stop().await;
        self.app.downloads.stop().await;
        self.app.gateways.close().await;
        if let Err(error) = self.app.power.close().await {
            tracing::error!(%error, "what was being switched could not be said to be interrupted");
        }
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a background task ended badly");
            }
        }
        self.app.store.close().await;
    }
}
