//! Wiring: opens what there is to open, starts what runs beside, answers HTTP until it is told to stop.

mod background;
mod listeners;
mod open;

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use inventory::{Clock, SystemClock};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::data_dir::{DataDir, DataDirError, Endpoint, Lock};
use crate::settings::Settings;

/// Why the server could not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The database can't be opened.
    #[error(transparent)]
    Open(#[from] store::OpenError),
    /// The database can't be read.
    #[error("starting: the database could not be read")]
    Store(#[from] store::StoreError),
    /// An address can't be listened on.
    #[error("can't listen on {address}{}", hint(source))]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Certificate and key are no pair.
    #[error("the certificate in {} can't be used", path.display())]
    Tls {
        /// Where it lies.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// A part of the server could not start.
    #[error("{what}")]
    Start {
        /// Which part, and on which thing.
        what: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The HTTP server ended by itself.
    #[error("the HTTP server ended")]
    Http(#[source] std::io::Error),
}

fn hint(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            ": another program listens there; stop it, or choose another address with --listen or --listen-tls"
        }
        std::io::ErrorKind::PermissionDenied => ": ports below 1024 need root or CAP_NET_BIND_SERVICE",
        std::io::ErrorKind::AddrNotAvailable => ": this machine does not have that address",
        _ => "",
    }
}

/// A server that runs.
pub struct Running {
    /// Plain HTTP, as bound.
    pub http: Vec<SocketAddr>,
    /// TLS, as bound.
    pub tls: Vec<SocketAddr>,
    /// Where this machine's commands reach it.
    pub endpoint: Endpoint,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
    background: background::Background,
    _lock: Lock,
}

/// Runs a server until SIGTERM or SIGINT.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(data_dir: DataDir, settings: Settings) -> Result<(), ServeError> {
    let mut running = start(data_dir, settings, Arc::new(SystemClock)).await?;
    let ended = tokio::select! {
        () = told_to_stop() => None,
        ended = &mut running.server => Some(ended),
    };
    match ended {
        None => {
            tracing::info!("stopping");
            running.stop().await;
            Ok(())
        }
        Some(Ok(Err(error))) => Err(ServeError::Http(error)),
        Some(_) => Err(ServeError::Http(std::io::Error::other("without being told to"))),
    }
}

/// Starts a server and answers once it listens.
///
/// # Errors
/// [`ServeError`].
pub async fn start(
    data_dir: DataDir,
    settings: Settings,
    clock: Arc<dyn Clock>,
) -> Result<Running, ServeError> {
    data_dir.create()?;
    let lock = data_dir.lock()?;
    let stop = CancellationToken::new();
    // The listeners before the database: a port in use is said at once, and nothing was touched.
    let listeners = listeners::bind(&settings)?;
    let opened = open::open(&data_dir, settings, &listeners, clock).await?;
    let endpoint = Endpoint { url: opened.app.links.here(), pin: opened.app.pin.to_string() };
    let (http, tls) = (listeners.http_addresses(), listeners.tls_addresses());
    let app = actix_web::web::Data::new(opened.app);
    let background = background::start(&app, opened.trail_writer, opened.control_writer, stop).await?;
    let server = listeners.run(app.clone(), opened.tls)?;
    let handle = server.handle();
    let server = tokio::spawn(server);
    data_dir.write_endpoint(&endpoint)?;
    open::announce(&data_dir, &app, &http, &tls, opened.token_is_new);
    Ok(Running { http, tls, endpoint, handle, server, background, _lock: lock })
}

impl Running {
    /// Stops in good order: no new requests, the running ones end, what is queued is committed.
    pub async fn stop(self) {
        self.background.hang_up();
        self.handle.stop(true).await;
        self.background.stop().await;
    }
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        _ => std::future::pending().await,
    }
}
