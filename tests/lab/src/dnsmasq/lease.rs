//! The file in which dnsmasq keeps what it gave out.

use std::net::Ipv4Addr;

/// An address that a machine got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The machine's MAC, as dnsmasq writes it: small letters, colons.
    pub mac: String,
    /// What it got.
    pub address: Ipv4Addr,
}

/// `EXPIRY MAC ADDRESS NAME CLIENT-ID` a line; the lines of IPv6 have no MAC there and are left out.
pub(super) fn parse(text: &str) -> Vec<Lease> {
    let lease = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let mac = fields.next()?;
        Some(Lease { mac: mac.to_owned(), address: fields.next()?.parse().ok()? })
    };
    text.lines().filter_map(lease).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_are_read_and_the_rest_is_not() {
        let text = "1795000000 52:54:00:aa:00:01 10.99.0.52 * 01:52:54:00:aa:00:01\nduid 00:01:00\n\n1795 123 fd99::5 * 00\n";
        assert_eq!(
            parse(text),
            [Lease { mac: "52:54:00:aa:00:01".into(), address: Ipv4Addr::new(10, 99, 0, 52) }]
        );
    }
}
