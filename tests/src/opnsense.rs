//! An OPNsense in the room: the fake one, with the real dnsmasq that does what its pages say.

use anyhow::Context as _;
use fake_opnsense::{FakeOpnSense, Interface, Options, Release, Runner, Site, User};
use lab::Namespace;

/// Its own address on the bridge: Muster is another machine.
pub const ADDRESS: [u8; 4] = [10, 99, 0, 254];

/// Starts one on the bridge of that namespace, as a new installation is: it gives out addresses, and nothing to boot.
///
/// # Errors
/// It does not start.
pub fn start(namespace: &Namespace) -> anyhow::Result<FakeOpnSense> {
    let network = format!("{}/24", std::net::Ipv4Addr::from(ADDRESS));
    namespace.ip(&["address", "add", &network, "dev", "br0"])?;
    let mut options = Options::new(Release::V26_1_11);
    options.listen = (ADDRESS, 443).into();
    let lan = Interface {
        key: "lan".to_owned(),
        label: String::new(),
        device: "br0".to_owned(),
        address: network,
        up: true,
    };
    options.site = Site { interfaces: vec![lan], ..Site::default() };
    // Another user could not reach its folder.
    let lines = vec!["user=root".to_owned(), "log-dhcp".to_owned()];
    options.dnsmasq = Runner::Really { prefix: Vec::new(), lines };
    let started =
        namespace.enter(|| FakeOpnSense::try_start(options)).context("can't enter the namespace")?;
    started.map_err(anyhow::Error::msg)
}

/// The key that was made for Muster there, with the privileges that Muster asks for and no others.
#[must_use]
pub fn credential() -> String {
    User::muster().credential()
}
