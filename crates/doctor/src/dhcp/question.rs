//! A question, as the firmware itself would ask it.

use std::net::Ipv4Addr;

use inventory::MacAddr;

use super::options::put;
use super::{COOKIE, DISCOVER, REQUEST, code};
use crate::firmware::{Firmware, IpxeBuild, LoadsBy};

/// What firmware wants to be told: mask, router, DNS, host, domain, root path, MTU, broadcast, vendor's, lease, server, its
/// two times, class, server name and file, machine, and PXE's own.
const WANTED: [u8; 24] =
    [1, 3, 6, 12, 15, 17, 26, 28, 43, 51, 54, 58, 59, 60, 66, 67, 97, 128, 129, 130, 131, 132, 133, 135];
/// What firmware can take. Less than 1500, more than the 576 that each must.
const MAX_MESSAGE: u16 = 1472;
/// BOOTP's shortest: some old servers and relays drop what is shorter.
const MIN_MESSAGE: usize = 300;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// The firmware itself: no user class, no option 175.
    Firmware(&'static Firmware),
    /// iPXE, which says so in both. (Also a card whose ROM is iPXE: it begins here.)
    Ipxe(&'static IpxeBuild),
}

/// One DHCPDISCOVER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Question {
    /// Its number: answers carry it.
    pub(crate) xid: u32,
    /// The machine that is played.
    pub(crate) mac: MacAddr,
    /// Who asks.
    pub(crate) speaker: Speaker,
}

impl Speaker {
    fn architecture(self) -> u16 {
        match self {
            Self::Firmware(firmware) => firmware.code,
            Self::Ipxe(build) => build.asks_as,
        }
    }

    fn vendor_class(self) -> String {
        let client = match self {
            Self::Firmware(firmware) if firmware.loads_by == LoadsBy::Http => "HTTPClient",
            _ => "PXEClient",
        };
        let architecture = self.architecture();
        let interface = if architecture == 0 { "002001" } else { "003010" };
        format!("{client}:Arch:{architecture:05}:UNDI:{interface}")
    }
}

impl Question {
    /// The question as a broadcast.
    #[must_use]
    pub(crate) fn discover(&self) -> Vec<u8> {
        self.message(DISCOVER, Ipv4Addr::UNSPECIFIED)
    }

    /// The question that a ProxyDHCP server is asked on port 4011, from an address that the asker has.
    #[must_use]
    pub(crate) fn for_proxy(&self, own: Ipv4Addr) -> Vec<u8> {
        self.message(REQUEST, own)
    }

    fn message(&self, kind: u8, own: Ipv4Addr) -> Vec<u8> {
        // A request to anybody; Ethernet; six octets; no hops.
        let mut message = vec![1, 1, 6, 0];
        message.extend(self.xid.to_be_bytes());
        // Zero seconds. The answer is wanted as a broadcast: this card's own address is another than the machine's.
        message.extend([0, 0, 0x80, 0]);
        message.extend(own.octets());
        message.extend([0; 12]);
        message.extend(self.mac.octets());
        message.extend([0; 10 + 64 + 128]);
        message.extend(COOKIE);
        put(&mut message, code::KIND, &[kind]);
        put(&mut message, code::WANTED, &WANTED);
        put(&mut message, code::MAX_BYTES, &MAX_MESSAGE.to_be_bytes());
        put(&mut message, code::VENDOR_CLASS, self.speaker.vendor_class().as_bytes());
        put(&mut message, code::ARCHITECTURE, &self.speaker.architecture().to_be_bytes());
        let version = if self.speaker.architecture() == 0 { [2, 1] } else { [3, 10] };
        put(&mut message, code::INTERFACE, &[&[1], &version[..]].concat());
        put(&mut message, code::MACHINE, &self.machine());
        if let Speaker::Ipxe(_) = self.speaker {
            // The bare word, as iPXE says it: no lengths of RFC 3004.
            put(&mut message, code::USER_CLASS, b"iPXE");
            // Bus and device of a card, iPXE's version, and two of the things that it can do: HTTP, and menus.
            let features = [177, 5, 1, 0x1a, 0xf4, 0x10, 0, 235, 3, 1, 21, 1, 19, 1, 1, 39, 1, 1];
            put(&mut message, code::IPXE, &features);
        }
        message.push(255);
        message.resize(message.len().max(MIN_MESSAGE), 0);
        message
    }

    /// A UUID that is the machine's alone: the MAC where version 1 has one.
    fn machine(&self) -> [u8; 17] {
        let mut uuid = [0; 17];
        for (place, octet) in uuid.iter_mut().skip(11).zip(self.mac.octets()) {
            *place = octet;
        }
        uuid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(speaker: Speaker) -> Vec<u8> {
        Question { xid: 0x0102_0304, mac: "02:00:00:00:00:07".parse().unwrap(), speaker }.discover()
    }

    fn has(message: &[u8], option: &[u8]) -> bool {
        message.windows(option.len()).any(|window| window == option)
    }

    #[test]
    fn firmware_says_what_it_is_and_not_that_it_is_ipxe() {
        let message = question(Speaker::Firmware(Firmware::by_code(16).unwrap()));
        assert_eq!(message[..12], [1, 1, 6, 0, 1, 2, 3, 4, 0, 0, 0x80, 0]);
        assert_eq!(message[28..34], [2, 0, 0, 0, 0, 7]);
        assert!(has(&message, &[93, 2, 0, 16]));
        assert!(has(&message, b"HTTPClient:Arch:00016:UNDI:003010"));
        assert!(!has(&message, b"iPXE") && message.len() >= 300);
    }

    #[test]
    fn ipxe_says_both_of_its_marks() {
        let message = question(Speaker::Ipxe(Firmware::by_code(16).unwrap().ipxe().unwrap()));
        assert!(has(&message, &[93, 2, 0, 7]), "iPXE speaks for itself, not for what loaded it");
        assert!(has(&message, b"PXEClient:Arch:00007:UNDI:003010"));
        assert!(has(&message, &[77, 4, b'i', b'P', b'X', b'E']) && has(&message, &[175, 18, 177, 5]));
    }
}
