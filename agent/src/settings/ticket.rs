//! The ticket: a secret that must not show.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The credential from the boot script. Its `Debug` shows the first six characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket(String);

impl Ticket {
    /// The ticket as it goes into the enrolment.
    #[must_use]
    pub fn reveal(&self) -> String {
        self.0.clone()
    }

    /// As much of it as may be shown.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.0.get(..6).unwrap_or_default()
    }

    /// By which a ticket that was used is known again.
    #[must_use]
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(&self.0))
    }
}

impl FromStr for Ticket {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        if text.len() <= 1024 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err("that is no ticket: expected at most 1024 visible ASCII characters")
        }
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({}…)", self.prefix())
    }
}
