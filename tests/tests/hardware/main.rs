//! The agent on hardware that the box itself has not: QEMU machines with Debian's stock kernel, in each the agent's own
//! `report --all` and `sample`, and tables of what they must say.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod claims;
mod machine;
mod network;
mod platform;
mod storage;
