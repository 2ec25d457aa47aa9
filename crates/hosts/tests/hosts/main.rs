//! Hosts on a real database.
#![expect(clippy::unwrap_used, reason = "a test may")]
#![expect(clippy::indexing_slicing, reason = "a test may")]

mod actions;
mod claims;
mod discover;
mod enrol;
mod fixtures;
mod life;
mod machine;
mod report;
mod scrape;
mod site;
mod words;
