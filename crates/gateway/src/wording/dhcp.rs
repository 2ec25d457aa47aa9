//! Addresses and network boot, in dnsmasq's words.

mod boot;
mod networks;
mod reservations;
mod rivals;
mod settings;

pub(super) use boot::is_own_tag;

use super::rules;
use super::words::Words;
use crate::capability::Wanted;
use crate::reading::Reading;
use crate::site::SiteId;
use crate::wish::Dhcp;

pub(super) fn word(site: &SiteId, wish: &Dhcp, reading: &Reading) -> Wanted {
    let mut words = Words::new(site, reading);
    if *wish != Dhcp::default() {
        settings::word(&mut words, wish);
        networks::word(&mut words, wish);
        reservations::word(&mut words, wish);
    }
    if let Some(boot) = &wish.boot {
        boot::word(&mut words, wish, boot);
        rivals::word(&mut words, wish);
        rules::to_muster(&mut words, &wish.networks, boot);
    }
    words.done()
}
