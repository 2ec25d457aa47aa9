//! The fake is a good fake: it answers what the real one was heard to answer, and has every trap of it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

mod backup;
mod binary;
mod client;
mod contract;
mod dnsmasq;
mod haproxy;
mod models;
mod others;
mod replay;
mod tables;
mod troubles;
