//! Pressure stall information.

use serde::{Deserialize, Serialize};

/// Share of time in which tasks waited for something (the kernel's `/proc/pressure`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pressure {
    /// For a processor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Stalls>,
    /// For memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Stalls>,
    /// For a disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub io: Option<Stalls>,
    /// For interrupts to be handled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub irq: Option<Stalls>,
}

/// How long tasks waited for one thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stalls {
    /// Some of them waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub some: Option<Stall>,
    /// All of them waited, and nothing was done. (For processors there is no such time.)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full: Option<Stall>,
}

/// Share of time, averaged, and its sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stall {
    /// Over 10 seconds.
    pub avg10_percent: f64,
    /// Over 60 seconds.
    pub avg60_percent: f64,
    /// Over 300 seconds.
    pub avg300_percent: f64,
    /// All of it since the kernel started.
    pub total_micros: u64,
}
