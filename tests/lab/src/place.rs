//! Where a thing runs: on the box itself, or inside a namespace.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use crate::Namespace;

/// The box, or one of its namespaces. Sockets and programs are made *there*, and can then be used from here.
#[derive(Debug, Clone)]
pub enum Place {
    /// The box's own network.
    Here,
    /// Inside.
    Inside(Namespace),
}

impl Place {
    /// A command that will run there.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        match self {
            Self::Here => Command::new(program),
            Self::Inside(namespace) => namespace.command(program),
        }
    }

    /// A connection made from there.
    ///
    /// # Errors
    /// As [`TcpStream::connect_timeout`].
    pub fn connect(&self, address: SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
        self.enter(|| TcpStream::connect_timeout(&address, timeout))?
    }

    /// A port on that address which nobody listens on now.
    ///
    /// # Errors
    /// When the address is not one of that place.
    pub fn free_port(&self, address: std::net::IpAddr) -> io::Result<u16> {
        self.enter(|| Ok(TcpListener::bind((address, 0))?.local_addr()?.port()))?
    }

    fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> io::Result<T> {
        match self {
            Self::Here => Ok(work()),
            Self::Inside(namespace) => namespace.enter(work),
        }
    }
}

impl From<&Namespace> for Place {
    fn from(namespace: &Namespace) -> Self {
        Self::Inside(namespace.clone())
    }
}
