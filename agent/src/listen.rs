//! Lets the site come and ask: `GET /inventory` on the agent's own port, for machines that were told of no server.
//!
//! What is handed out is the newest report, made beforehand: a question costs no reading. Whoever asks is held to small
//! headers and little time, and to eight at once.

mod answer;
mod mdns;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use inventory::Report;
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
    newest: watch::Receiver<Option<Arc<Report>>>,
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
        newest: watch::Receiver<Option<Arc<Report>>>,
    ) -> Result<Self, NotListening> {
        let public = matches!(scrape, Scrape::Open | Scrape::Key(_));
        let ip = if public { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
        let address = SocketAddr::new(IpAddr::V4(ip), port);
        let failed = |source| NotListening { address, source };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        info!("answering GET /inventory on {address}");
        let announcement = if public { announced(address.port(), start_id) } else { None };
        Ok(Self { socket, scrape: scrape.clone(), newest, announcement })
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
            let (scrape, newest) = (self.scrape.clone(), self.newest.borrow().clone());
            conversations.spawn(async move {
                timeout(CONVERSATION_TIMEOUT, converse(stream, &scrape, newest)).await.ok();
                drop(place);
            });
        }
    }
}

async fn converse(stream: TcpStream, scrape: &Scrape, newest: Option<Arc<Report>>) {
    let service = service_fn(|request| {
        let answer = answer::to(&request, scrape, newest.as_deref());
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
