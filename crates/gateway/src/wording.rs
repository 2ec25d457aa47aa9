//! A wish in the words of OPNsense's models. Pure: what is there is handed in as a [`Reading`].
//!
//! Each function gives the objects that are wanted, in the order in which they are made, with what stands in their way. A
//! field is called as the model calls it; one within a group of settings has the group before it (`dhcp.no_interface`,
//! `general.enabled`). Only fields that matter are worded: others stay as the gateway makes them.
//!
//! What holds:
//! - An object's id follows from the server's [`SiteId`], its kind and its name. Where its kind has a description, it is
//!   [`SiteId::mark`]. Where names must be one of a kind on the gateway, they hold the server's digits, so that two servers
//!   never meet.
//! - The same wish and reading give the same words; with what was wished in place, they do again.

mod balancers;
mod dhcp;
mod interfaces;
mod records;
mod rules;
mod said;
mod words;

use crate::capability::Wanted;
use crate::reading::Reading;
use crate::site::SiteId;
use crate::wish::{Balancer, Dhcp, Record};

pub(crate) use said::quoted;

/// Addresses and network boot, in the words of dnsmasq's model.
#[must_use]
pub fn dhcp(site: &SiteId, wish: &Dhcp, reading: &Reading) -> Wanted {
    dhcp::word(site, wish, reading)
}

/// Names, in the words of whichever server answers on port 53: Unbound's host overrides or dnsmasq's.
#[must_use]
pub fn records(site: &SiteId, wish: &[Record], reading: &Reading) -> Wanted {
    records::word(site, wish, reading)
}

/// Balanced ports, in the words of the HAProxy plugin's model, and the rules that let connections reach them.
#[must_use]
pub fn balancers(site: &SiteId, wish: &[Balancer], reading: &Reading) -> Wanted {
    balancers::word(site, wish, reading)
}
