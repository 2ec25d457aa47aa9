//! The two documents of an installation: as they are meant, before the real Ignition, and their scripts run by bash.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

#[path = "documents/boot_once.rs"]
mod boot_once;
#[path = "documents/consoles.rs"]
mod consoles;
#[path = "documents/disk.rs"]
mod disk;
#[path = "documents/document.rs"]
mod document;
#[path = "documents/engine.rs"]
mod engine;
#[path = "documents/given.rs"]
mod given;
#[path = "documents/guard.rs"]
mod guard;
#[path = "documents/home.rs"]
mod home;
#[path = "documents/listener.rs"]
mod listener;
#[path = "documents/machine.rs"]
mod machine;
#[path = "documents/scripts.rs"]
mod scripts;
