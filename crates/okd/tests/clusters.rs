//! Clusters: what of an installer's folder is taken, until when, and how it lies in the database.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "clusters/folders.rs"]
mod folders;
#[path = "clusters/images.rs"]
mod images;
#[path = "support/installer.rs"]
mod installer;
#[path = "clusters/kept.rs"]
mod kept;
#[path = "clusters/place.rs"]
mod place;
