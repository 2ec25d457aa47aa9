//! The HTTP surface. [`routes`] is its table of contents; each file below holds one endpoint, or one noun's.

pub mod agent;
pub mod body;
mod hosts_error;
pub mod boot;
pub mod problem;
mod refusal;
pub mod routes;
pub mod v1;
