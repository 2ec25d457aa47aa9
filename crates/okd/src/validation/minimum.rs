//! What OKD asks of a machine at the least, by role.

use crate::role::Role;

/// What a node needs to be one.
pub(super) struct Minimum {
    /// Threads: what OKD's documents call a vCPU.
    pub(super) threads: u32,
    pub(super) memory_gib: u64,
    pub(super) disk_gb: u64,
}

/// By OKD's documents on installing on any platform, "Minimum resource requirements".
pub(super) const fn of(role: Role) -> Minimum {
    match role {
        Role::Bootstrap | Role::ControlPlane => Minimum { threads: 4, memory_gib: 16, disk_gb: 100 },
        Role::Worker => Minimum { threads: 2, memory_gib: 8, disk_gb: 100 },
    }
}
