//! `muster`: the server and the operator's command line, one binary.

pub mod data_dir;
