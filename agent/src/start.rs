//! This start of the agent: what tells its messages from those of any other, and what it heard of the server's clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use inventory::{AgentInfo, AgentStamp, Timestamp};

use crate::probe::Probe;
use crate::root::Root;

/// One start, from here to the end of the process.
#[derive(Debug)]
pub struct Start {
    start_id: String,
    boot_id: Option<String>,
    said: AtomicU64,
    server_ahead_ms: Mutex<Option<i64>>,
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
        Ok(Self {
            start_id: hex::encode(bits),
            boot_id,
            said: AtomicU64::new(0),
            server_ahead_ms: Mutex::new(None),
        })
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

    /// By how much the server's clock is ahead of this machine's, as the server's last answer showed it.
    #[must_use]
    pub fn server_ahead_ms(&self) -> Option<i64> {
        *self.server_ahead_ms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server answered at `now`, and told its time.
    pub fn hear_time(&self, server_time: Timestamp, now: Timestamp) {
        let ahead_ms = server_time.millis().checked_sub(now.millis());
        *self.server_ahead_ms.lock().unwrap_or_else(PoisonError::into_inner) = ahead_ms;
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
