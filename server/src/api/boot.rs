//! What machines in their firmware ask for: `/boot/…`. Scripts are always answered with 200 and a whole script, never with
//! a redirect, and nobody is told to come back later. Documents that carry a ticket are the opposite: 403 to all but one.

mod document;
pub mod file;
pub mod ignition;
mod install;
pub mod kickstart;
pub mod live;
mod lookup;
pub mod node;
pub mod progress;
pub mod script;
mod sent;

pub use lookup::LastKnown;
pub use progress::Pace;
