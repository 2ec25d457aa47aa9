//! The power switch.
