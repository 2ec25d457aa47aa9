//! Which of the objects on a gateway are this server's own.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::object::{Found, Kind};
use crate::reading::Reading;
use crate::site::SiteId;

/// What the journal says that this server made and has not removed, and what it calls it.
pub(crate) type Known = BTreeMap<(Kind, Uuid), String>;

/// What this server calls an object of its own; none where it is somebody else's.
///
/// An id proves it: a UUIDv5 of this server's own id with kind and name. The name stands in the description, in the object
/// itself (a tag's, a backend's), or in the journal. Somebody who copies an object of ours copies its description and gets
/// another id; so a description alone proves nothing.
pub(crate) fn owner(site: &SiteId, known: &Known, found: &Found) -> Option<String> {
    let id = found.id?;
    if let Some(name) = known.get(&(found.kind, id)) {
        return Some(name.clone());
    }
    if id.get_version_num() != 5 {
        return None;
    }
    let mut names = found.fields.values().map(|value| site.marked(value).unwrap_or(value));
    names.find(|name| site.object(found.kind, name) == id).map(str::to_owned)
}

/// A reading in which the objects that the journal knows say whose they are, also where somebody edited their description.
/// What words a wish looks there, so that it never takes our own objects for obstacles.
pub(crate) fn as_marked(site: &SiteId, known: &Known, reading: &Reading) -> Reading {
    let mut marked = reading.clone();
    for found in &mut marked.found {
        let name = found.id.and_then(|id| known.get(&(found.kind, id)));
        if let (Some(name), Some(field)) = (name, found.kind.description()) {
            found.fields.insert(field.to_owned(), site.mark(name));
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_its_name_proves_whose_it_is_and_a_description_alone_does_not() {
        let [ours, theirs] = [SiteId(Uuid::from_u128(1 << 96)), SiteId(Uuid::from_u128(2 << 96))];
        let found = |id: Uuid, field: &str, value: &str| Found {
            kind: Kind::Boot,
            id: Some(id),
            fields: [(field.to_owned(), value.to_owned())].into(),
        };
        let id = ours.object(Kind::Boot, "boot efi64");
        let none = Known::new();
        let cases = [
            ("marked", found(id, "description", &ours.mark("boot efi64")), true),
            ("named by a field of its own", found(id, "name", "boot efi64"), true),
            ("edited by hand", found(id, "description", "mine now"), false),
            ("a copy", found(Uuid::from_u128(7), "description", &ours.mark("boot efi64")), false),
            (
                "another server's",
                found(theirs.object(Kind::Boot, "boot efi64"), "description", &theirs.mark("boot efi64")),
                false,
            ),
            ("of another kind", found(ours.object(Kind::Tag, "boot efi64"), "name", "boot efi64"), false),
        ];
        for (what, found, expected) in cases {
            assert_eq!(owner(&ours, &none, &found).is_some(), expected, "{what}");
        }
        let known = Known::from([((Kind::Boot, id), "boot efi64".to_owned())]);
        assert!(
            owner(&ours, &known, &found(id, "description", "mine now")).is_some(),
            "the journal knows it"
        );
        let nameless = Found { kind: Kind::Boot, id: None, fields: [].into() };
        assert_eq!(owner(&ours, &known, &nameless), None);
    }
}
