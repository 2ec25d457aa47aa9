//! Whose objects they are.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::object::Kind;

/// The server's own id: made once, at random, and kept in its database. Everything that it makes on a gateway has an id that
/// follows from this one, so that two Musters on one gateway are strangers to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SiteId(pub Uuid);

impl SiteId {
    /// The id of the object of this kind and name that is this server's own.
    #[must_use]
    pub fn object(&self, kind: Kind, name: &str) -> Uuid {
        Uuid::new_v5(&self.0, format!("{}/{name}", kind.as_str()).as_bytes())
    }

    /// What stands in the description of its objects: `Muster: NAME (1a2b3c4d)`.
    #[must_use]
    pub fn mark(&self, name: &str) -> String {
        format!("Muster: {name} ({self})")
    }

    /// The name in a description that [`mark`](Self::mark) made.
    #[must_use]
    pub fn marked<'a>(&self, description: &'a str) -> Option<&'a str> {
        description.strip_prefix("Muster: ")?.strip_suffix(&format!(" ({self})"))
    }
}

/// Its first eight digits: enough to tell two servers on one gateway apart.
impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0.as_fields().0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_known_by_its_server_kind_and_name() {
        let [ours, theirs] = [SiteId(Uuid::from_u128(1 << 96)), SiteId(Uuid::from_u128(2 << 96))];
        let tag = ours.object(Kind::Tag, "bios");
        assert_eq!(tag, ours.object(Kind::Tag, "bios"));
        assert_eq!(tag.get_version_num(), 5);
        let others = [
            ours.object(Kind::Boot, "bios"),
            ours.object(Kind::Tag, "efi64"),
            theirs.object(Kind::Tag, "bios"),
        ];
        assert!(!others.contains(&tag));
        let mark = ours.mark("boot efi64");
        assert_eq!(mark, "Muster: boot efi64 (00000001)");
        assert_eq!((ours.marked(&mark), theirs.marked(&mark)), (Some("boot efi64"), None));
    }
}
