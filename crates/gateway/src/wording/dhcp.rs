//! Addresses and network boot, in dnsmasq's words.

mod boot;
mod networks;
mod reservations;
mod rivals;
mod settings;

use super::rules;
use super::words::worded;
use crate::capability::Wanted;
use crate::reading::Reading;
use crate::site::SiteId;
use crate::wish::Dhcp;

pub(super) fn word(site: &SiteId, wish: &Dhcp, reading: &Reading) -> Wanted {
    worded(site, reading, |words| {
        if *wish == Dhcp::default() {
            return;
        }
        settings::word(words, wish);
        networks::word(words, wish);
        reservations::word(words, wish);
        if let Some(boot) = &wish.boot {
            boot::word(words, wish, boot);
            rivals::word(words, wish);
            rules::to_muster(words, &wish.networks, boot);
        }
    })
}
