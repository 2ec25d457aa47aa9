//! A ticket as it travels: what stands in it, and the HMAC over that. Pure.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use inventory::{MacAddr, Timestamp};
use sha2::Sha256;

use super::{Ticket, TicketError};

/// What a ticket is good for, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To trade for a host key.
    Enrol,
    /// To fetch a kickstart.
    Kickstart,
    /// To fetch an Ignition config.
    Ignition,
    /// To fetch the document of the live system that installs a node: no secret, as often as it likes.
    Live,
    /// To fetch a node's document, which holds secrets: once, for it is the arming that is used.
    Node,
    /// To say how far an installation is, and nothing else.
    Progress,
}

/// The source of a ticket that may be used from anywhere: its holder is the same machine, with another system and maybe
/// another address by then.
pub const ANYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// The server's key for tickets. Its `Debug` hides it.
#[derive(Clone)]
pub struct TicketKey([u8; 32]);

/// A ticket in writing: a secret. `Debug` and `Display` show its first 6 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

// version, purpose, MAC, address (IPv4 as mapped IPv6), generation, expiry in ms, nonce; then the HMAC-SHA256 over all of that.
const VERSION: u8 = 2;
const BODY: usize = 1 + 1 + 6 + 16 + 8 + 8 + 12;
const LEN: usize = BODY + 32;

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Enrol, Self::Kickstart, Self::Ignition, Self::Live, Self::Node, Self::Progress];

    /// In a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enrol => "enrolment",
            Self::Kickstart => "kickstart",
            Self::Ignition => "ignition",
            Self::Live => "the installing system's document",
            Self::Node => "a node's document",
            Self::Progress => "progress",
        }
    }

    const fn octet(self) -> u8 {
        match self {
            Self::Enrol => 1,
            Self::Kickstart => 2,
            Self::Ignition => 3,
            Self::Live => 4,
            Self::Node => 5,
            Self::Progress => 6,
        }
    }

    fn of_octet(octet: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.octet() == octet)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl TicketKey {
    /// From 256 random bits.
    #[must_use]
    pub const fn new(bits: [u8; 32]) -> Self {
        Self(bits)
    }

    /// Makes a ticket for one purpose, one machine and one source address (or [`ANYWHERE`]), good for `life`.
    ///
    /// # Errors
    /// The kernel's random generator's.
    pub fn mint(
        &self,
        purpose: Purpose,
        mac: MacAddr,
        source: IpAddr,
        now: Timestamp,
        life: Duration,
    ) -> Result<Token, getrandom::Error> {
        self.mint_of(0, purpose, mac, source, now, life)
    }

    /// The same, of this generation of the machine's installations.
    ///
    /// # Errors
    /// The kernel's random generator's.
    pub fn mint_of(
        &self,
        generation: i64,
        purpose: Purpose,
        mac: MacAddr,
        source: IpAddr,
        now: Timestamp,
        life: Duration,
    ) -> Result<Token, getrandom::Error> {
        let mut nonce = [0_u8; 12];
        getrandom::fill(&mut nonce)?;
        Ok(self.seal(&Ticket {
            purpose,
            mac,
            source: source.to_canonical(),
            generation,
            expires_at: now.plus(life),
            nonce,
        }))
    }

    /// Checks what a machine brought. It is used only when [`super::redeem`] has counted it, too.
    ///
    /// # Errors
    /// [`TicketError`]: forged, for another purpose, from another address, or expired.
    pub fn verify(
        &self,
        text: &str,
        purpose: Purpose,
        source: IpAddr,
        now: Timestamp,
    ) -> Result<Ticket, TicketError> {
        let ticket = self.open(text).ok_or(TicketError::Forged)?;
        let (mac, actual) = (ticket.mac, source.to_canonical());
        if ticket.purpose != purpose {
            return Err(TicketError::WrongPurpose { mac, expected: purpose, actual: ticket.purpose });
        }
        if ticket.source != ANYWHERE && ticket.source != actual {
            return Err(TicketError::WrongAddress { mac, expected: ticket.source, actual });
        }
        if now >= ticket.expires_at {
            return Err(TicketError::Expired { mac, ago: now.since(ticket.expires_at) });
        }
        Ok(ticket)
    }

    fn seal(&self, ticket: &Ticket) -> Token {
        let mut bytes = Vec::with_capacity(LEN);
        bytes.extend([VERSION, ticket.purpose.octet()]);
        bytes.extend(ticket.mac.octets());
        bytes.extend(mapped(ticket.source).octets());
        bytes.extend(ticket.generation.to_be_bytes());
        bytes.extend(ticket.expires_at.millis().to_be_bytes());
        bytes.extend(ticket.nonce);
        let tag = self.tagged(&bytes).finalize().into_bytes();
        bytes.extend(tag);
        Token(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn open(&self, text: &str) -> Option<Ticket> {
        // Before anything is decoded: what is longer than a ticket is none.
        if text.len() > LEN * 2 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, tag) = bytes.split_at_checked(BODY)?;
        self.tagged(body).verify_slice(tag).ok()?;
        let ([version, purpose], rest) = body.split_first_chunk()?;
        let (mac, rest) = rest.split_first_chunk::<6>()?;
        let (source, rest) = rest.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<8>()?;
        let (expires_at, nonce) = rest.split_first_chunk::<8>()?;
        if *version != VERSION {
            return None;
        }
        Some(Ticket {
            purpose: Purpose::of_octet(*purpose)?,
            mac: MacAddr::new(*mac),
            source: IpAddr::V6(Ipv6Addr::from(*source)).to_canonical(),
            generation: i64::from_be_bytes(*generation),
            expires_at: Timestamp(i64::from_be_bytes(*expires_at)),
            nonce: nonce.try_into().ok()?,
        })
    }

    fn tagged(&self, body: &[u8]) -> Hmac<Sha256> {
        let mut hmac = <Hmac<Sha256> as KeyInit>::new(&padded(&self.0).into());
        hmac.update(body);
        hmac
    }
}

/// HMAC's key is one block of its hash; a shorter one is filled up with zeros (RFC 2104).
fn padded(key: &[u8; 32]) -> [u8; 64] {
    let mut block = [0_u8; 64];
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    block
}

fn mapped(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    }
}

impl fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketKey(…)")
    }
}

impl Token {
    /// The whole of it, for the one script or document that carries it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.0.get(..6).unwrap_or_default())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({self})")
    }
}

#[cfg(test)]
mod tests;
