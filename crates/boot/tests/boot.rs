//! The crate as its callers see it, on a real database, real sockets and real programs. One program, so that what the
//! tests share is linked once.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may")]

mod assets;
mod control;
mod decide;
mod download;
mod download_tls;
mod golden_file;
mod ignition;
mod image;
mod image_modules;
mod inside;
mod ipxe_check;
mod kickstart;
mod kickstart_pre;
mod ksvalidator;
mod library;
mod origin;
mod parts;
mod scripts;
mod shell;
mod site;
mod templates;
mod tftp;
mod tftp_client;
mod tftp_faults;
mod tickets;
mod trail;
