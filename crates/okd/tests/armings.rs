//! Armings on a real database: what is armed is what was shown, and one generation is one install, whatever happens in which
//! order.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "armings/afterwards.rs"]
mod afterwards;
#[path = "armings/booting.rs"]
mod booting;
#[expect(dead_code, reason = "other tests look at more of what the installer wrote")]
#[path = "support/installer.rs"]
mod installer;
#[path = "armings/once.rs"]
mod once;
#[path = "armings/room.rs"]
mod room;
#[path = "armings/shown.rs"]
mod shown;
