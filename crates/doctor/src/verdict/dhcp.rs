//! What the DHCP offers lead to.

use std::net::Ipv4Addr;

use super::{Cause, Fault, Hop};
use crate::dhcp::{Offer, Speaker};
use crate::firmware::LoadsBy;

/// What was heard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DhcpSeen {
    /// Every offer to this one.
    pub(crate) offers: Vec<Offer>,
    /// Whether the card's own MAC was answered, where nothing else was.
    pub(crate) own_mac_answered: bool,
}

/// Where the offers send it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Aim {
    /// A file by TFTP.
    Tftp {
        /// Whom to ask.
        server: Ipv4Addr,
        /// For what.
        file: String,
        /// An address that stands where the server's name should.
        named: Option<Ipv4Addr>,
    },
    /// A URL.
    Http {
        /// The URL.
        url: String,
    },
}

impl Aim {
    /// What DHCP named.
    #[must_use]
    pub(crate) fn file(&self) -> &str {
        match self {
            Self::Tftp { file, .. } => file,
            Self::Http { url } => url,
        }
    }
}

/// Where it goes from here.
///
/// # Errors
/// What is wrong with the offers.
pub(crate) fn aim(speaker: Speaker, seen: &DhcpSeen) -> Result<Aim, Fault> {
    let hop = match speaker {
        Speaker::Firmware(_) => Hop::Dhcp,
        Speaker::Ipxe(_) => Hop::IpxeDhcp,
    };
    aim_by(speaker, seen).map_err(|cause| Fault { hop, cause })
}

fn aim_by(speaker: Speaker, seen: &DhcpSeen) -> Result<Aim, Cause> {
    let offer = one_voice(seen)?;
    let server = offer.server;
    if offer.file.is_empty() {
        return Err(Cause::NoBootFile(server));
    }
    let url = scheme(&offer.file);
    let by_tftp = || {
        let next = offer.next_server.ok_or(Cause::NoNextServer { server, file: offer.file.clone() })?;
        let named = offer.server_name.parse().ok().filter(|named| *named != next);
        Ok(Aim::Tftp { server: next, file: offer.file.clone(), named })
    };
    match speaker {
        Speaker::Firmware(firmware) if firmware.loads_by == LoadsBy::Http => match url {
            None => Err(Cause::NotAUrl(offer.file.clone())),
            Some(_) if !offer.vendor_class.starts_with("HTTPClient") => Err(Cause::NoHttpClient(server)),
            Some(_) => Ok(Aim::Http { url: offer.file.clone() }),
        },
        Speaker::Firmware(_) if url.is_some() => Err(Cause::UrlForTftp(offer.file.clone())),
        Speaker::Firmware(_) => by_tftp(),
        Speaker::Ipxe(build) => {
            let name = offer.file.rsplit('/').next().unwrap_or_default();
            if name == build.file || Some(name) == build.alternative {
                return Err(Cause::Loop(offer.file.clone()));
            }
            match url {
                Some("tftp") => tftp_url(&offer.file).ok_or(Cause::NotAUrl(offer.file.clone())),
                Some(_) => Ok(Aim::Http { url: offer.file.clone() }),
                None => by_tftp(),
            }
        }
    }
}

/// The one offer that counts: all that give addresses must say the same, and a ProxyDHCP server may add to them.
fn one_voice(seen: &DhcpSeen) -> Result<&Offer, Cause> {
    let (full, proxies): (Vec<&Offer>, Vec<&Offer>) =
        seen.offers.iter().partition(|offer| offer.address.is_some());
    let Some(first) = full.first() else {
        return Err(match proxies.first() {
            Some(proxy) => Cause::OnlyProxy(proxy.server),
            None if seen.own_mac_answered => Cause::DhcpFiltered,
            None => Cause::DhcpSilent,
        });
    };
    // One server that changes its mind is told apart from two.
    for offer in full.iter().chain(&proxies) {
        let twin = full.iter().chain(&proxies).find(|other| {
            other.server == offer.server
                && other.address.is_some() == offer.address.is_some()
                && !other.boots_as(offer)
        });
        if let Some(twin) = twin {
            let (one, other) = (offer.file.clone(), twin.file.clone());
            return Err(Cause::Unsteady { server: offer.server, one, other });
        }
    }
    if let Some(other) = full.iter().find(|other| !other.boots_as(first)) {
        let mut parties = [first, other];
        parties.sort_by_key(|offer| offer.server);
        let [one, other] = parties.map(|offer| Box::new((*offer).into()));
        return Err(Cause::SecondServer { one, other });
    }
    let with_file = |offer: &&&Offer| !offer.file.is_empty();
    Ok(full.iter().chain(&proxies).find(with_file).unwrap_or(first))
}

fn scheme(file: &str) -> Option<&str> {
    let (scheme, _) = file.split_once("://")?;
    scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(scheme)
}

fn tftp_url(url: &str) -> Option<Aim> {
    let (server, file) = url.strip_prefix("tftp://")?.split_once('/')?;
    Some(Aim::Tftp { server: server.parse().ok()?, file: file.to_owned(), named: None })
}
