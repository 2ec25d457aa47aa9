//! TFTP, as much of it as firmware needs to load iPXE: reading files by name, from one folder or
//! among the assets (RFC 1350 with the options of
//! RFC 2347, 2348 and 2349). Nothing can be written, and no name leads out of the folder.

mod folder;
mod packet;
mod server;
mod terms;
mod transfer;

pub use folder::Refusal;
pub(crate) use folder::open;
pub use server::{Author, BindError, TftpServer};
pub use transfer::Patience;
