//! Who has which address, as DHCP said lately: a request without a MAC is then known at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use inventory::{MacAddr, Timestamp};

/// A machine that boots asks for its address anew: what is older says nothing of this boot.
const FRESH: Duration = Duration::from_secs(600);
/// A network has fewer.
const ADDRESSES: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Book(Mutex<HashMap<IpAddr, (MacAddr, Timestamp)>>);

impl Book {
    pub(super) fn note(&self, address: IpAddr, mac: MacAddr, at: Timestamp) {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if book.len() >= ADDRESSES && !book.contains_key(&address) {
            book.retain(|_, (_, noted)| at.since(*noted) <= FRESH);
        }
        if book.len() < ADDRESSES || book.contains_key(&address) {
            book.insert(address, (mac, at));
        }
    }

    pub(super) fn owner(&self, address: IpAddr, at: Timestamp) -> Option<MacAddr> {
        let book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.get(&address).filter(|(_, noted)| at.since(*noted) <= FRESH).map(|(mac, _)| *mac)
    }

    /// A machine with another MAC speaks from there: what was noted is wrong.
    pub(super) fn doubt(&self, address: IpAddr, mac: MacAddr) {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if book.get(&address).is_some_and(|(noted, _)| *noted != mac) {
            book.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_known_for_ten_minutes_and_as_long_as_nobody_else_speaks_from_there() {
        let (book, t0) = (Book::default(), Timestamp(0));
        let (address, mac) = ("10.0.0.7".parse().unwrap(), MacAddr::new([2, 0, 0, 0, 0, 1]));
        book.note(address, mac, t0);
        assert_eq!(book.owner(address, t0.plus(FRESH)), Some(mac));
        assert_eq!(book.owner(address, t0.plus(FRESH * 2)), None);
        book.doubt(address, mac);
        assert_eq!(book.owner(address, t0), Some(mac));
        book.doubt(address, MacAddr::new([2, 0, 0, 0, 0, 2]));
        assert_eq!(book.owner(address, t0), None);
    }

    #[test]
    fn a_flood_of_addresses_takes_no_memory() {
        let book = Book::default();
        for n in 0..10_000_u32 {
            book.note(std::net::Ipv4Addr::from(n).into(), MacAddr::new([2; 6]), Timestamp(0));
        }
        assert_eq!(book.0.lock().unwrap().len(), ADDRESSES);
        let later = Timestamp(0).plus(FRESH * 2);
        book.note("10.9.9.9".parse().unwrap(), MacAddr::new([4; 6]), later);
        assert_eq!(book.owner("10.9.9.9".parse().unwrap(), later), Some(MacAddr::new([4; 6])));
    }
}
