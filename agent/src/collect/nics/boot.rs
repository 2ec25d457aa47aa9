//! Which card the machine booted from.

mod efi;

use inventory::MacAddr;
use inventory::sections::Nic;

use crate::probe::Probe;

/// Where the kernel shows what the firmware booted by iSCSI with.
const IBFT: &str = "/sys/firmware/ibft";
/// iBFT, "flags" of a network card: the firmware booted from this one.
const BOOT_SELECTED: u8 = 0x02;

/// An address, in as many octets as whoever named it did.
#[derive(Debug, PartialEq, Eq)]
enum Address {
    Mac(MacAddr),
    /// Of an InfiniBand port.
    Guid([u8; 8]),
}

/// The boot loader names the card by `BOOTIF=01-52-54-00-aa-00-01`. A USB dongle or a BMC's interface may carry the same
/// address as a card: then it was the card.
pub(super) fn mark(probe: &Probe, nics: &mut [Nic]) {
    let named = named_by_loader(probe).or_else(|| named_by_ibft(probe));
    let Some(address) = named.or_else(|| efi::booted_from(probe).map(Address::Mac)) else { return };
    let is_it = |nic: &Nic| nic.physical && address.is_of(nic);
    let not_usb = nics.iter().position(|nic| is_it(nic) && !nic.usb);
    let found = not_usb.or_else(|| nics.iter().position(is_it));
    if let Some(nic) = found.and_then(|index| nics.get_mut(index)) {
        nic.boot = true;
    }
}

fn named_by_loader(probe: &Probe) -> Option<Address> {
    let cmdline = crate::collect::os::arguments(probe)?;
    let value = cmdline.split_whitespace().find_map(|word| word.strip_prefix("BOOTIF="))?;
    bootif(value.trim_matches('"'))
}

fn named_by_ibft(probe: &Probe) -> Option<Address> {
    let cards = probe.names(IBFT).into_iter().filter(|name| name.starts_with("ethernet"));
    let selected = cards.map(|name| format!("{IBFT}/{name}")).find(|card| {
        probe.number::<u8>(&format!("{card}/flags")).is_some_and(|flags| flags & BOOT_SELECTED != 0)
    });
    Some(Address::Mac(probe.number(&format!("{}/mac", selected?))?))
}

/// The hardware type (1 Ethernet, 20 InfiniBand, both in hex), then the address; some leave the type out.
fn bootif(value: &str) -> Option<Address> {
    let octets: Option<Vec<u8>> =
        value.split(['-', ':']).map(|octet| u8::from_str_radix(octet, 16).ok()).collect();
    match *octets?.as_slice() {
        [a, b, c, d, e, f] | [_, a, b, c, d, e, f] => Some(Address::Mac(MacAddr::new([a, b, c, d, e, f]))),
        [_, ref address @ ..] => Some(Address::Guid(*address.last_chunk()?)),
        [] => None,
    }
}

impl Address {
    fn is_of(&self, nic: &Nic) -> bool {
        let guid = nic.port_guid.as_deref().and_then(guid);
        match self {
            Self::Mac(mac) => {
                // A loader that knows addresses of six octets only leaves the middle of a port's eight out.
                let short = guid.map(|[a, b, c, _, _, f, g, h]| MacAddr::new([a, b, c, f, g, h]));
                [nic.permanent_mac, nic.mac, short].contains(&Some(*mac))
            }
            Self::Guid(octets) => guid.as_ref() == Some(octets),
        }
    }
}

fn guid(text: &str) -> Option<[u8; 8]> {
    hex::decode(text.replace(':', "")).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_loader_names_a_card_with_and_without_its_kind() {
        let mac = Some(Address::Mac("52:54:00:aa:00:01".parse().unwrap()));
        for named in
            ["01-52-54-00-aa-00-01", "01:52:54:00:AA:00:01", "52:54:00:aa:00:01", "20-52-54-00-aa-00-01"]
        {
            assert_eq!(bootif(named), mac, "{named}");
        }
        let guid = Some(Address::Guid([0x50, 0x6b, 0x4b, 3, 0, 0xc5, 1, 2]));
        assert_eq!(bootif("20-50-6b-4b-03-00-c5-01-02"), guid);
        assert_eq!(bootif("20-80-00-00-48-fe-80-00-00-00-00-00-00-50-6b-4b-03-00-c5-01-02"), guid);
        for junk in ["", "01", "01-", "zz-52-54-00-aa-00-01", "1-2-3-4-5", "01-52-54-00-aa-00-001ff"] {
            assert_eq!(bootif(junk), None, "{junk}");
        }
    }

    #[test]
    fn a_port_of_infiniband_is_known_by_its_guid_and_what_is_left_of_it() {
        let nic = Nic { port_guid: Some("506b:4b03:00c5:0102".into()), ..Nic::default() };
        assert!(bootif("20-50-6b-4b-03-00-c5-01-02").unwrap().is_of(&nic));
        assert!(bootif("20-50-6b-4b-c5-01-02").unwrap().is_of(&nic));
        assert!(!bootif("20-50-6b-4b-c5-01-03").unwrap().is_of(&nic));
    }

    proptest! {
        #[test]
        fn any_words_are_survived(value: String) {
            bootif(&value);
        }
    }
}
