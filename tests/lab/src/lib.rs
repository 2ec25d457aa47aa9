//! A room of machines on one Linux box: real firmware, real DHCP, real ntfy, nothing of the box's own network touched.
//!
//! The demo and the whole-system tests play with the same pieces:
//!
//! ```text
//!  Namespace ── br0 10.99.0.1/24 ──┬── tap0 ── Machine (QEMU, BIOS or UEFI)
//!    │                             └── tap1 ── Machine
//!    ├── Dnsmasq      DHCP as OPNsense writes it; log readable
//!    ├── Ntfy         the real server, closed to strangers
//!    ├── Process      anything else that should run in here
//!    └── Forward      a door from outside for a browser or a phone
//! ```
//!
//! [`packages`] says which Debian packages all this needs and installs them; [`cache`] keeps what is fetched but not
//! installed ([`kernel`], [`dropbear()`], the ntfy program, [`ksvalidator`], [`ignition()`]) or made ([`installed`]: a Debian on a
//! disk) under `target/lab`, once for all tests that run side by side.
//!
//! Two things hold for every piece. **It leaves nothing behind**: each cleans up when it is dropped, a child process dies
//! with the one that started it even when that is killed outright, and what a killed run did leave (its namespace, its
//! [`Scratch`] folder) the next run sweeps away. **It waits for a condition, with a [`Deadline`]**, and stops waiting at
//! Ctrl-C ([`interrupt`]).
//!
//! Everything is blocking: threads, pipes and sockets of the standard library, no runtime and no C code, so that `xtask`
//! compiles with the Rust toolchain alone.

mod apt;
pub mod cache;
mod console;
mod deadline;
mod dnsmasq;
mod dropbear;
mod forward;
pub mod guest;
mod http;
mod ignition;
pub mod installed;
pub mod interrupt;
mod ipxe;
mod kernel;
mod kickstart;
mod machine;
mod muster;
mod namespace;
mod network_manager;
mod ntfy;
pub mod packages;
pub mod phone;
mod place;
mod process;
mod progress;
mod run_name;
mod scratch;
mod trunk;

pub use deadline::Deadline;
pub use dnsmasq::{Dnsmasq, DnsmasqOptions, Lease};
pub use dropbear::{SshKey, dropbear};
pub use forward::Forward;
pub use http::Response;
pub use ignition::{Ignition, IgnitionMachine, Stage, ignition};
pub use ipxe::newer_ipxe;
pub use kernel::{Kernel, kernel};
pub use kickstart::ksvalidator;
pub use machine::{
    Chassis, Dimm, DirectBoot, Disk, DiskBus, Firmware, Machine, MachineSpec, Maker, NicModel,
    host_interface, memory_array,
};
pub use muster::{Manner, Muster, Programs};
pub use namespace::Namespace;
pub use network_manager::{NetworkManager, network_manager};
pub use ntfy::{Message, Ntfy};
pub use place::Place;
pub use process::{Log, Process};
pub use scratch::Scratch;
pub use trunk::Trunk;

/// Fetches everything that is fetched and not installed, so that no test has to wait for it.
///
/// # Errors
/// When one of them can't be fetched.
pub fn fetch_all() -> anyhow::Result<()> {
    kernel()?;
    dropbear()?;
    ntfy::fetch::program()?;
    ignition()?;
    newer_ipxe()?;
    ksvalidator().map(drop)
}
