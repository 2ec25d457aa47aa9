//! Who may do what. Default deny: a route that the table ([`crate::api::routes`]) does not name does not exist.

mod gate;
mod session;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

pub use gate::{Caller, gate};
pub use session::{COOKIE, Sessions};

/// What a caller must be, to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Anybody, also over plain HTTP: what a machine in its firmware asks for, and health.
    Anybody,
    /// Anybody, over TLS or from this machine: an enrolment, the login page.
    Stranger,
    /// An agent, by its host's key.
    Agent,
    /// An agent, by its host's key, or one that has no key yet and shows none; over TLS or from this machine.
    AnyAgent,
    /// An operator, by token; for reading also by session.
    Operator,
    /// An operator who looks at a page: whoever is not logged in is shown the way to the login.
    Viewer,
}

/// The operator's token, by its hash.
#[derive(Debug, Clone)]
pub struct AdminToken([u8; 32]);

impl AdminToken {
    /// Keeps the hash of `token`.
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    /// Whether `offered` is the token; takes as long whichever byte differs.
    #[must_use]
    pub fn is(&self, offered: &str) -> bool {
        let offered: [u8; 32] = Sha256::digest(offered).into();
        self.0.ct_eq(&offered).into()
    }
}
