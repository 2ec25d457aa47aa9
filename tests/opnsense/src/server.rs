//! The web server: its thread, its going down and coming up.

mod tls;
mod wire;

use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

pub(crate) use tls::Certificate;

use crate::state::State;
use crate::trouble::Armed;

/// How long it tries to have its port again.
const REBIND: Duration = Duration::from_secs(20);

/// What the threads share.
pub(crate) struct Shared {
    pub(crate) state: Mutex<State>,
    pub(crate) troubles: Mutex<Vec<Armed>>,
    pub(crate) log: Mutex<Vec<Logged>>,
    pub(crate) certificate: Certificate,
    /// Connections that are open.
    pub(crate) sockets: Mutex<Vec<Weak<TcpStream>>>,
    pub(crate) orders: UnboundedSender<Order>,
}

/// A request, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// `GET` or `POST`.
    pub method: String,
    /// The path behind `/api/`.
    pub path: String,
    /// The body.
    pub body: String,
    /// Whose key it was, where it was one.
    pub user: Option<String>,
    /// The status; absent where there was no answer.
    pub status: Option<u16>,
}

/// What the server's thread is told.
pub(crate) enum Order {
    Down(Sender<()>),
    Up(Sender<()>),
    Stop,
}

/// A lock that a test's panic elsewhere does not take away.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Gives an order, and waits until it is done.
    pub(crate) fn order(&self, order: impl FnOnce(Sender<()>) -> Order) {
        let (done, wait) = channel();
        if self.orders.send(order(done)).is_ok() {
            wait.recv().ok();
        }
    }

    /// Ends all connections.
    pub(crate) fn cut_all(&self) {
        for socket in lock(&self.sockets).drain(..).filter_map(|socket| socket.upgrade()) {
            socket.shutdown(Shutdown::Both).ok();
        }
    }
}

/// Serves until it is told to stop.
pub(crate) async fn run(
    first: TcpListener,
    with_tls: bool,
    shared: Arc<Shared>,
    mut orders: UnboundedReceiver<Order>,
) -> std::io::Result<()> {
    let address = first.local_addr()?;
    let mut listener = first;
    loop {
        let server = serve(listener, with_tls, &shared)?;
        let handle = server.handle();
        let task = actix_web::rt::spawn(server);
        let down = loop {
            match orders.recv().await {
                Some(Order::Down(done)) => break done,
                Some(Order::Up(done)) => done.send(()).unwrap_or_default(),
                Some(Order::Stop) | None => {
                    shared.cut_all();
                    handle.stop(false).await;
                    return Ok(());
                }
            }
        };
        shared.cut_all();
        handle.stop(false).await;
        task.await.ok();
        down.send(()).unwrap_or_default();
        let up = loop {
            match orders.recv().await {
                Some(Order::Up(done)) => break done,
                Some(Order::Down(done)) => done.send(()).unwrap_or_default(),
                Some(Order::Stop) | None => return Ok(()),
            }
        };
        listener = bind_again(address).await?;
        up.send(()).unwrap_or_default();
    }
}

async fn bind_again(address: SocketAddr) -> std::io::Result<TcpListener> {
    let deadline = Instant::now() + REBIND;
    loop {
        match TcpListener::bind(address) {
            Err(_) if Instant::now() < deadline => {
                actix_web::rt::time::sleep(Duration::from_millis(20)).await
            }
            result => return result,
        }
    }
}

fn serve(listener: TcpListener, with_tls: bool, shared: &Arc<Shared>) -> std::io::Result<Server> {
    let data = web::Data::from(Arc::clone(shared));
    let connecting = Arc::clone(shared);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .app_data(web::PayloadConfig::new(64 << 20))
            .default_service(web::to(wire::answer))
    })
    .workers(2)
    .on_connect(move |io, data| wire::note(&connecting, io, data))
    .disable_signals()
    .shutdown_timeout(0);
    let server = if with_tls {
        server.listen_rustls_0_23(listener, shared.certificate.server_config()?)?
    } else {
        server.listen(listener)?
    };
    Ok(server.run())
}
