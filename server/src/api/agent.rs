//! What agents say: `/agent/v1/…`. An agent speaks for its own host only; which one that is, its key decides.

pub mod enrol;
pub mod failure;
pub mod goodbye;
pub mod inventory;
pub mod logs;
pub mod receipt;
pub mod sample;
