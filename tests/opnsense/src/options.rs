//! What the fake shall be.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::dnsmasq::Runner;
use crate::release::Release;
use crate::site::Site;
use crate::user::User;

/// What it shall be.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether by TLS.
    pub tls: bool,
    /// Which OPNsense it is.
    pub release: Release,
    /// Whether os-haproxy is installed.
    pub haproxy: bool,
    /// Who has a key.
    pub users: Vec<User>,
    /// Its interfaces and its web page.
    pub site: Site,
    /// What dnsmasq does with its file.
    pub dnsmasq: Runner,
    /// Where its files are; absent: in a folder of its own that goes with it. One that holds a state is taken up again;
    /// its history begins anew.
    pub folder: Option<PathBuf>,
    /// How long Unbound takes to start.
    pub unbound_start: Duration,
    /// How much larger `config.xml` is than it need be.
    pub ballast_bytes: usize,
}

impl Options {
    /// The usual site, with that release.
    #[must_use]
    pub fn new(release: Release) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: true,
            release,
            haproxy: true,
            users: vec![User::root(), User::muster(), User::read_only()],
            site: Site::default(),
            dnsmasq: Runner::Test,
            folder: None,
            unbound_start: Duration::from_millis(300),
            ballast_bytes: 0,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new(Release::V26_1_11)
    }
}
