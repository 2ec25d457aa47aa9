//! What this server says of gateways: what it proposes to one (the part of a wish that only it knows, and a free range), and
//! how plans and states read, the same on a page and on a terminal. Pure.

pub mod boot;
pub(crate) mod diff;
pub mod range;
pub(crate) mod words;

/// The part of a gateway's wish that an operator writes.
pub const SITE_PART: &str = "site";
/// The part that this server makes: what machines boot.
pub const BOOT_PART: &str = "boot";
