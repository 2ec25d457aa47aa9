//! What can be wrong.

use std::fmt;
use std::net::Ipv4Addr;

use inventory::MacAddr;

use crate::dhcp::Offer;
use crate::firmware::Executable;
use crate::http::HttpFault;
use crate::tftp::TftpFault;

/// A DHCP server, as it is told from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Party {
    /// Its address, as it gives it.
    pub(crate) server: Ipv4Addr,
    /// The card that its packets come from.
    pub(crate) mac: MacAddr,
    /// The file that it names.
    pub(crate) file: String,
}

/// Why a hop is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Cause {
    /// No offer came.
    #[error("no DHCP server answers")]
    DhcpSilent,
    /// No offer came for a foreign MAC, and one for the card's own.
    #[error(
        "DHCP answers this card's own MAC and not another machine's behind the same port: a switch drops it, or the server knows its clients by name"
    )]
    DhcpFiltered,
    /// Only ProxyDHCP servers offer anything.
    #[error("{0} offers a boot file, and no DHCP server offers an address")]
    OnlyProxy(Ipv4Addr),
    /// Two servers, and they do not say the same.
    #[error("two DHCP servers answer, and a machine takes either: {one} and {other}")]
    SecondServer {
        /// The one.
        one: Box<Party>,
        /// The other.
        other: Box<Party>,
    },
    /// One server that does not say the same twice.
    #[error("the DHCP server {server} names {one:?} one time and {other:?} the next")]
    Unsteady {
        /// The server.
        server: Ipv4Addr,
        /// One time.
        one: String,
        /// The next.
        other: String,
    },
    /// No boot file.
    #[error("the DHCP server {0} offers an address and no boot file")]
    NoBootFile(Ipv4Addr),
    /// A file and nobody to ask for it.
    #[error("the DHCP server {server} names the file {file:?} and no server to load it from")]
    NoNextServer {
        /// The server.
        server: Ipv4Addr,
        /// The file.
        file: String,
    },
    /// UEFI HTTP Boot's mark is missing.
    #[error("the DHCP server {0} does not send option 60 \"HTTPClient\" back: HTTP Boot ignores its answer")]
    NoHttpClient(Ipv4Addr),
    /// A file name for one that wants a URL.
    #[error("DHCP names the file {0:?}: HTTP Boot needs a whole http:// URL")]
    NotAUrl(String),
    /// A URL for one that wants a file name.
    #[error("DHCP names the URL {0:?}: this firmware loads by TFTP and takes it for a file name")]
    UrlForTftp(String),
    /// iPXE is given what loaded it.
    #[error("iPXE is offered {0:?}, the loader, again: it loads itself for ever")]
    Loop(String),
    /// TFTP.
    #[error(transparent)]
    Tftp(#[from] TftpFault),
    /// TFTP, where the address stands in the server's name instead.
    #[error("{fault}; DHCP gives the address {name} as the server's *name*, which firmware does not read")]
    AddressAsName {
        /// What became of the address that was asked instead.
        fault: TftpFault,
        /// The address.
        name: Ipv4Addr,
    },
    /// HTTP.
    #[error("{url}: {fault}")]
    Http {
        /// What was asked for.
        url: String,
        /// What came of it.
        fault: HttpFault,
    },
    /// A program that this firmware can't run.
    #[error("{file:?} is {is}, and this firmware runs {needs}")]
    WrongProgram {
        /// The file.
        file: String,
        /// What it is.
        is: Executable,
        /// What it should be.
        needs: Executable,
    },
    /// No program at all.
    #[error("{file:?} is no program: {is}")]
    NoProgram {
        /// The file.
        file: String,
        /// What it is.
        is: &'static str,
    },
    /// A script that is none, or stops.
    #[error("{url}: {why}{line}")]
    Script {
        /// Where the first script came from.
        url: String,
        /// Why.
        why: String,
        /// The line where it stops.
        line: Line,
    },
}

/// A line of a script, where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Line(pub String);

impl Cause {
    /// The cause in one word, for programs. Stable.
    #[must_use]
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::DhcpSilent => "dhcp-silent",
            Self::DhcpFiltered => "dhcp-filtered",
            Self::OnlyProxy(_) => "no-address",
            Self::SecondServer { .. } => "second-dhcp-server",
            Self::Unsteady { .. } => "unsteady-dhcp",
            Self::NoBootFile(_) => "no-boot-file",
            Self::NoNextServer { .. } => "no-next-server",
            Self::NoHttpClient(_) => "no-http-client",
            Self::NotAUrl(_) => "no-url",
            Self::UrlForTftp(_) => "url-for-tftp",
            Self::Loop(_) => "loop",
            Self::AddressAsName { .. } => "address-as-name",
            Self::WrongProgram { .. } => "wrong-program",
            Self::NoProgram { .. } => "no-program",
            Self::Script { .. } => "script-stops",
            Self::Tftp(fault) => match fault {
                TftpFault::NoHost(_) => "no-host",
                TftpFault::Closed(_) => "port-closed",
                TftpFault::Silent(_) | TftpFault::Local { .. } => "no-answer",
                TftpFault::Missing { .. } => "missing-file",
                TftpFault::Refused { .. } => "refused",
                TftpFault::LargeBlocksLost(_) => "mtu",
                TftpFault::Stalled { .. } => "stalled",
                TftpFault::Cut { .. } => "cut",
                TftpFault::TooLong { .. } => "no-program",
            },
            Self::Http { fault, .. } => match fault {
                HttpFault::NoUrl => "no-url",
                HttpFault::Tls => "https",
                HttpFault::NoName(_) => "no-name",
                HttpFault::NoHost => "no-host",
                HttpFault::Closed => "port-closed",
                HttpFault::Silent => "no-answer",
                HttpFault::Stalled { .. } => "stalled",
                HttpFault::Cut { .. } => "cut",
                HttpFault::Redirect { .. } => "redirect",
                HttpFault::Missing(_) => "missing-file",
                HttpFault::Status(_) => "refused",
                HttpFault::NoHead(_) => "no-head",
                HttpFault::NoLength => "no-length",
                HttpFault::TooLong => "no-program",
                HttpFault::Broken(_) => "no-http",
            },
        }
    }
}

impl From<&Offer> for Party {
    fn from(offer: &Offer) -> Self {
        Self { server: offer.server, mac: offer.server_mac, file: offer.file.clone() }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, ", self.server, self.mac)?;
        if self.file.is_empty() { f.write_str("no boot file)") } else { write!(f, "names {:?})", self.file) }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ", at `{}`", self.0) }
    }
}
