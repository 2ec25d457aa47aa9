//! What stands in the way of addresses and network boot.

mod boot;
mod networks;
mod reservations;
mod settings;

use gateway::{Found, Kind, Reading, Service, Wanted, Wish, wording};

use crate::site::{SITE, conflicts, found, notices, placed, reading, wish};

fn worded(reading: &Reading) -> Wanted {
    wording::dhcp(&SITE, &wish().dhcp, reading)
}

/// With these foreign objects beside the usual ones.
fn beside(foreign: impl IntoIterator<Item = Found>) -> Reading {
    let mut reading = reading();
    reading.found.extend(foreign);
    reading
}

fn of(text: &str, reading: &Reading) -> Wanted {
    wording::dhcp(&SITE, &Wish::from_toml(text).unwrap().dhcp, reading)
}

const NETWORK: &str = "[[network]]\ninterface = 'lan'\n";
