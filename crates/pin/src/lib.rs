//! Trust in exactly one certificate, known by the SHA-256 of its DER.
//!
//! A Muster server makes its own certificate on its first start, and tells its [`Fingerprint`] over a way that is trusted
//! already: the boot script's arguments, the operator's own file. Whoever speaks to the server afterwards accepts that one
//! certificate and nothing else: no authority, no chain, no list of roots, so that it works in an initramfs that has none.
//!
//! Two usual checks are left out on purpose:
//!
//! - **The name.** A fingerprint already says which server this is, by whatever address it was reached.
//! - **The clock.** A machine whose CMOS battery is dead wakes up in 1970 or 2099. It must not be locked out by a
//!   certificate that is "not yet valid": its first word is how anybody learns that its clock is wrong.
//!
//! The third stays: the peer's signature over the handshake is verified, for a certificate is public and proves nothing
//! by itself.
//!
//! The agent and the operator's command line give [`client_config`] to their HTTP client; the server prints
//! [`Fingerprint::of`] its certificate. The crate does no I/O.

mod fingerprint;
mod verifier;

pub use fingerprint::{Fingerprint, InvalidFingerprint};
pub use verifier::{Mismatch, PinError, client_config};
