//! NVMe: Identify and log pages (NVM Express base specification 2.0). All numbers are little-endian.

mod controller;
mod health;
mod self_test;

pub use controller::Controller;
pub use health::{CriticalWarning, Health};
pub use self_test::last_self_test;

/// The health log page (5.16.1.3).
pub const HEALTH_PAGE: u8 = 0x02;
/// Its length.
pub const HEALTH_BYTES: u32 = 512;
/// The self-test log page (5.16.1.7).
pub const SELF_TEST_PAGE: u8 = 0x06;
/// Its length: a head of 4 bytes, 20 results of 28.
pub const SELF_TEST_BYTES: u32 = 564;
/// Identify's structure "controller" (5.17.2.1).
pub const IDENTIFY_CONTROLLER: u8 = 1;
