//! Which addresses of a network to give out: where nobody's are, and with room left for those that are given by hand.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

/// More than that no room of machines needs, and a lease file grows with it.
const MOST: u32 = 512;
/// Fewer are not worth a proposal: the operator knows better what is free.
const LEAST: u32 = 8;

/// The upper half of the network's largest free stretch, at most 512 addresses; nothing where too little is free.
///
/// `taken` is what somebody has, each from its first address to its last. What lies outside of the network does no harm.
#[must_use]
pub fn propose(network: Ipv4Net, taken: &[(Ipv4Addr, Ipv4Addr)]) -> Option<(Ipv4Addr, Ipv4Addr)> {
    let [first, last] = [network.network(), network.broadcast()].map(u32::from);
    // The network's own address and its broadcast address are nobody's.
    let (first, last) = (first.checked_add(1)?, last.checked_sub(1)?);
    let mut taken: Vec<(u32, u32)> =
        taken.iter().map(|(first, last)| ((*first).into(), (*last).into())).collect();
    taken.sort_unstable();
    let mut largest: Option<(u32, u32)> = None;
    let mut consider = |from: u32, to: u32| {
        if from <= to && largest.is_none_or(|(start, end)| to - from > end - start) {
            largest = Some((from, to));
        }
    };
    let mut free_from = first;
    for (from, to) in taken {
        if from > last {
            break;
        }
        if from > free_from {
            consider(free_from, from - 1);
        }
        free_from = free_from.max(to.saturating_add(1));
    }
    if free_from <= last {
        consider(free_from, last);
    }
    let (from, to) = largest?;
    let free = (to - from).saturating_add(1);
    let count = (free / 2).min(MOST);
    (count >= LEAST).then(|| (Ipv4Addr::from(to - (count - 1)), Ipv4Addr::from(to)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn proposed(network: &str, taken: &[(&str, &str)]) -> Option<(String, String)> {
        let parsed = |(first, last): &(&str, &str)| (first.parse().unwrap(), last.parse().unwrap());
        let taken: Vec<(Ipv4Addr, Ipv4Addr)> = taken.iter().map(parsed).collect();
        propose(network.parse().unwrap(), &taken).map(|(first, last)| (first.to_string(), last.to_string()))
    }

    #[test]
    fn the_upper_half_of_what_is_free() {
        for (network, taken, expected) in [
            (
                "192.168.1.0/24",
                vec![("192.168.1.1", "192.168.1.1")],
                Some(("192.168.1.129", "192.168.1.254")),
            ),
            // Muster in the middle, the larger part above it.
            (
                "192.168.1.0/24",
                vec![("192.168.1.1", "192.168.1.1"), ("192.168.1.50", "192.168.1.50")],
                Some(("192.168.1.153", "192.168.1.254")),
            ),
            // The gateway at the end.
            (
                "192.168.1.0/24",
                vec![("192.168.1.254", "192.168.1.254")],
                Some(("192.168.1.128", "192.168.1.253")),
            ),
            ("10.0.0.0/8", vec![("10.0.0.1", "10.0.0.1")], Some(("10.255.253.255", "10.255.255.254"))),
            // Somebody's range takes the upper part, and another one overlaps with it.
            (
                "10.1.0.0/24",
                vec![("10.1.0.100", "10.1.0.254"), ("10.1.0.90", "10.1.0.120"), ("10.1.0.1", "10.1.0.1")],
                Some(("10.1.0.46", "10.1.0.89")),
            ),
            ("10.1.0.0/24", vec![("10.0.0.0", "10.2.0.0")], None),
            ("10.1.0.0/28", vec![("10.1.0.1", "10.1.0.1")], None),
            ("10.1.0.0/31", vec![], None),
            ("10.1.0.1/32", vec![], None),
            ("0.0.0.0/0", vec![], Some(("255.255.253.255", "255.255.255.254"))),
        ] {
            let expected = expected.map(|(first, last): (&str, &str)| (first.to_owned(), last.to_owned()));
            assert_eq!(proposed(network, &taken), expected, "{network} {taken:?}");
        }
    }

    proptest! {
        #[test]
        fn nobodys_address_is_proposed(ip: u32, length in 0_u8..=32, taken: Vec<(u32, u32)>, near: Vec<u8>) {
            let network = Ipv4Net::new(Ipv4Addr::from(ip), length).unwrap().trunc();
            let mut taken: Vec<(Ipv4Addr, Ipv4Addr)> =
                taken.into_iter().map(|(a, b)| (a.min(b).into(), a.max(b).into())).collect();
            let base = u32::from(network.network());
            taken.extend(near.into_iter().map(|offset| {
                let ip = Ipv4Addr::from(base.saturating_add(u32::from(offset)));
                (ip, ip)
            }));
            let Some((first, last)) = propose(network, &taken) else { return Ok(()) };
            prop_assert!(first <= last);
            prop_assert!(network.contains(&first) && network.contains(&last));
            prop_assert!(first > network.network() && last < network.broadcast());
            for (from, to) in taken {
                prop_assert!(to < first || from > last, "{first}-{last} meets {from}-{to}");
            }
        }
    }
}
