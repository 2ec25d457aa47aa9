//! What a DHCP server tells of the machines that it answers: the steps of a boot that never pass Muster.
//!
//! ```text
//!  OPNsense ──syslog (UDP)──▶ syslog ─┐
//!  dnsmasq's log, a file ──▶ follow ──┴─ line ─▶ dnsmasq::Reader ─▶ Sighting ─▶ Trail::sighted
//!  a gateway that can be asked ─────────────────────────────────────▲
//! ```
//!
//! A line of a log is hostile: half of it is what a machine says of itself.

pub mod dnsmasq;
pub mod follow;
mod line;
mod sighting;
pub mod syslog;

pub use sighting::{Sighting, Told, arch_in_words};
