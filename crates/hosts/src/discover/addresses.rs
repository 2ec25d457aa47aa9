//! Which addresses a sweep asks. Pure.

use std::net::IpAddr;

use ipnet::IpNet;

/// Addresses of one sweep: a /20. At 64 at a time, all silent, that is some 20 seconds.
pub(crate) const MAX_ADDRESSES: u128 = 4096;

/// The declared networks are too large to be asked one by one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the declared networks hold {count} addresses, and one sweep asks at most {MAX_ADDRESSES}: declare smaller ones, or run without the sweep"
)]
pub(crate) struct TooMany {
    count: u128,
}

/// Every address of `networks` that a machine may have.
pub(crate) fn addresses(networks: &[IpNet]) -> Result<Vec<IpAddr>, TooMany> {
    let networks = IpNet::aggregate(&networks.to_vec());
    let count = networks.iter().map(size).fold(0, u128::saturating_add);
    if count > MAX_ADDRESSES {
        return Err(TooMany { count });
    }
    Ok(networks.iter().flat_map(IpNet::hosts).collect())
}

fn size(network: &IpNet) -> u128 {
    let host_bits = network.max_prefix_len().saturating_sub(network.prefix_len());
    1_u128.checked_shl(u32::from(host_bits)).unwrap_or(u128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(networks: &[&str]) -> Result<Vec<IpAddr>, TooMany> {
        addresses(&networks.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>())
    }

    #[test]
    fn every_address_is_asked_once() {
        let asked = of(&["10.0.0.0/30", "10.0.0.0/29", "10.1.0.7/32"]).unwrap();
        assert_eq!(asked.len(), 6 + 1);
        assert!(!asked.contains(&"10.0.0.0".parse().unwrap()), "the network's own");
        assert!(!asked.contains(&"10.0.0.7".parse().unwrap()), "broadcast");
        assert_eq!(of(&["fd00::/126"]).unwrap().len(), 4);
        assert!(of(&[]).unwrap().is_empty());
    }

    #[test]
    fn a_network_that_is_too_large_is_refused() {
        assert_eq!(of(&["10.0.0.0/20"]).unwrap().len(), 4094);
        for (networks, count) in [
            (&["10.0.0.0/19"][..], 8192),
            (&["10.0.0.0/20", "10.1.0.0/32"], 4097),
            (&["0.0.0.0/0"], 1 << 32),
            (&["::/0"], u128::MAX),
            (&["::/0", "10.0.0.0/8"], u128::MAX),
        ] {
            let error = of(networks).unwrap_err();
            assert_eq!(error, TooMany { count });
            assert!(error.to_string().contains("at most 4096"), "{error}");
        }
    }
}
