//! ATA: IDENTIFY DEVICE data, SMART, logs and status (ACS-4; ATA8-ACS for the SMART structures, which ACS-4 has dropped).
//! All numbers are little-endian.

mod identity;
mod smart;
mod statistics;
mod status;

pub use identity::{FormFactor, Identity, Security, identity_page};
pub use smart::{Attribute, Smart, last_self_test};
pub use statistics::{GENERAL_PAGE, General, SOLID_STATE_PAGE, used_percent};
pub use status::{PowerMode, Registers};

/// One sector: the length of each answer here.
pub const SECTOR_BYTES: u32 = 512;
/// The SMART log of self-tests.
pub const SELF_TEST_LOG: u8 = 0x06;
/// The log of device statistics (ACS-4 9.5).
pub const STATISTICS_LOG: u8 = 0x04;
