//! What this server proposes to a gateway: the part of a wish that only it knows (where it is, what it hands out), and what
//! an operator will want for a network. Pure but for the look at this machine's own addresses.

pub mod boot;
pub mod range;

/// The part of a gateway's wish that an operator writes.
pub const SITE_PART: &str = "site";
/// The part that this server makes: what machines boot.
pub const BOOT_PART: &str = "boot";
