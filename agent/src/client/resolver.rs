//! Finds the server's address by the name servers that DHCP gave, and by no others.
//!
//! No `getaddrinfo`: in a static binary it loads whatever modules `nsswitch.conf` names, built for another C library. And
//! no public name server in place of a missing `resolv.conf`: the site's names are nobody's business. A stub and no more:
//! the resolver libraries, with their caches, transports and record types, are a tenth of this binary.

mod conf;
mod message;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::UdpSocket;
use tokio::time::timeout;

use conf::Conf;
use message::{Answer, Record};

const RESOLV_CONF: &str = "/etc/resolv.conf";
const DNS_PORT: u16 = 53;
/// Each server is asked this often, and waited for so long each time.
const ROUNDS: usize = 2;
const PATIENCE: Duration = Duration::from_secs(2);
/// Larger than any answer that comes without being asked for more.
const ANSWER_LIMIT_BYTES: usize = 4096;

/// Why a name has no address.
#[derive(Debug, thiserror::Error)]
enum Unresolved {
    #[error("{path} can't be read, so {name} can't be looked up: give the server as an IP address")]
    NoConf {
        path: String,
        name: String,
        #[source]
        source: io::Error,
    },
    #[error("{path} names no name server, so {name} can't be looked up: give the server as an IP address")]
    NoNameServer { path: String, name: String },
    #[error("{name} is no host name")]
    NoName { name: String },
    #[error("the site's name servers know no address of {name}")]
    Unknown { name: String },
    #[error("the name server {server} does not answer for {name}: {why}")]
    NoAnswer { server: IpAddr, name: String, why: String },
}

/// Looks names up as `resolv.conf` says. It is read each time: DHCP may bring it after the agent has started.
#[derive(Debug, Clone)]
pub(super) struct SiteResolver {
    resolv_conf: PathBuf,
    port: u16,
}

impl Default for SiteResolver {
    fn default() -> Self {
        Self { resolv_conf: RESOLV_CONF.into(), port: DNS_PORT }
    }
}

impl SiteResolver {
    async fn look_up(&self, name: String) -> Result<Vec<SocketAddr>, Unresolved> {
        if name == "localhost" {
            return Ok(vec![([127, 0, 0, 1], 0).into()]);
        }
        let path = || self.resolv_conf.display().to_string();
        let text = std::fs::read_to_string(&self.resolv_conf).map_err(|source| Unresolved::NoConf {
            path: path(),
            name: name.clone(),
            source,
        })?;
        let conf = Conf::parse(&text);
        if conf.servers.is_empty() {
            return Err(Unresolved::NoNameServer { path: path(), name });
        }
        for candidate in conf.candidates(&name) {
            let (four, six) = tokio::join!(
                self.ask_all(&conf, &candidate, Record::A),
                self.ask_all(&conf, &candidate, Record::Aaaa)
            );
            // One kind of address will do.
            let found = match (four, six) {
                (Ok(four), Ok(six)) => [four, six].concat(),
                (Ok(some), Err(_)) | (Err(_), Ok(some)) if !some.is_empty() => some,
                (Err(error), _) | (_, Err(error)) => return Err(error),
            };
            if !found.is_empty() {
                return Ok(found.into_iter().map(|address| SocketAddr::new(address, 0)).collect());
            }
        }
        Err(Unresolved::Unknown { name })
    }

    /// Asks the servers in their order; the first that answers is believed.
    async fn ask_all(&self, conf: &Conf, name: &str, record: Record) -> Result<Vec<IpAddr>, Unresolved> {
        let mut failed = Unresolved::NoName { name: name.to_owned() };
        for server in (0..ROUNDS).flat_map(|_| &conf.servers) {
            let why = match self.ask(*server, name, record).await {
                Ok(Some(Answer::Addresses(addresses))) => return Ok(addresses),
                Ok(Some(Answer::NoSuchName)) => return Ok(Vec::new()),
                Ok(Some(Answer::Failed(code))) => format!("it answers with error {code}"),
                Ok(None) => return Err(Unresolved::NoName { name: name.to_owned() }),
                Err(error) => error.to_string(),
            };
            failed = Unresolved::NoAnswer { server: *server, name: name.to_owned(), why };
        }
        Err(failed)
    }

    /// Asks one server; `None` when the name is none.
    async fn ask(&self, server: IpAddr, name: &str, record: Record) -> io::Result<Option<Answer>> {
        let mut id = [0; 2];
        getrandom::fill(&mut id).map_err(io::Error::other)?;
        let Some(question) = message::question(u16::from_be_bytes(id), name, record) else { return Ok(None) };
        let here: IpAddr =
            if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        // Its own port each time: who would answer in the server's place has to guess that, too.
        let socket = UdpSocket::bind((here, 0)).await?;
        socket.connect((server, self.port)).await?;
        socket.send(&question).await?;
        let answered = async {
            let mut bytes = [0; ANSWER_LIMIT_BYTES];
            loop {
                let length = socket.recv(&mut bytes).await?;
                if let Some(answer) = message::answer(bytes.get(..length).unwrap_or_default(), &question) {
                    return Ok(Some(answer));
                }
            }
        };
        timeout(PATIENCE, answered).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Resolve for SiteResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.look_up(name.as_str().to_owned()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
