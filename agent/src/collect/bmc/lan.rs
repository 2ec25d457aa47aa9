//! The controller's network ports.

use decode::ipmi::lan::{self, CHANNELS, Parameter, Source};
use inventory::MacAddr;
use inventory::sections::{AddressSource, BmcIpv6, BmcLan};

use super::Interface;

/// Of addresses of one kind no more are asked for.
const IPV6_LIMIT: u8 = 16;

/// All ports, sorted by channel.
pub(super) fn ports(interface: &Interface) -> Vec<BmcLan> {
    let is_port = |channel: &u8| {
        let info = interface.ask(&lan::channel_request(*channel));
        info.is_some_and(|data| lan::is_ethernet(*channel, &data))
    };
    CHANNELS.filter(is_port).map(|channel| port(interface, channel)).collect()
}

fn port(interface: &Interface, channel: u8) -> BmcLan {
    let value = |parameter| value(interface, channel, parameter);
    let mac = value(Parameter::Mac).and_then(|it| lan::mac(&it)).map(MacAddr::new);
    BmcLan {
        channel,
        mac: mac.filter(|mac| mac.is_unicast()),
        address: value(Parameter::Address).and_then(|it| lan::ipv4(&it)),
        mask: value(Parameter::Mask).and_then(|it| lan::mask(&it)),
        gateway: value(Parameter::Gateway).and_then(|it| lan::ipv4(&it)),
        source: value(Parameter::Source).and_then(|it| lan::source(&it)).map(source),
        vlan: value(Parameter::Vlan).and_then(|it| lan::vlan(&it)),
        ipv6: ipv6(interface, channel),
    }
}

fn value(interface: &Interface, channel: u8, parameter: Parameter) -> Option<Vec<u8>> {
    let data = interface.ask(&lan::parameter_request(channel, parameter))?;
    lan::value(&data).map(<[u8]>::to_vec)
}

/// A controller without IPv6 refuses the first question, and costs no more.
fn ipv6(interface: &Interface, channel: u8) -> Vec<BmcIpv6> {
    let counts = value(interface, channel, Parameter::Ipv6Status).and_then(|it| lan::ipv6_counts(&it));
    let Some((fixed, dynamic)) = counts else { return Vec::new() };
    let fixed = (0..fixed.min(IPV6_LIMIT)).map(Parameter::Ipv6Static);
    let dynamic = (0..dynamic.min(IPV6_LIMIT)).map(Parameter::Ipv6Dynamic);
    let address = |parameter| {
        let found = lan::ipv6(parameter, &value(interface, channel, parameter)?)?;
        Some(BmcIpv6 {
            address: found.address,
            prefix_length: found.prefix_length,
            source: source(found.source),
        })
    };
    let mut addresses: Vec<_> = fixed.chain(dynamic).filter_map(address).collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

const fn source(source: Source) -> AddressSource {
    match source {
        Source::Static => AddressSource::Static,
        Source::Dhcp => AddressSource::Dhcp,
        Source::Slaac => AddressSource::Slaac,
        Source::Software => AddressSource::Software,
        Source::Other => AddressSource::Other,
    }
}
