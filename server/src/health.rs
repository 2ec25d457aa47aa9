//! The server's own health: what its process uses, and how busy its machine is.

use serde::{Deserialize, Serialize};
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, get_current_pid};

/// One reading. What this system does not tell is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// Memory that the server's process holds.
    pub memory_bytes: Option<u64>,
    /// How long it has been running.
    pub uptime_secs: Option<u64>,
    /// The machine's load average over one minute.
    pub load_one: Option<f64>,
}

impl Health {
    /// Reads it now: three small files of the kernel's, and none of another process.
    #[must_use]
    pub fn read() -> Self {
        let mut health =
            Self { load_one: System::load_average().ok().map(|load| load.one), ..Self::default() };
        if let (Ok(mut system), Ok(pid)) = (System::new(), get_current_pid()) {
            let what = ProcessRefreshKind::nothing().with_memory().without_tasks();
            // What could not be read leaves no process behind.
            system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, what);
            if let Some(process) = system.process(pid) {
                health.memory_bytes = Some(process.memory());
                health.uptime_secs = Some(process.run_time());
            }
        }
        health
    }
}
