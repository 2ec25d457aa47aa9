//! Documents that are secret as a whole: sealed like a secret, and kept in a row of whoever owns them.

use std::fmt;

/// Bytes of a document: the largest there is, the config of an OKD bootstrap machine, has some 400,000.
pub const MAX_DOCUMENT_BYTES: usize = 4 << 20;

/// A sealed document, as it lies in the database.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The sealed bytes.
    pub bytes: Vec<u8>,
    /// The public half of the key that they were sealed for.
    pub recipient: String,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes, for {})", self.bytes.len(), self.recipient)
    }
}

/// No secret's name has a blank in it: a document never opens as a secret, nor the other way round.
pub(crate) fn document_name(what: &str) -> String {
    format!("document {}", what.replace('\n', " "))
}
