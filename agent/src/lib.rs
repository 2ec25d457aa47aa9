//! x
mod collect;
mod guard;
mod probe;
mod report;
mod root;
mod sample;
mod start;
#[cfg(test)]
mod tree;
