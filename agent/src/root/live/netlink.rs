//! Route netlink dumps of the running kernel.

use std::io;
use std::time::Instant;

use decode::netlink::{Message, is_default_route, messages};
use rustix::buffer::spare_capacity;
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{RecvFlags, SendFlags, recv, sendto};

use super::line::{self, DEADLINE};
use crate::root::Netlink;

/// A host with thousands of containers stays below.
const DUMP_LIMIT_BYTES: usize = 16 << 20;
/// The kernel sends no longer parts to whoever reads with as much (`NLMSG_GOODSIZE` and its growth).
const PART_BYTES: usize = 32 << 10;
/// Where interfaces come and go all the time, a dump that was interrupted is better than none.
const TRIES: u32 = 4;
/// `NLM_F_REQUEST` and `NLM_F_DUMP`.
const REQUEST_DUMP: u16 = 0x001 | 0x300;

/// Asks for a dump: its messages, without the final one.
pub(super) fn dump(question: Netlink) -> io::Result<Vec<u8>> {
    let ends = Instant::now() + DEADLINE;
    let mut tried = 0;
    loop {
        let socket = line::open()?;
        sendto(&socket, &request(question), SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
        let (dump, interrupted) = gather(question, ends, |part| receive(&socket, ends, part))?;
        // It came to its end: of one that did not, nothing comes late.
        line::keep(socket);
        tried += 1;
        if !interrupted || tried == TRIES {
            return Ok(dump);
        }
    }
}

/// `struct nlmsghdr`, then zeros: no family, no interface, nothing left out. As long as the longest of the three structures
/// that a request may carry, with which every kernel is content.
fn request(question: Netlink) -> Vec<u8> {
    let (kind, body_bytes): (u16, usize) = match question {
        Netlink::Links => (18, 16),
        Netlink::Addresses => (22, 8),
        Netlink::Routes => (26, 12),
    };
    let length = u32::try_from(16 + body_bytes).unwrap_or(u32::MAX);
    let mut request = length.to_ne_bytes().to_vec();
    request.extend(kind.to_ne_bytes());
    request.extend(REQUEST_DUMP.to_ne_bytes());
    request.extend([0; 8]);
    request.resize(16 + body_bytes, 0);
    request
}

/// One part of the dump.
fn receive(socket: &OwnedFd, ends: Instant, part: &mut Vec<u8>) -> io::Result<()> {
    loop {
        if Instant::now() >= ends {
            return Err(io::ErrorKind::TimedOut.into());
        }
        part.clear();
        part.reserve(PART_BYTES);
        // With the flag the kernel tells how long the part was, also where it was cut.
        match recv(socket, spare_capacity(part), RecvFlags::TRUNC) {
            Ok((read, whole)) if whole > read => return Err(io::Error::other("a netlink message was cut")),
            Ok(_) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Err(io::ErrorKind::TimedOut.into()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Puts the parts together until the last message says that it is the last; and whether something changed meanwhile.
fn gather(
    question: Netlink,
    ends: Instant,
    mut next: impl FnMut(&mut Vec<u8>) -> io::Result<()>,
) -> io::Result<(Vec<u8>, bool)> {
    let (mut dump, mut part, mut interrupted) = (Vec::new(), Vec::new(), false);
    loop {
        next(&mut part)?;
        if part.is_empty() || Instant::now() > ends {
            return Err(io::ErrorKind::TimedOut.into());
        }
        for message in messages(&part) {
            interrupted |= message.flags & Message::INTERRUPTED != 0;
            match message.kind {
                Message::DONE | Message::ERROR => match message.error() {
                    Some(error) if error < 0 => {
                        return Err(io::Error::from_raw_os_error(error.saturating_neg()));
                    }
                    _ if message.kind == Message::DONE => return Ok((dump, interrupted)),
                    _ => {}
                },
                Message::ROUTE if question == Netlink::Routes && !is_default_route(&message) => {}
                _ => dump.extend(message.bytes),
            }
        }
        if dump.len() > DUMP_LIMIT_BYTES {
            return Err(io::Error::other(format!("longer than {DUMP_LIMIT_BYTES} bytes")));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn message(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = u32::try_from(16 + body.len()).unwrap().to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend([0; 8]);
        bytes.extend(body);
        bytes
    }

    fn gathered(question: Netlink, parts: &[Vec<u8>]) -> io::Result<(Vec<u8>, bool)> {
        let mut parts = parts.iter();
        gather(question, Instant::now() + Duration::from_secs(60), |part| {
            part.clone_from(parts.next().ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    #[test]
    fn the_parts_are_put_together_up_to_the_last_message() {
        let link = message(Message::LINK, 2, &[0; 16]);
        let done = message(Message::DONE, 2, &[0; 4]);
        let (dump, interrupted) = gathered(
            Netlink::Links,
            &[[link.clone(), link.clone()].concat(), [&link[..], &done, &link].concat()],
        )
        .unwrap();
        assert_eq!((dump, interrupted), (link.repeat(3), false));
        let changed = message(Message::LINK, 0x12, &[0; 16]);
        assert!(gathered(Netlink::Links, &[changed, done]).unwrap().1);
    }

    #[test]
    fn the_kernels_refusal_is_an_error_by_its_number() {
        for kind in [Message::ERROR, Message::DONE] {
            let error = gathered(Netlink::Links, &[message(kind, 0, &(-1_i32).to_ne_bytes())]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        }
    }

    #[test]
    fn of_a_million_routes_the_default_ones_are_kept() {
        let route = |bits: u8| message(Message::ROUTE, 2, &[2, bits, 0, 0, 254, 0, 0, 1, 0, 0, 0, 0]);
        let parts = [[route(24), route(0), route(32)].concat(), message(Message::DONE, 2, &[0; 4])];
        assert_eq!(gathered(Netlink::Routes, &parts).unwrap().0, route(0));
    }

    #[test]
    fn a_dump_without_end_ends() {
        let mut one = message(Message::LINK, 2, &vec![0; 1 << 20]);
        let error = gather(Netlink::Links, Instant::now() + Duration::from_secs(60), |part| {
            part.clone_from(&one);
            Ok(())
        });
        assert!(error.unwrap_err().to_string().starts_with("longer than"));
        one.clear();
        assert_eq!(gathered(Netlink::Links, &[one]).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn this_machine_answers() {
        let links = dump(Netlink::Links).unwrap();
        assert!(decode::netlink::links(&links).any(|link| link.name == "lo"));
        dump(Netlink::Addresses).unwrap();
        dump(Netlink::Routes).unwrap();
    }
}
