//! Lets the site come and ask on the agent's own port: `GET /inventory`, `/sample`, `/metrics`, `/healthz`.
//!
//! What is handed out was collected beforehand: a question costs no reading. Whoever asks is held to small
//! headers and little time, and to eight at once.

mod answer;
mod mdns;
mod metrics;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use inventory::{Report, Sample};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use crate::settings::Scrape;
use mdns::Announcement;

const CONNECTIONS_LIMIT: usize = 8;
const HEADER_LIMIT_BYTES: usize = 8 << 10;
const HEADERS_LIMIT: usize = 32;
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
/// All of one conversation: a megabyte over a slow line, and not a slow reader's whole afternoon.
const CONVERSATION_TIMEOUT: Duration = Duration::from_secs(20);

/// Where the newest report and sample are to be had.
pub type Shown = (watch::Receiver<Option<Arc<Report>>>, watch::Receiver<Option<Arc<Sample>>>);

/// What there is to hand out.
struct Newest {
    report: Option<Arc<Report>>,
    sample: Option<Arc<Sample>>,
}

/// Why nobody can ask.
#[derive(Debug, thiserror::Error)]
#[error("listening on {address} for questions about this machine")]
pub struct NotListening {
    address: SocketAddr,
    #[source]
    source: std::io::Error,
}

/// The door, open and ready.
pub struct Listener {
    socket: TcpListener,
    scrape: Scrape,
    shown: Shown,
    announcement: Option<Announcement>,
}

impl Listener {
    /// Opens the port, on the loopback address or on all of them. Where others are to find it, it is announced.
    ///
    /// # Errors
    /// [`NotListening`].
    pub async fn bind(
        scrape: &Scrape,
        port: u16,
        start_id: &str,
        shown: Shown,
    ) -> Result<Self, NotListening> {
        let public = matches!(scrape, Scrape::Open | Scrape::Key(_));
        let ip = if public { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
        let address = SocketAddr::new(IpAddr::V4(ip), port);
        let failed = |source| NotListening { address, source };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        info!("answering GET /inventory on {address}");
        let announcement = if public { announced(address.port(), start_id) } else { None };
        Ok(Self { socket, scrape: scrape.clone(), shown, announcement })
    }

    /// Answers for ever.
    pub async fn serve(self) {
        let _announced = &self.announcement;
        let places = Arc::new(Semaphore::new(CONNECTIONS_LIMIT));
        let mut conversations = JoinSet::new();
        loop {
            let stream = match self.socket.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Too many open files, most likely: it passes.
                    warn!("accepting a connection: {error}");
                    sleep(Duration::from_secs(1)).await;
                    continue;
                }
            };
            while conversations.try_join_next().is_some() {}
            // Who comes when all places are taken is turned away at once, and nobody waits.
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
            let scrape = self.scrape.clone();
            let newest =
                Newest { report: self.shown.0.borrow().clone(), sample: self.shown.1.borrow().clone() };
            conversations.spawn(async move {
                timeout(CONVERSATION_TIMEOUT, converse(stream, &scrape, &newest)).await.ok();
                drop(place);
            });
        }
    }
}

async fn converse(stream: TcpStream, scrape: &Scrape, newest: &Newest) {
    let service = service_fn(|request| {
        let answer = answer::to(&request, scrape, newest);
        async move { Ok::<_, std::convert::Infallible>(answer) }
    });
    let conversation = http1::Builder::new()
        .keep_alive(false)
        .max_buf_size(HEADER_LIMIT_BYTES)
        .max_headers(HEADERS_LIMIT)
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    // Whoever breaks off, or speaks no HTTP, is nobody's business here.
    conversation.await.ok();
}

/// Without an announcement the sweep still finds the port.
fn announced(port: u16, start_id: &str) -> Option<Announcement> {
    match Announcement::new(port, start_id) {
        Ok(announcement) => Some(announcement),
        Err(error) => {
            warn!("announcing this agent by mDNS: {error}");
            None
        }
    }
}
