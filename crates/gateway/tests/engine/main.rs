//! Setting gateways up, proving it and taking it back: against a fake OPNsense that checks what is saved as the real models do,
//! and with everything going wrong in the middle.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod adapters;
mod crash;
mod healthy;
mod house;
mod others;
mod plain;
mod sweeping;
mod taken_back;
mod troubles;
