//! A synthetic machine: plays every firmware there is, and says which would boot, or which hop is wrong and what mends it.
//!
//! ```text
//!  firmware     who there is, what fits it                    (pure; for others too)
//!  plan         which conversations are held                  (pure)
//!  wire, frame, dhcp   DHCP as firmware speaks it, on the real wire
//!  tftp, http   the files, as firmware loads them
//!  ipxe         the scripts, as iPXE runs them                (pure: it says what it wants loaded)
//!  verdict      what was seen → what is said                  (pure)
//!  walk         puts them together
//! ```
//!
//! Nothing is changed: no lease is taken, no address set, no program that was loaded is run. What the site's servers see is a
//! machine that asks, loads, and does not go on. There is no server in here, and no database: `muster doctor boot` calls
//! [`Examination::run`] and prints the [`Report`].

mod bytes;
mod dhcp;
pub mod firmware;
mod frame;
mod http;
mod ipxe;
mod loader;
mod plan;
mod report;
mod tftp;
mod verdict;
mod walk;
mod wire;

pub use report::{Report, Server};
pub use verdict::{Hop, Outcome, Reached, Setting, Verdict, Where};
pub use walk::{Examination, ExamineError};
pub use wire::{Card, WireError};
