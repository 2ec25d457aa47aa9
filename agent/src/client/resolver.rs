//! Finds the server's address by the name servers that DHCP gave, and by no others.
//!
//! No `getaddrinfo`: in a static binary it loads whatever modules `nsswitch.conf` names, built for another C library. And
//! no public name server in place of a missing `resolv.conf`: the site's names are nobody's business.

use std::net::SocketAddr;
use std::path::PathBuf;

use hickory_resolver::TokioResolver;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::system_conf::parse_resolv_conf;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

const RESOLV_CONF: &str = "/etc/resolv.conf";
const DNS_PORT: u16 = 53;

/// Why a name has no address.
#[derive(Debug, thiserror::Error)]
enum Unresolved {
    #[error("{path} names no name server, so {name} can't be looked up: give the server as an IP address")]
    NoNameServer {
        path: String,
        name: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("looking up {name}")]
    Failed {
        name: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
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
        let resolver = self.resolver().map_err(|source| Unresolved::NoNameServer {
            path: self.resolv_conf.display().to_string(),
            name: name.clone(),
            source,
        })?;
        let found = resolver.lookup_ip(name.as_str()).await;
        let found = found.map_err(|error| Unresolved::Failed { name, source: error.into() })?;
        Ok(found.iter().map(|address| SocketAddr::new(address, 0)).collect())
    }

    fn resolver(&self) -> Result<TokioResolver, Box<dyn std::error::Error + Send + Sync>> {
        let (mut config, options) = parse_resolv_conf(std::fs::read(&self.resolv_conf)?)?;
        for connection in config.name_servers.iter_mut().flat_map(|server| &mut server.connections) {
            connection.port = self.port;
        }
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        Ok(builder.with_options(options).build()?)
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
