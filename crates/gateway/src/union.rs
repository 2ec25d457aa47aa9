//! The parts of a wish put together. Each part has one author: the site's file, a cluster.

use std::collections::BTreeMap;

use crate::error::GatewayError;
use crate::wish::{Balancer, Network, Record, Reservation, Wish};

/// All that is wanted. What two parts want alike is wanted once.
///
/// # Errors
/// [`GatewayError::Contradiction`], which names both parts and what they say differently.
pub(crate) fn union(parts: &BTreeMap<String, Wish>) -> Result<Wish, GatewayError> {
    let mut whole = Wish::default();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (part, wish) in parts {
        let mut join = Join { part, seen: &mut seen };
        join.all(&mut whole.dhcp.networks, &wish.dhcp.networks, network)?;
        join.all(&mut whole.dhcp.reservations, &wish.dhcp.reservations, reservation)?;
        join.all(&mut whole.dns, &wish.dns, record)?;
        join.all(&mut whole.balancers, &wish.balancers, balancer)?;
        match (&whole.dhcp.boot, &wish.dhcp.boot) {
            (Some(there), Some(boot)) if there != boot => {
                return Err(join.contradiction("what machines boot"));
            }
            (None, Some(boot)) => {
                whole.dhcp.boot = Some(boot.clone());
                seen.insert("what machines boot".to_owned(), part);
            }
            _ => {}
        }
    }
    Ok(whole)
}

struct Join<'a, 'p> {
    part: &'p str,
    /// What can be wanted in one way only, and the part that wants it.
    seen: &'a mut BTreeMap<String, &'p str>,
}

impl Join<'_, '_> {
    fn all<T: Clone + PartialEq>(
        &mut self,
        whole: &mut Vec<T>,
        items: &[T],
        claims: impl Fn(&T) -> Vec<String>,
    ) -> Result<(), GatewayError> {
        for item in items {
            if whole.contains(item) {
                continue;
            }
            for claim in claims(item) {
                // Within a part, what may stand twice is for the reader of the part to say.
                if self.seen.get(&claim).is_some_and(|part| *part != self.part) {
                    return Err(self.contradiction(&claim));
                }
                self.seen.insert(claim, self.part);
            }
            whole.push(item.clone());
        }
        Ok(())
    }

    fn contradiction(&self, what: &str) -> GatewayError {
        GatewayError::Contradiction {
            first: self.seen.get(what).copied().unwrap_or_default().to_owned(),
            second: self.part.to_owned(),
            what: what.to_owned(),
        }
    }
}

fn network(network: &Network) -> Vec<String> {
    vec![format!("the network at {}", network.interface)]
}

fn reservation(reservation: &Reservation) -> Vec<String> {
    let name = format!("the reservation of {}", reservation.name);
    let ip = format!("the reserved address {}", reservation.ip);
    reservation.macs.iter().map(|mac| format!("the reservation for {mac}")).chain([name, ip]).collect()
}

fn record(record: &Record) -> Vec<String> {
    vec![format!("the name {}", record.name)]
}

fn balancer(balancer: &Balancer) -> Vec<String> {
    let port = format!("the balanced port {}:{}", balancer.listen, balancer.port);
    vec![format!("the balancer {}", balancer.name), port]
}
