//! What is worded so far.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::said;
use crate::capability::Wanted;
use crate::object::{Fields, Found, Kind, Object};
use crate::plan::{Conflict, Notice};
use crate::reading::Reading;
use crate::site::SiteId;

/// Gathers objects, conflicts and notices.
pub(super) struct Words<'a> {
    pub(super) site: &'a SiteId,
    pub(super) reading: &'a Reading,
    own: BTreeSet<Uuid>,
    wanted: Wanted,
}

/// Words a wish twice. The first time tells which ids are wanted: what has one of them is ours, whatever became of its
/// description, and is no stranger the second time.
pub(super) fn worded(site: &SiteId, reading: &Reading, word: impl Fn(&mut Words<'_>)) -> Wanted {
    let mut first = Words { site, reading, own: BTreeSet::new(), wanted: Wanted::default() };
    word(&mut first);
    let own = first.wanted.objects.iter().filter_map(|object| object.id).collect();
    let mut words = Words { own, wanted: Wanted::default(), ..first };
    word(&mut words);
    words.done()
}

/// Fields from pairs.
pub(super) fn fields<const N: usize>(pairs: [(&str, &str); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A switch as the models keep it.
pub(super) fn switch(on: bool) -> &'static str {
    if on { "1" } else { "0" }
}

impl<'a> Words<'a> {
    /// Words an object. Gives its id, for those that refer to it.
    pub(super) fn object(&mut self, kind: Kind, name: String, mut fields: Fields) -> Uuid {
        let id = self.site.object(kind, &name);
        if let Some(field) = kind.description() {
            fields.insert(field.into(), self.site.mark(&name));
        }
        self.wanted.objects.push(Object { kind, id: Some(id), name, fields });
        id
    }

    /// Words settings.
    pub(super) fn settings(&mut self, kind: Kind, fields: Fields) {
        self.wanted.objects.push(Object { kind, id: None, name: kind.as_str().into(), fields });
    }

    /// Something stands in the way of that object.
    pub(super) fn conflict(&mut self, kind: Kind, name: &str, because: String, remedy: impl Into<String>) {
        self.wanted.conflicts.push(Conflict { kind, name: name.into(), because, remedy: remedy.into() });
    }

    /// An operator should know this.
    pub(super) fn notice(&mut self, text: String) {
        self.wanted.notices.push(Notice { text });
    }

    /// Where an operator finds what is there of a kind: a page, or a file.
    pub(super) fn place(&self, kind: Kind) -> String {
        match &self.reading.facts.file {
            None => said::page(kind).to_owned(),
            Some(file) if kind.is_settings() => format!("dnsmasq's own settings, beside {}", file.display()),
            Some(file) => file.display().to_string(),
        }
    }

    /// What stands there of a kind and is not this server's.
    pub(super) fn foreign(&self, kind: Kind) -> Vec<&'a Found> {
        self.reading.of(kind).filter(|found| !self.is_own(found)).collect()
    }

    /// Whether this server made it: by its id, and by what follows from it where the id is not wanted any more. A copy that
    /// somebody made on the gateway's pages has the description and another id: it is foreign.
    pub(super) fn is_own(&self, found: &Found) -> bool {
        let Some(id) = found.id else { return false };
        let named = match found.kind.description() {
            Some(field) => self.site.marked(found.field(field)),
            None => Some(found.field("tag")),
        };
        self.own.contains(&id) || named.is_some_and(|name| self.site.object(found.kind, name) == id)
    }

    /// The words, in the order of making.
    fn done(mut self) -> Wanted {
        self.unseen_rules();
        let Wanted { mut objects, conflicts, mut notices } = self.wanted;
        objects.sort_by_key(|object| object.kind);
        notices.sort();
        notices.dedup();
        Wanted { objects, conflicts, notices }
    }

    /// An operator may keep the firewall's rules to himself. He is told which ones are needed.
    fn unseen_rules(&mut self) {
        let Some(why) = self.reading.facts.unread.get(&Kind::PassRule) else { return };
        let rules: Vec<_> =
            self.wanted.objects.extract_if(.., |object| object.kind == Kind::PassRule).collect();
        if !rules.is_empty() {
            let rules = super::rules::said(&rules);
            self.notice(format!(
                "The firewall's rules can't be read: {why}. Let pass yourself what is needed: {rules}"
            ));
        }
    }
}
