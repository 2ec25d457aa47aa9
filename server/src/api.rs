//! The HTTP surface. [`routes`] is its table of contents; each file below holds one endpoint, or one noun's.

pub mod agent;
mod alerts_error;
pub mod body;
pub mod boot;
mod gateway_error;
mod hosts_error;
pub mod live;
mod okd_error;
pub mod problem;
mod refusal;
pub mod routes;
pub mod v1;
mod wait;
