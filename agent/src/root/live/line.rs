//! A thread's line to the kernel's network half: one socket for all that it asks there, for to open and close one costs more
//! than most of the answers.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use rustix::fd::OwnedFd;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

/// The kernel answers at once, unless another holds its lock on all interfaces.
pub(super) const DEADLINE: Duration = Duration::from_secs(3);

thread_local! {
    static LINE: Cell<Option<OwnedFd>> = const { Cell::new(None) };
}

/// A route netlink socket; the kernel takes ethtool requests on any.
pub(super) fn open() -> io::Result<OwnedFd> {
    if let Some(socket) = LINE.take() {
        return Ok(socket);
    }
    // Netlink's protocol 0, the one without a name, is `NETLINK_ROUTE`.
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    set_socket_timeout(&socket, Timeout::Recv, Some(DEADLINE))?;
    Ok(socket)
}

/// For this thread's next question. Not a socket on which an answer may still come.
pub(super) fn keep(socket: OwnedFd) {
    LINE.set(Some(socket));
}
