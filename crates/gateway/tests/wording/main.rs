//! A wish in the words of OPNsense's models: what is worded for the usual site, and what is seen to stand in its way.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

mod balancers;
mod dhcp;
mod golden;
mod hostile;
mod model;
mod properties;
mod records;
mod rules;
mod site;
