//! Over which connection a request came: plain or TLS, from where, to which of our addresses.

use std::any::Any;
use std::net::{IpAddr, SocketAddr};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use actix_web::{FromRequest, HttpRequest, dev};

use crate::api::problem::ApiError;

/// One connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// It is encrypted.
    pub tls: bool,
    /// The peer.
    pub peer: SocketAddr,
    /// Our own end.
    pub local: SocketAddr,
}

impl Connection {
    /// The peer's address, an IPv4 one also when it came by a socket for both.
    #[must_use]
    pub fn peer_ip(&self) -> IpAddr {
        self.peer.ip().to_canonical()
    }

    /// The peer is a program on this machine.
    #[must_use]
    pub fn from_this_machine(&self) -> bool {
        self.peer_ip().is_loopback()
    }
}

/// Notes a new connection's ends, for the requests that will come over it.
pub fn note(stream: &dyn Any, extensions: &mut Extensions) {
    let (tls, tcp) = if let Some(stream) = stream.downcast_ref::<TlsStream<TcpStream>>() {
        (true, stream.get_ref().0)
    } else if let Some(stream) = stream.downcast_ref::<TcpStream>() {
        (false, stream)
    } else {
        return;
    };
    if let (Ok(peer), Ok(local)) = (tcp.peer_addr(), tcp.local_addr()) {
        extensions.insert(Connection { tls, peer, local });
    }
}

/// The connection of a request.
///
/// # Errors
/// The peer was gone before its address could be read.
pub fn of(request: &HttpRequest) -> Result<Connection, ApiError> {
    request
        .conn_data::<Connection>()
        .copied()
        .ok_or_else(|| ApiError::Internal("a connection without ends".to_owned()))
}

impl FromRequest for Connection {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        std::future::ready(of(request))
    }
}
