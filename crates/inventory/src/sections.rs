//! What the sections of a report hold: one file a subsystem.

mod cpu;
mod disk;
mod filesystem;
mod firmware;
mod memory;
mod nic;
mod os;
mod sensor;
mod system;

pub use cpu::Cpu;
pub use disk::{Disk, Transport};
pub use filesystem::Filesystem;
pub use firmware::{BootMode, Firmware};
pub use memory::{Memory, MemorySlot};
pub use nic::Nic;
pub use os::Os;
pub use sensor::Sensor;
pub use system::{Board, Chassis, System};
