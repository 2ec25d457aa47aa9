//! Named secrets: passwords and tokens that Muster needs to speak to others.
//!
//! An operator sets a secret by name; other rows (a provider, say) name it and never hold its value. In the database it
//! lies sealed with [age](https://age-encryption.org) for one key, and that key is a file *outside* of the database, so
//! that a copy of the database, a backup of it, or a row that somebody reads opens nothing.
//!
//! ```text
//! muster secret set NAME ──value──▶ Secrets::set ──sealed──▶ database
//!                                        ▲                      │
//!                 key file ── SecretKey ─┤                      ▼
//!                                        └── Secrets::get ──▶ SecretValue ──▶ a request to ntfy, and gone
//! ```
//!
//! What holds:
//! - A value is at most [`MAX_VALUE_BYTES`] long, is wiped from memory when it is dropped, and never shows in `Debug`.
//! - The name is sealed in with the value: a sealed value that is moved to another name does not open.
//! - A key that fits not is told from a damaged row, and the error names the key file.
//! - A document that is secret as a whole (a config with a cluster's keys) is sealed by the same key, up to
//!   [`MAX_DOCUMENT_BYTES`], and kept by whoever owns it: [`Secrets::seal_document`].
//! - A secret that something uses can't be removed: whoever calls [`remove`] says what uses it.
//!
//! What this crate does not know: what the secrets are for, and where the key file should lie (the server chooses).

mod document;
mod error;
mod key;
mod key_file;
mod name;
mod secrets;
mod store;
mod value;

pub use document::{MAX_DOCUMENT_BYTES, Sealed};
pub use error::{KeyError, OpenFault, SecretsError};
pub use key::SecretKey;
pub use name::{InvalidName, Name};
pub use secrets::Secrets;
pub use store::{Listed, exists, remove};
pub use value::{InvalidValue, MAX_VALUE_BYTES, SecretValue};
