//! A secret's value, as long as it is in memory.

use std::fmt;

use zeroize::Zeroizing;

/// Bytes of a value: a token has fifty, a key file some thousands.
pub const MAX_VALUE_BYTES: usize = 64 << 10;

/// A secret's value. Wiped when it is dropped; its `Debug` hides it.
#[derive(Clone)]
pub struct SecretValue(Zeroizing<Vec<u8>>);

/// Why bytes are no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidValue {
    /// Nothing.
    #[error("the secret's value is empty")]
    Empty,
    /// Too much.
    #[error("the secret's value has {bytes} bytes; at most {MAX_VALUE_BYTES} are kept")]
    TooLong {
        /// How many.
        bytes: usize,
    },
}

impl SecretValue {
    /// Takes the bytes over; they are wiped also when they are refused.
    ///
    /// # Errors
    /// [`InvalidValue`] when there are none, or too many.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, InvalidValue> {
        let bytes = Zeroizing::new(bytes.into());
        match bytes.len() {
            0 => Err(InvalidValue::Empty),
            1..=MAX_VALUE_BYTES => Ok(Self(bytes)),
            bytes => Err(InvalidValue::TooLong { bytes }),
        }
    }

    /// The value itself.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// The value as text without the blanks around it, where it is text.
    #[must_use]
    pub fn reveal_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok().map(str::trim)
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_bounded_and_never_shows() {
        let value = SecretValue::new("tk_secret\n").unwrap();
        assert_eq!(format!("{value:?}"), "SecretValue(…)");
        assert_eq!((value.reveal(), value.reveal_text()), (b"tk_secret\n".as_slice(), Some("tk_secret")));
        assert_eq!(SecretValue::new(vec![0xff]).unwrap().reveal_text(), None);
        assert_eq!(SecretValue::new("").unwrap_err(), InvalidValue::Empty);
        assert!(SecretValue::new(vec![1; MAX_VALUE_BYTES]).is_ok());
        let error = SecretValue::new(vec![1; MAX_VALUE_BYTES + 1]).unwrap_err();
        assert_eq!(error, InvalidValue::TooLong { bytes: MAX_VALUE_BYTES + 1 });
    }
}
