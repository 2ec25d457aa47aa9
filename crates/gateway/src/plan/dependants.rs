//! What others have built on Muster's own objects: these can't go under them.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::object::Found;
use crate::ownership::{Known, owner};
use crate::reading::Reading;
use crate::same::items;
use crate::site::SiteId;

/// Somebody else's objects, by the ids that they refer to. Most of these the gateway would refuse to leave without what they
/// refer to, in the middle of an apply; an alias of a name it would remove without a word.
pub(crate) struct Dependants<'a>(BTreeMap<&'a str, &'a Found>);

impl<'a> Dependants<'a> {
    pub(crate) fn of(site: &SiteId, known: &Known, reading: &'a Reading) -> Self {
        let foreign = reading.found.iter().filter(|found| owner(site, known, found).is_none());
        let references = foreign.flat_map(|found| {
            let values = found.fields.values().flat_map(|value| items(value));
            values.filter(|item| item.len() == Uuid::nil().to_string().len()).map(move |id| (id, found))
        });
        Self(references.collect())
    }

    /// Who refers to this object of ours, in a sentence.
    pub(crate) fn on(&self, id: Option<Uuid>) -> Option<String> {
        let user = self.0.get(id?.to_string().as_str())?;
        let called = ["description", "descr", "name", "filename", "hostname"].map(|field| user.field(field));
        let called = called.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        let called: String = called.chars().take(60).collect();
        Some(format!("the {} {called:?}, which is not Muster's, refers to it", user.kind))
    }
}
