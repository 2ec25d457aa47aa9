//! The adapter for OPNsense on the wire: against recorded answers of real ones, against a server that misbehaves, and against a
//! fake that validates as the real model does.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod fake;
mod server;
mod transcripts;
mod trouble;
