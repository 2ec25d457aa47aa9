//! This crate's rows.

pub(crate) mod control;
pub(crate) mod image;
pub(crate) mod ticket;
pub(crate) mod trail;
