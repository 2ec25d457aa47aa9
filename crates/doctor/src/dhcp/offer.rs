//! What a server offers.

use std::net::Ipv4Addr;

use inventory::MacAddr;

use super::options::{Options, read};
use super::{ACK, COOKIE, OFFER, code};
use crate::bytes::{array, text};

const FIXED: usize = 236;
const MOST_NAME_SERVERS: usize = 8;

/// One DHCPOFFER, or a ProxyDHCP server's word. Its texts are hostile: bounded, and without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The question that it answers.
    pub(crate) xid: u32,
    /// The machine that it is for.
    pub(crate) mac: MacAddr,
    /// Who offers: option 54, or else who sent the packet.
    pub(crate) server: Ipv4Addr,
    /// The card that sent it: the server's, or the relay's.
    pub(crate) server_mac: MacAddr,
    /// The address that the machine would get; none in a ProxyDHCP server's offer.
    pub(crate) address: Option<Ipv4Addr>,
    /// `siaddr`: whom to ask for the file.
    pub(crate) next_server: Option<Ipv4Addr>,
    /// Option 66, or the field `sname`.
    pub(crate) server_name: String,
    /// Option 67, or the field `file`.
    pub(crate) file: String,
    /// Option 60.
    pub(crate) vendor_class: String,
    /// Option 6.
    pub(crate) name_servers: Vec<Ipv4Addr>,
}

impl Offer {
    /// Reads one. Nothing, where it is something else.
    #[must_use]
    pub(crate) fn parse(message: &[u8], from: Ipv4Addr, from_mac: MacAddr) -> Option<Self> {
        if array(message, 0)? != [2] || array(message, FIXED)? != COOKIE {
            return None;
        }
        let (sname, file) = (message.get(44..108)?, message.get(108..FIXED)?);
        let options = read(message.get(FIXED + COOKIE.len()..)?, file, sname);
        if !matches!(options.get(&code::KIND)?.as_slice(), [OFFER] | [ACK]) {
            return None;
        }
        let overload = options.get(&code::OVERLOAD).and_then(|value| value.first().copied()).unwrap_or(0);
        let field = |bytes: &[u8], taken: u8| if overload & taken == 0 { text(bytes) } else { String::new() };
        Some(Self {
            xid: u32::from_be_bytes(array(message, 4)?),
            mac: MacAddr::new(array(message, 28)?),
            server: address(options.get(&code::SERVER), 0).unwrap_or(from),
            server_mac: from_mac,
            address: address_at(message, 16),
            next_server: address_at(message, 20),
            server_name: string(&options, code::SERVER_NAME).unwrap_or_else(|| field(sname, 2)),
            file: string(&options, code::FILE).unwrap_or_else(|| field(file, 1)),
            vendor_class: string(&options, code::VENDOR_CLASS).unwrap_or_default(),
            name_servers: (0..MOST_NAME_SERVERS)
                .map_while(|n| address(options.get(&code::DNS), n * 4))
                .collect(),
        })
    }

    /// Whether it comes from a ProxyDHCP server, which gives no addresses and wants to be asked on port 4011.
    #[must_use]
    pub(crate) fn is_proxy(&self) -> bool {
        self.address.is_none() && self.vendor_class.starts_with("PXEClient")
    }

    /// Whether both say the same of the boot.
    #[must_use]
    pub(crate) fn boots_as(&self, other: &Self) -> bool {
        (self.next_server, &self.file, &self.vendor_class)
            == (other.next_server, &other.file, &other.vendor_class)
    }
}

fn string(options: &Options, number: u8) -> Option<String> {
    options.get(&number).map(|value| text(value)).filter(|text| !text.is_empty())
}

fn address(value: Option<&Vec<u8>>, at: usize) -> Option<Ipv4Addr> {
    array::<4>(value?, at).map(Ipv4Addr::from)
}

fn address_at(message: &[u8], at: usize) -> Option<Ipv4Addr> {
    array::<4>(message, at).map(Ipv4Addr::from).filter(|address| !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
    const MAC: MacAddr = MacAddr::new([2, 0, 0, 0, 0, 1]);

    fn message(options: &[u8]) -> Vec<u8> {
        let mut message = vec![0; FIXED];
        message[0] = 2;
        message[4..8].copy_from_slice(&[0, 0, 0, 9]);
        message[16..20].copy_from_slice(&[10, 0, 0, 50]);
        message.extend(COOKIE);
        message.extend(options);
        message
    }

    #[test]
    fn file_and_server_are_read_from_the_fields_or_the_options() {
        let mut fields = message(&[53, 1, 2, 255]);
        fields[20..24].copy_from_slice(&[10, 0, 0, 5]);
        fields[44..47].copy_from_slice(b"srv");
        fields[108..111].copy_from_slice(b"a.b");
        let offer = Offer::parse(&fields, SERVER, MAC).unwrap();
        assert_eq!((offer.xid, offer.address, offer.server), (9, Some([10, 0, 0, 50].into()), SERVER));
        assert_eq!((offer.file.as_str(), offer.server_name.as_str()), ("a.b", "srv"));
        assert_eq!(offer.next_server, Some([10, 0, 0, 5].into()));

        let options =
            [&[53, 1, 2, 54, 4, 10, 0, 0, 2, 67, 3][..], b"c.d", &[66, 1, b'n', 60, 10], b"HTTPClient"];
        let offer = Offer::parse(&message(&options.concat()), SERVER, MAC).unwrap();
        assert_eq!((offer.file.as_str(), offer.server_name.as_str()), ("c.d", "n"));
        assert_eq!((offer.server, offer.next_server), ([10, 0, 0, 2].into(), None));
        assert_eq!(offer.vendor_class, "HTTPClient");
    }

    #[test]
    fn a_field_that_holds_options_is_no_file_name() {
        let mut overloaded = message(&[53, 1, 2, 52, 1, 1, 255]);
        overloaded[108..114].copy_from_slice(&[66, 2, b'x', b'y', 255, 0]);
        let offer = Offer::parse(&overloaded, SERVER, MAC).unwrap();
        assert_eq!((offer.file.as_str(), offer.server_name.as_str()), ("", "xy"));
    }

    #[test]
    fn a_proxy_is_known_by_giving_no_address() {
        let mut proxy = message(&[&[53, 1, 2, 60, 9][..], b"PXEClient"].concat());
        proxy[16..20].fill(0);
        assert!(Offer::parse(&proxy, SERVER, MAC).unwrap().is_proxy());
    }

    #[test]
    fn what_is_no_offer_is_passed_over() {
        for options in [&[][..], &[53, 1, 6], &[53, 1, 1], &[53]] {
            assert_eq!(Offer::parse(&message(options), SERVER, MAC), None, "{options:?}");
        }
        assert_eq!(Offer::parse(&[2; 100], SERVER, MAC), None);
    }

    proptest! {
        #[test]
        fn no_options_make_it_stumble(options in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Some(offer) = Offer::parse(&message(&options), SERVER, MAC) {
                prop_assert!(!offer.file.chars().any(char::is_control) && offer.file.len() <= 2048);
            }
        }
    }
}
