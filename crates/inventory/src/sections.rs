//! What the sections of a report hold: one file a subsystem.

mod bmc;
mod content;
mod cpu;
mod disk;
mod drive;
mod filesystem;
mod firmware;
mod gpu;
mod infiniband;
mod memory;
mod neighbour;
mod nic;
mod os;
mod pci;
mod sensor;
mod system;
mod tpm;
mod usb;

pub use bmc::*;
pub use content::*;
pub use cpu::*;
pub use disk::*;
pub use drive::*;
pub use filesystem::*;
pub use firmware::*;
pub use gpu::*;
pub use infiniband::*;
pub use memory::*;
pub use neighbour::*;
pub use nic::*;
pub use os::*;
pub use pci::*;
pub use sensor::*;
pub use system::*;
pub use tpm::*;
pub use usb::*;
