//! This start of the agent: what tells its messages from those of any other.

use std::sync::atomic::{AtomicU64, Ordering};

use inventory::{AgentInfo, AgentStamp};

use crate::probe::Probe;
use crate::root::Root;

/// One start, from here to the end of the process.
#[derive(Debug)]
pub struct Start {
    start_id: String,
    boot_id: Option<String>,
    said: AtomicU64,
}

impl Start {
    /// A new start, on the machine of this root.
    ///
    /// # Errors
    /// The kernel's random generator's.
    pub fn new(root: &Root) -> Result<Self, getrandom::Error> {
        let mut bits = [0_u8; 8];
        getrandom::fill(&mut bits)?;
        let boot_id = Probe::new(root.clone()).text("/proc/sys/kernel/random/boot_id");
        Ok(Self { start_id: hex::encode(bits), boot_id, said: AtomicU64::new(0) })
    }

    /// Random for each start.
    #[must_use]
    pub fn start_id(&self) -> &str {
        &self.start_id
    }

    /// Which agent speaks.
    #[must_use]
    pub fn info(&self) -> AgentInfo {
        AgentInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            start_id: self.start_id.clone(),
            boot_id: self.boot_id.clone(),
        }
    }

    /// The next message's stamp. A message that is sent again keeps the stamp that it has.
    #[must_use]
    pub fn stamp(&self) -> AgentStamp {
        AgentStamp {
            boot_id: self.boot_id.clone(),
            start_id: self.start_id.clone(),
            seq: self.said.fetch_add(1, Ordering::Relaxed) + 1,
        }
    }
}
