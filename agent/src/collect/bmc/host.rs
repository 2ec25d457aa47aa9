//! Network cards inside the machine that lead to the controller (SMBIOS 3.6, 7.43; DMTF DSP0270 1.3, 6).
//!
//! Many servers show one as a USB network card, with the same address in each of them: who takes it for a way to the world,
//! or for a sign of identity, is misled.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use decode::smbios::Tables;
use inventory::MacAddr;
use inventory::sections::HostInterface;

use crate::probe::clean;

const HOST_INTERFACE: u8 = 42;
/// Type, length and handle.
const HEADER_BYTES: usize = 4;
const NETWORK: u8 = 0x40;
const REDFISH_OVER_IP: u8 = 4;
/// A machine has one or two.
const LIMIT: usize = 16;

pub(in crate::collect) fn interfaces(tables: &Tables) -> Vec<HostInterface> {
    let structures = tables.all(HOST_INTERFACE).take(LIMIT);
    structures.filter_map(|structure| decode(structure.fields().get(HEADER_BYTES..)?)).collect()
}

/// Kind, length and bytes of the card's description, then the number of protocols, and of each its kind, length and bytes.
fn decode(bytes: &[u8]) -> Option<HostInterface> {
    let [NETWORK, length, rest @ ..] = bytes else { return None };
    // Some firmware counts more than it has.
    let (card, protocols) = rest.split_at_checked(usize::from(*length)).unwrap_or((rest, &[]));
    let mut interface = card_of(card)?;
    let (mut left, mut rest) = protocols.split_first().map_or((0, &[][..]), |(count, rest)| (*count, rest));
    while left > 0
        && let [kind, length, after @ ..] = rest
        && let Some((data, after)) = after.split_at_checked(usize::from(*length))
    {
        if *kind == REDFISH_OVER_IP {
            service(data, &mut interface);
        }
        (left, rest) = (left - 1, after);
    }
    Some(interface)
}

/// Of each kind there are two editions; only the second begins with its length, and tells the MAC address.
fn card_of(bytes: &[u8]) -> Option<HostInterface> {
    let (usb, ids_at, mac_at) = match bytes.first()? {
        2 => (true, 1, None),
        3 => (false, 1, None),
        4 => (true, 2, Some(7)),
        5 => (false, 2, Some(10)),
        _ => return None,
    };
    let id = |offset: usize| {
        let id: [u8; 2] = bytes.get(offset..offset + 2)?.try_into().ok()?;
        Some(format!("{:04x}", u16::from_le_bytes(id)))
    };
    let mac = mac_at.and_then(|at: usize| <[u8; 6]>::try_from(bytes.get(at..at + 6)?).ok()).map(MacAddr::new);
    Some(HostInterface {
        usb,
        vendor: Some(id(ids_at)?),
        device: Some(id(ids_at + 2)?),
        mac: mac.filter(|mac| mac.is_unicast()),
        ..HostInterface::default()
    })
}

/// Redfish over IP: the service's UUID (16), how the host gets its address (1), that address and its mask (1 + 16 + 16),
/// how the service's is found (1), that address and its mask (1 + 16 + 16), port (2), VLAN (4), host name (1 + n).
fn service(data: &[u8], interface: &mut HostInterface) {
    interface.host_address = address(data, 17);
    interface.redfish_address = address(data, 51);
    let port = data.get(84..86).and_then(|port| <[u8; 2]>::try_from(port).ok()).map(u16::from_le_bytes);
    interface.redfish_port = port.filter(|port| *port != 0);
    let length = data.get(90).copied().unwrap_or(0);
    let name = data.get(91..).and_then(|rest| rest.get(..usize::from(length)));
    interface.redfish_name = name.and_then(clean);
}

/// An address of 4 or 16 bytes, by the format before it; `None` where there is none.
fn address(data: &[u8], at: usize) -> Option<IpAddr> {
    let (format, octets) = data.get(at..at + 17)?.split_first()?;
    let address = match format {
        1 => IpAddr::from(Ipv4Addr::from(*octets.first_chunk::<4>()?)),
        2 => IpAddr::from(Ipv6Addr::from(*octets.first_chunk::<16>()?)),
        _ => return None,
    };
    (!address.is_unspecified()).then_some(address)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A USB network card of the second edition, with a Redfish service behind it.
    fn supermicro() -> Vec<u8> {
        let mut data = vec![0; 91];
        data[16] = 1;
        data[17..22].copy_from_slice(&[1, 169, 254, 3, 1]);
        data[50] = 1;
        data[51..56].copy_from_slice(&[1, 169, 254, 3, 254]);
        data[84..86].copy_from_slice(&443_u16.to_le_bytes());
        data[90] = 3;
        data.extend(b"bmc");
        let card = [4, 17, 0x6b, 0x04, 0xb0, 0xff, 1, 0xbe, 0x3a, 0xf2, 0xb6, 5, 9, 0, 0, 0, 0];
        let mut bytes = vec![NETWORK, u8::try_from(card.len()).unwrap()];
        bytes.extend(card);
        bytes.extend([1, REDFISH_OVER_IP, u8::try_from(data.len()).unwrap()]);
        bytes.extend(data);
        bytes
    }

    #[test]
    fn a_card_leads_to_a_service() {
        let interface = decode(&supermicro()).unwrap();
        assert!(interface.usb);
        assert_eq!((interface.vendor.as_deref(), interface.device.as_deref()), (Some("046b"), Some("ffb0")));
        assert_eq!(interface.mac.unwrap().to_string(), "be:3a:f2:b6:05:09");
        assert_eq!(interface.host_address, Some(IpAddr::from([169, 254, 3, 1])));
        assert_eq!(interface.redfish_address, Some(IpAddr::from([169, 254, 3, 254])));
        assert_eq!((interface.redfish_port, interface.redfish_name.as_deref()), (Some(443), Some("bmc")));
    }

    #[test]
    fn a_card_of_the_first_edition_tells_no_address_and_others_are_none() {
        let interface = decode(&[NETWORK, 5, 3, 0x86, 0x80, 0x33, 0x15, 0]).unwrap();
        assert_eq!((interface.usb, interface.device.as_deref(), interface.mac), (false, Some("1533"), None));
        assert_eq!((decode(&[0x02, 0]), decode(&[NETWORK, 9, 2]), decode(&[])), (None, None, None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..255)) {
            decode(&[&[NETWORK], &bytes[..]].concat());
        }

        #[test]
        fn a_real_one_cut_and_changed_is_survived(cut in 0_usize..120, at in 0_usize..100, value: u8) {
            let mut bytes = supermicro();
            bytes[at] = value;
            bytes.truncate(cut);
            decode(&bytes);
        }
    }
}
