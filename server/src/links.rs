//! The addresses of this server that others are told.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use boot::InvalidUrl;
use pin::Fingerprint;

use crate::settings::{Advertise, Settings};
use crate::transport::Connection;

/// How this server can be reached, as far as it can know.
#[derive(Debug, Clone)]
pub struct Links {
    advertise: Option<Advertise>,
    http: Vec<SocketAddr>,
    tls: Vec<SocketAddr>,
}

impl Links {
    /// From the settings, with the ports that the listeners really got.
    #[must_use]
    pub fn new(settings: &Settings, http: Vec<SocketAddr>, tls: Vec<SocketAddr>) -> Self {
        Self { advertise: settings.advertise.clone(), http, tls }
    }

    /// `http://HOST:PORT` for iPXE: the advertised host, or our end of this connection. Never the Host header.
    #[must_use]
    pub fn boot(&self, connection: &Connection) -> String {
        let port = if connection.tls {
            self.http.first().map_or(80, SocketAddr::port)
        } else {
            connection.local.port()
        };
        format!("http://{}:{port}", self.host(connection))
    }

    /// `https://HOST:PORT` for the agent that boots over this connection.
    #[must_use]
    pub fn agent(&self, connection: &Connection) -> String {
        format!("https://{}:{}", self.host(connection), self.tls_port())
    }

    /// What the boot scripts for this connection say.
    ///
    /// # Errors
    /// The advertised host can't stand in a script.
    pub fn boot_links(
        &self,
        connection: &Connection,
        pin: &Fingerprint,
    ) -> Result<boot::links::Links, InvalidUrl> {
        Ok(boot::links::Links {
            boot: self.boot(connection).parse()?,
            server: self.agent(connection).parse()?,
            pin: pin.0,
        })
    }

    /// What the boot scripts for this client say, where it did not come by HTTP.
    ///
    /// # Errors
    /// The advertised host can't stand in a script.
    pub fn boot_links_to(&self, client: IpAddr, pin: &Fingerprint) -> Result<boot::links::Links, InvalidUrl> {
        let bound = self.http.first().copied().unwrap_or(SocketAddr::from(([0, 0, 0, 0], 80)));
        let ip = Some(bound.ip()).filter(|ip| !ip.is_unspecified()).or_else(|| address_towards(client));
        let local = SocketAddr::new(ip.unwrap_or(bound.ip()), bound.port());
        self.boot_links(&Connection { tls: false, peer: SocketAddr::new(client, 0), local }, pin)
    }

    /// `https://HOST:PORT` for messages and the command line, where there is no connection to take it from.
    #[must_use]
    pub fn page(&self) -> String {
        if let Some(advertise) = &self.advertise {
            return format!("https://{}:{}", advertise.host, self.tls_port());
        }
        let bound = self.tls.first().copied().unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8443)));
        let ip = if bound.ip().is_unspecified() {
            outgoing_address().unwrap_or(loopback(bound))
        } else {
            bound.ip()
        };
        format!("https://{}", SocketAddr::new(ip, bound.port()))
    }

    /// Where a machine's DHCP answer must point: for people who set that up.
    #[must_use]
    pub fn boot_page(&self) -> String {
        let page = self.page();
        let host = page.trim_start_matches("https://").rsplit_once(':').map_or("", |(host, _)| host);
        format!("http://{host}:{}{}", self.http.first().map_or(80, SocketAddr::port), boot::links::ENTRY)
    }

    /// `https://…` for the commands on this machine.
    #[must_use]
    pub fn here(&self) -> String {
        let bound = self.tls.first().copied().unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8443)));
        let ip = if bound.ip().is_unspecified() { loopback(bound) } else { bound.ip() };
        format!("https://{}", SocketAddr::new(ip, bound.port()))
    }

    /// This server's IPv4 address for machines in the network that `towards` lies in: the advertised one, the one that is
    /// listened on, or our end of the way there. Nothing where only this machine itself could use it.
    #[must_use]
    pub fn machines_reach(&self, towards: Option<Ipv4Addr>) -> Option<Ipv4Addr> {
        let advertised = self.advertise.as_ref().and_then(|advertise| advertise.host.parse().ok());
        let bound = || match self.http.first()?.ip() {
            IpAddr::V4(ip) if !ip.is_unspecified() => Some(ip),
            _ => None,
        };
        let on_the_way = || match address_towards(IpAddr::V4(towards?))? {
            IpAddr::V4(ip) => Some(ip),
            IpAddr::V6(_) => None,
        };
        advertised.or_else(bound).or_else(on_the_way).filter(|ip: &Ipv4Addr| !ip.is_loopback())
    }

    /// The ports of plain HTTP and of TLS that others are told.
    #[must_use]
    pub fn ports(&self) -> (u16, u16) {
        (self.http.first().map_or(80, SocketAddr::port), self.tls_port())
    }

    fn host(&self, connection: &Connection) -> String {
        match &self.advertise {
            Some(advertise) => advertise.host.clone(),
            None => match connection.local.ip().to_canonical() {
                IpAddr::V4(ip) => ip.to_string(),
                IpAddr::V6(ip) => format!("[{ip}]"),
            },
        }
    }

    fn tls_port(&self) -> u16 {
        let advertised = self.advertise.as_ref().and_then(|advertise| advertise.port);
        advertised.unwrap_or_else(|| self.tls.first().map_or(443, SocketAddr::port))
    }
}

fn loopback(bound: SocketAddr) -> IpAddr {
    if bound.is_ipv4() { IpAddr::from([127, 0, 0, 1]) } else { IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1_u16]) }
}

/// The address that this machine's default route goes out from. 192.0.2.1 is nobody's (RFC 5737).
pub(crate) fn outgoing_address() -> Option<IpAddr> {
    address_towards(IpAddr::from([192, 0, 2, 1]))
}

/// Our address on the way to this one. Nothing is sent: connecting a UDP socket only asks the kernel's routing table.
fn address_towards(peer: IpAddr) -> Option<IpAddr> {
    let any = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = std::net::UdpSocket::bind(any).ok()?;
    socket.connect((peer, 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_unspecified())
}

/// A part of a path or query, with everything that has a meaning there escaped.
pub(crate) fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::ServeArgs;

    fn links(advertise: Option<&str>) -> Links {
        let args = ServeArgs { advertise: advertise.map(str::to_owned), ..ServeArgs::default() };
        let settings = Settings::assemble(args).unwrap();
        let (http, tls) = (settings.listen.clone(), settings.listen_tls.clone());
        Links::new(&settings, http, tls)
    }

    fn connection(local: &str, tls: bool) -> Connection {
        Connection { tls, peer: "10.0.0.9:1024".parse().unwrap(), local: local.parse().unwrap() }
    }

    #[test]
    fn scripts_name_the_address_that_the_machine_reached() {
        let links = links(None);
        let plain = connection("10.0.0.1:8080", false);
        assert_eq!(links.boot(&plain), "http://10.0.0.1:8080");
        assert_eq!(links.agent(&plain), "https://10.0.0.1:8443");
        assert_eq!(links.boot(&connection("[fd00::1]:8443", true)), "http://[fd00::1]:8080");
        assert_eq!(links.boot(&connection("[::ffff:10.0.0.1]:8080", false)), "http://10.0.0.1:8080");
    }

    #[test]
    fn an_advertised_address_wins() {
        let links = links(Some("https://muster.lan"));
        assert_eq!(links.agent(&connection("10.0.0.1:8080", false)), "https://muster.lan:443");
        assert_eq!(links.boot(&connection("10.0.0.1:8080", false)), "http://muster.lan:8080");
        assert_eq!(links.page(), "https://muster.lan:443");
        assert_eq!(links.here(), "https://127.0.0.1:8443");
    }

    #[test]
    fn machines_are_told_an_address_that_is_not_this_machines_alone() {
        let towards = Some(Ipv4Addr::LOCALHOST);
        assert_eq!(links(None).machines_reach(towards), None);
        assert_eq!(links(None).machines_reach(None), None);
        let advertised = links(Some("https://10.0.0.7:8443"));
        assert_eq!(advertised.machines_reach(towards), Some(Ipv4Addr::new(10, 0, 0, 7)));
        // A name says nothing to a firmware's TFTP.
        assert_eq!(links(Some("https://muster.lan")).machines_reach(towards), None);
        assert_eq!(advertised.ports(), (8080, 8443));
    }

    #[test]
    fn names_can_not_leave_their_place_in_a_path() {
        assert_eq!(escape("node-1_a.b~"), "node-1_a.b~");
        assert_eq!(escape("../x?y=z&é"), "..%2Fx%3Fy%3Dz%26%C3%A9");
    }
}
