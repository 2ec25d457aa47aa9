//! A wish has parts: the site's own, and one of each cluster. All of them together are what is wanted of a gateway.

use super::check::{InvalidWish, faults};
use super::{Dhcp, Wish};

impl Wish {
    /// Whether it is free of contradictions and within the limits.
    ///
    /// # Errors
    /// [`InvalidWish`], with everything that is wrong.
    pub fn check(&self) -> Result<(), InvalidWish> {
        InvalidWish::of(faults(&[("", self)]))
    }

    /// All parts together. What two parts wish alike is there once.
    ///
    /// # Errors
    /// [`InvalidWish`], with everything that contradicts; where it is between two parts, both are named.
    pub fn union<'a>(parts: impl IntoIterator<Item = (&'a str, &'a Self)>) -> Result<Self, InvalidWish> {
        let parts: Vec<_> = parts.into_iter().collect();
        InvalidWish::of(faults(&parts))?;
        let wishes = || parts.iter().map(|(_, wish)| *wish);
        Ok(Self {
            dhcp: Dhcp {
                networks: together(wishes().map(|wish| &wish.dhcp.networks), |network| {
                    network.interface.clone()
                }),
                reservations: together(wishes().map(|wish| &wish.dhcp.reservations), |kept| kept.ip),
                boot: wishes().find_map(|wish| wish.dhcp.boot.clone()),
            },
            dns: together(wishes().map(|wish| &wish.dns), |record| (record.name.clone(), record.ip)),
            balancers: together(wishes().map(|wish| &wish.balancers), |balancer| balancer.name.clone()),
        })
    }

    /// Whether nothing is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What has the same key is the same: the check has seen to that.
fn together<'a, T: Clone + 'a, K: Ord>(
    lists: impl Iterator<Item = &'a Vec<T>>,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let mut seen = std::collections::BTreeSet::new();
    lists.flatten().filter(|item| seen.insert(key(item))).cloned().collect()
}
