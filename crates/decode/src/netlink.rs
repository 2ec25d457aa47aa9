//! Route netlink dumps (linux/netlink.h, linux/rtnetlink.h): messages, each a header, a structure and attributes, all in the
//! byte order of the machine that answered.

mod address;
mod link;
mod route;

pub use address::{Address, addresses};
pub use link::{Bond, Link, Stats, links};
pub use route::{DefaultRoute, default_routes, is_default_route};

/// `struct nlmsghdr`.
const MESSAGE_HEADER_BYTES: usize = 16;
/// `struct rtattr`.
const ATTRIBUTE_HEADER_BYTES: usize = 4;
/// `NLA_TYPE_MASK`: the two highest bits say "nested" and "network byte order".
const ATTRIBUTE_KIND_MASK: u16 = 0x3fff;

/// One message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// `nlmsg_type`.
    pub kind: u16,
    /// `nlmsg_flags`.
    pub flags: u16,
    /// `nlmsg_seq`: that of the request that it answers.
    pub sequence: u32,
    /// All of it, as it came.
    pub bytes: &'a [u8],
    /// What follows the header.
    pub body: &'a [u8],
}

impl Message<'_> {
    /// `NLMSG_ERROR`.
    pub const ERROR: u16 = 2;
    /// `NLMSG_DONE`.
    pub const DONE: u16 = 3;
    /// `RTM_NEWLINK`.
    pub const LINK: u16 = 16;
    /// `RTM_NEWADDR`.
    pub const ADDRESS: u16 = 20;
    /// `RTM_NEWROUTE`.
    pub const ROUTE: u16 = 24;
    /// `NLM_F_DUMP_INTR`: something changed during the dump, which may be inconsistent.
    pub const INTERRUPTED: u16 = 0x10;

    /// What an [`Message::ERROR`] message, or the end of a dump, says: a negative error number, or 0.
    #[must_use]
    pub fn error(&self) -> Option<i32> {
        Some(i32::from_ne_bytes(*self.body.first_chunk()?))
    }
}

/// The messages of a dump, as far as they are whole.
pub fn messages(bytes: &[u8]) -> impl Iterator<Item = Message<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length = usize::try_from(u32_at(rest, 0)?).ok()?;
        let message = rest.get(..length)?;
        let body = message.get(MESSAGE_HEADER_BYTES..)?;
        rest = rest.get(aligned(length)..).unwrap_or_default();
        let (kind, flags, sequence) = (u16_at(message, 4)?, u16_at(message, 6)?, u32_at(message, 8)?);
        Some(Message { kind, flags, sequence, bytes: message, body })
    })
}

/// The attributes behind a structure, as far as they are whole: kind and value.
fn attributes(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(rest, 0)?);
        let kind = u16_at(rest, 2)? & ATTRIBUTE_KIND_MASK;
        let value = rest.get(..length)?.get(ATTRIBUTE_HEADER_BYTES..)?;
        rest = rest.get(aligned(length)..).unwrap_or_default();
        Some((kind, value))
    })
}

/// Messages and attributes begin at multiples of four.
fn aligned(length: usize) -> usize {
    length.saturating_add(3) & !3
}

fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(offset..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(offset..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(*bytes.get(offset..)?.first_chunk()?))
}

/// A name, up to its closing zero.
fn name(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
}

/// An IPv4 or IPv6 address, by its length.
fn ip(bytes: &[u8]) -> Option<std::net::IpAddr> {
    match bytes.len() {
        4 => Some((*bytes.first_chunk::<4>()?).into()),
        16 => Some((*bytes.first_chunk::<16>()?).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
