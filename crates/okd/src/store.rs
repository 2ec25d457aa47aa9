//! The tables of this crate: the only SQL in it.

pub(crate) mod progress;
