//! A door from outside into a namespace: a port here, whose connections go on from inside.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;

use crate::Place;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Forwards TCP until it is dropped; then it closes what is still open.
#[derive(Debug)]
pub struct Forward {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    closing: AtomicBool,
    open: Mutex<Vec<Arc<Pair>>>,
}

/// The two halves of one connection.
#[derive(Debug)]
struct Pair {
    outer: TcpStream,
    inner: TcpStream,
}

impl Forward {
    /// Listens here on `listen` (port 0 takes a free one) and connects to `target` from `place`.
    ///
    /// # Errors
    /// When it can't listen.
    pub fn start(listen: SocketAddr, place: impl Into<Place>, target: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(listen).with_context(|| format!("can't listen on {listen}"))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let place = place.into();
        let accepting = Arc::clone(&shared);
        let listener = std::thread::spawn(move || accept(&listener, &place, target, &accepting));
        Ok(Self { address, shared, listener: Some(listener) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Forward {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        // `accept` can't be called off; a connection of our own makes it look at the flag.
        let knock = SocketAddr::new(reachable(self.address), self.address.port());
        let knocked = TcpStream::connect_timeout(&knock, Duration::from_secs(1));
        if let (Ok(_), Some(listener)) = (knocked, self.listener.take()) {
            let _ = listener.join();
        }
        for pair in self.shared.open().drain(..) {
            pair.close();
        }
    }
}

/// "All addresses" can be listened on, and not connected to.
fn reachable(address: SocketAddr) -> std::net::IpAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => std::net::Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        other => other.ip(),
    }
}

fn accept(listener: &TcpListener, place: &Place, target: SocketAddr, shared: &Arc<Shared>) {
    for outer in listener.incoming() {
        if shared.closing.load(Ordering::SeqCst) {
            return;
        }
        let Ok(outer) = outer else { continue };
        let (place, shared) = (place.clone(), Arc::clone(shared));
        // A target that does not answer closes the caller's connection, as it would without us.
        std::thread::spawn(move || {
            if let Ok(inner) = place.connect(target, CONNECT_TIMEOUT) {
                shared.carry(Pair { outer, inner });
            }
        });
    }
}

impl Shared {
    fn open(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Pair>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn carry(&self, pair: Pair) {
        let pair = Arc::new(pair);
        self.open().push(Arc::clone(&pair));
        if self.closing.load(Ordering::SeqCst) {
            pair.close();
        }
        std::thread::scope(|scope| {
            scope.spawn(|| copy(&pair.outer, &pair.inner));
            copy(&pair.inner, &pair.outer)
        });
        self.open().retain(|other| !Arc::ptr_eq(other, &pair));
    }
}

impl Pair {
    fn close(&self) {
        let _ = self.outer.shutdown(Shutdown::Both);
        let _ = self.inner.shutdown(Shutdown::Both);
    }
}

/// One direction. Its end is passed on, and the other direction may go on speaking.
fn copy(mut from: &TcpStream, mut to: &TcpStream) {
    if io::copy(&mut from, &mut to).is_err() {
        let _ = from.shutdown(Shutdown::Both);
    }
    let _ = to.shutdown(Shutdown::Write);
}
