//! A secret in the open: wiped from memory when it is let go of, and never shown by accident.

use std::fmt;

use zeroize::Zeroizing;

/// The value of a secret, at most [`SecretValue::MAX_BYTES`].
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(Zeroizing<String>);

/// More than a secret may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret has at most {max} bytes, and is not empty", max = SecretValue::MAX_BYTES)]
pub struct TooLarge;

impl SecretValue {
    /// A private key fits; a disk image does not.
    pub const MAX_BYTES: usize = 64 << 10;

    /// Takes a value.
    ///
    /// # Errors
    /// It is empty or too large.
    pub fn new(value: String) -> Result<Self, TooLarge> {
        let value = Zeroizing::new(value);
        if value.is_empty() || value.len() > Self::MAX_BYTES { Err(TooLarge) } else { Ok(Self(value)) }
    }

    /// The value, for the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(…)")
    }
}
