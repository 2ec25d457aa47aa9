//! The listening socket: takes requests, starts transfers, and keeps count of them.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, BufReader};
use tokio::net::UdpSocket;
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::folder::Refusal;
use super::packet::{self, ErrorCode, Packet, ReadRequest};
use super::terms;
use super::transfer::{End, Patience, Report, Transfer};
use crate::assets::Binaries;
use crate::trail::{SIZE_ONLY, Step, StepKind, Trail};

/// Transfers at once, of all clients and of one address. Firmware opens two at the most.
const TRANSFERS: usize = 256;
const TRANSFERS_PER_ADDRESS: usize = 8;

/// Requests have at most 512 bytes (RFC 2347); what is longer is cut, and so refused.
const REQUEST_BYTES: usize = 1024;

/// A file is read in pieces of this size, whatever the block size.
const READ_AHEAD_BYTES: usize = 64 * 1024;

/// Why TFTP can't be served.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program has the port.
    #[error("UDP port {} of {} is in use: stop the TFTP server that runs here already (tftpd-hpa, dnsmasq's enable-tftp), or listen elsewhere with --tftp-listen", .address.port(), .address.ip())]
    InUse {
        /// Where.
        address: SocketAddr,
    },
    /// Ports below 1024 need a right.
    #[error("this user may not listen on UDP port {} of {}: give the program the right (AmbientCapabilities=CAP_NET_BIND_SERVICE in its unit, or setcap cap_net_bind_service=+ep), run it as root, or switch TFTP off with --tftp-listen off", .address.port(), .address.ip())]
    NotAllowed {
        /// Where.
        address: SocketAddr,
    },
    /// Anything else: the address is not one of this machine's.
    #[error("can't listen for TFTP on {address}")]
    Other {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Writes a file for the client that asks; `None` where it can't.
pub type Author = Box<dyn Fn(IpAddr) -> Option<String> + Send + Sync>;

/// A TFTP server that is bound to its port.
pub struct TftpServer {
    socket: UdpSocket,
    address: SocketAddr,
    binaries: Binaries,
    trail: Trail,
    patience: Patience,
    written: Option<(&'static str, Author)>,
}

impl TftpServer {
    /// Binds the port. What is handed out is looked for with each request: it may appear later.
    ///
    /// Answers leave by the address that the network chooses, so a machine with several addresses in one network should
    /// listen on the one that its gateway names.
    ///
    /// # Errors
    /// [`BindError`], which says what to do.
    pub async fn bind(address: SocketAddr, binaries: Binaries, trail: Trail) -> Result<Self, BindError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => BindError::InUse { address },
            io::ErrorKind::PermissionDenied => BindError::NotAllowed { address },
            _ => BindError::Other { address, source },
        };
        let socket = UdpSocket::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address, binaries, trail, patience: Patience::default(), written: None })
    }

    /// With another patience than the default's.
    #[must_use]
    pub fn patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// With a file of this name that is written for each client, where the folder has none.
    #[must_use]
    pub fn writing(mut self, name: &'static str, author: Author) -> Self {
        self.written = Some((name, author));
        self
    }

    /// Where it listens: with port 0 bound, the port that was chosen.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`. Transfers that run then are given up: firmware asks again.
    pub async fn run(self, stop: CancellationToken) {
        let mut transfers = Transfers::default();
        let mut buffer = vec![0_u8; REQUEST_BYTES];
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                Some(ended) = transfers.tasks.join_next_with_id() => transfers.ended(ended),
                received = self.socket.recv_from(&mut buffer) => match received {
                    Ok((length, client)) => {
                        self.answer(buffer.get(..length).unwrap_or_default(), client, &mut transfers).await;
                    }
                    Err(error) => {
                        // What an earlier answer met comes back here; a lasting fault must not spin.
                        tracing::debug!(%error, "tftp: receiving");
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                },
            }
        }
    }

    async fn answer(&self, bytes: &[u8], client: SocketAddr, transfers: &mut Transfers) {
        let request = match Packet::parse(bytes) {
            Ok(Packet::Read(request)) => request,
            Ok(Packet::Write) => {
                let why = "nothing can be written here";
                return self.refuse(client, ErrorCode::AccessViolation, why, "wanted to write").await;
            }
            // Left over from a transfer that has ended; an error is never answered with an error.
            Ok(Packet::Data | Packet::Ack(_) | Packet::Error { .. }) => return,
            Err(error) => {
                let asked = "sent what is no request";
                return self.refuse(client, ErrorCode::IllegalOperation, &error.to_string(), asked).await;
            }
        };
        // The same port again: the client did not hear us yet, and its transfer will send again by itself.
        if transfers.has(client) {
            return;
        }
        if !transfers.has_room_for(client.ip()) {
            // Silence makes it ask again; an error would end its boot.
            tracing::warn!(%client, "tftp: too many transfers at once; a request waits");
            return;
        }
        if let Err((code, why)) = self.start(&request, client, transfers).await {
            self.refuse(client, code, &why, &format!("{:?}", request.name)).await;
        }
    }

    async fn start(
        &self,
        request: &ReadRequest,
        client: SocketAddr,
        transfers: &mut Transfers,
    ) -> Result<(), (ErrorCode, String)> {
        if request.mode != "octet" {
            return Err((ErrorCode::IllegalOperation, "only mode octet is served".to_owned()));
        }
        let (file, size_bytes) = self.open(&request.name, client.ip())?;
        // A port of its own for each transfer (RFC 1350, section 4), at the address that was asked.
        let socket = UdpSocket::bind((self.address.ip(), 0))
            .await
            .map_err(|error| (ErrorCode::Undefined, format!("no port is free: {error}")))?;
        let terms = terms::agree(request, size_bytes);
        let transfer = Transfer { socket, client, terms, patience: self.patience };
        let name = request.name.clone();
        let mut watched =
            self.trail.begin(Step::new(StepKind::Tftp, client.ip()).detail(&name).of(size_bytes));
        transfers.start(client, async move {
            let report = transfer.run(file, |bytes| watched.sent(bytes)).await;
            watched.end(Some(&said(&name, &report)));
        });
        Ok(())
    }

    fn open(&self, name: &str, client: IpAddr) -> Result<(Content, u64), (ErrorCode, String)> {
        let refusal = match self.binaries.open(name) {
            Ok((file, size_bytes)) => {
                let file = BufReader::with_capacity(READ_AHEAD_BYTES, tokio::fs::File::from_std(file));
                return Ok((Box::new(file), size_bytes));
            }
            Err(refusal) => refusal,
        };
        let is_written =
            self.written.as_ref().filter(|(written, _)| *written == name.trim_start_matches('/'));
        if let Some(text) = is_written.and_then(|(_, author)| author(client)) {
            let size_bytes = text.len() as u64;
            return Ok((Box::new(io::Cursor::new(text.into_bytes())), size_bytes));
        }
        let code = match refusal {
            Refusal::NotFound => ErrorCode::NotFound,
            Refusal::NotPlain | Refusal::LeadsOut | Refusal::Unreadable => ErrorCode::AccessViolation,
        };
        Err((code, refusal.to_string()))
    }

    async fn refuse(&self, client: SocketAddr, code: ErrorCode, why: &str, asked: &str) {
        self.socket.send_to(&packet::error(code, why), client).await.ok();
        self.trail.record(Step::new(StepKind::Tftp, client.ip()).detail(&format!("{asked}: {why}")));
    }
}

fn said(name: &str, report: &Report) -> String {
    match &report.end {
        End::Complete => name.to_owned(),
        End::ByClient { .. } if report.sent_bytes == 0 => format!("{name}, {SIZE_ONLY}"),
        End::ByClient { code, message } => format!("{name}: ended by the client: {message} (error {code})"),
        End::Silent => format!("{name}: the client fell silent"),
        End::Failed(error) => format!("{name}: {error}"),
    }
}

impl std::fmt::Debug for TftpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TftpServer").field("address", &self.address).finish_non_exhaustive()
    }
}

/// What is sent.
type Content = Box<dyn AsyncRead + Send + Unpin>;

/// The transfers that run, each by its client.
#[derive(Default)]
struct Transfers {
    tasks: JoinSet<()>,
    clients: HashMap<Id, SocketAddr>,
}

impl Transfers {
    fn has(&self, client: SocketAddr) -> bool {
        self.clients.values().any(|known| *known == client)
    }

    fn has_room_for(&self, address: IpAddr) -> bool {
        let of_address = self.clients.values().filter(|client| client.ip() == address).count();
        self.clients.len() < TRANSFERS && of_address < TRANSFERS_PER_ADDRESS
    }

    fn start(&mut self, client: SocketAddr, transfer: impl Future<Output = ()> + Send + 'static) {
        let id = self.tasks.spawn(transfer).id();
        self.clients.insert(id, client);
    }

    fn ended(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                tracing::error!(%error, "tftp: a transfer ended by itself");
                error.id()
            }
        };
        self.clients.remove(&id);
    }
}
