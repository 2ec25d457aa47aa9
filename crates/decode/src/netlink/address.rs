//! IP addresses: `RTM_NEWADDR` (linux/if_addr.h).

use std::net::IpAddr;

use super::{Message, attributes, ip, messages, u32_at};

/// `struct ifaddrmsg`.
const HEADER_BYTES: usize = 8;

/// An address of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// The interface's index.
    pub interface: u32,
    /// The address.
    pub ip: IpAddr,
    /// Its prefix length.
    pub prefix: u8,
    /// `IFA_F_*`.
    pub flags: u32,
}

impl Address {
    /// `IFA_F_TEMPORARY` (of IPv6), `IFA_F_DADFAILED`, `IFA_F_DEPRECATED`, `IFA_F_TENTATIVE`.
    const PASSING: u32 = 0x08 | 0x20 | 0x40;
    const TEMPORARY: u32 = 0x01;
    const PERMANENT: u32 = 0x80;

    /// It will be another one soon, or is none yet.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        // For IPv4 the bit of "temporary" says "secondary".
        self.flags & Self::PASSING != 0 || self.ip.is_ipv6() && self.flags & Self::TEMPORARY != 0
    }

    /// It ends unless it is renewed: a lease, or a router's advertisement, and nothing that somebody wrote down.
    #[must_use]
    pub const fn is_leased(&self) -> bool {
        self.flags & Self::PERMANENT == 0
    }
}

/// The addresses of a dump.
pub fn addresses(dump: &[u8]) -> impl Iterator<Item = Address> {
    messages(dump)
        .filter(|message| message.kind == Message::ADDRESS)
        .filter_map(|message| address(message.body))
}

fn address(body: &[u8]) -> Option<Address> {
    let &[_family, prefix, flags, _scope, ..] = body else { return None };
    let interface = u32_at(body, 4)?;
    let (mut own, mut peer, mut flags) = (None, None, u32::from(flags));
    for (kind, value) in attributes(body.get(HEADER_BYTES..)?) {
        match kind {
            1 => peer = ip(value),
            2 => own = ip(value),
            8 => flags = u32_at(value, 0)?,
            _ => {}
        }
    }
    // `IFA_ADDRESS` is the other end's where the two differ.
    let ip = own.or(peer)?;
    let bits = if ip.is_ipv4() { 32 } else { 128 };
    (prefix <= bits).then_some(Address { interface, ip, prefix, flags })
}
