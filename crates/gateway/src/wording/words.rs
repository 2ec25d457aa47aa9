//! What is worded so far.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::capability::Wanted;
use crate::object::{Fields, Found, Kind, Object, Service};
use crate::plan::{Conflict, Notice};
use crate::reading::{Reading, ServiceState};
use crate::site::SiteId;

/// Gathers objects, conflicts and notices.
pub(super) struct Words<'a> {
    pub(super) site: &'a SiteId,
    pub(super) reading: &'a Reading,
    wanted: Wanted,
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
    pub(super) fn new(site: &'a SiteId, reading: &'a Reading) -> Self {
        Self { site, reading, wanted: Wanted::default() }
    }

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

    /// What stands there of a kind and is not this server's.
    pub(super) fn foreign(&self, kind: Kind) -> impl Iterator<Item = &'a Found> + use<'a> {
        let site = *self.site;
        self.reading.of(kind).filter(move |found| !is_own(&site, found))
    }

    /// The words, in the order of making; with what can't be seen, and with what would go live beside them.
    pub(super) fn done(mut self) -> Wanted {
        self.unread();
        self.unapplied();
        let Wanted { mut objects, conflicts, mut notices } = self.wanted;
        objects.sort_by_key(|object| object.kind);
        notices.sort();
        notices.dedup();
        Wanted { objects, conflicts, notices }
    }

    /// What can't be read can't be planned. Rules are the exception: an operator who keeps them to himself may do so.
    fn unread(&mut self) {
        let wanted: BTreeMap<Kind, String> =
            self.wanted.objects.iter().rev().map(|object| (object.kind, object.name.clone())).collect();
        for (kind, name) in wanted {
            let Some(why) = self.reading.facts.unread.get(&kind) else { continue };
            if kind == Kind::PassRule {
                let rules = self.wanted.objects.extract_if(.., |object| object.kind == kind);
                let rules = super::rules::said(rules);
                self.notice(format!(
                    "The firewall's rules can't be read: {why}. Let pass what is needed yourself: {rules}"
                ));
            } else {
                let because = format!("{kind} objects can't be read: {why}");
                self.conflict(
                    kind,
                    &name,
                    because,
                    "make this possible and plan again: nothing is changed unseen",
                );
            }
        }
    }

    fn unapplied(&mut self) {
        let services: BTreeSet<Service> =
            self.wanted.objects.iter().map(|object| object.kind.service()).collect();
        for service in services {
            for saved in self.reading.facts.unapplied.get(&service).into_iter().flatten() {
                self.notice(format!(
                    "Somebody's edit that is saved and not applied goes live with Muster's changes of {service}: {saved}"
                ));
            }
            if self.reading.services.get(&service) == Some(&ServiceState::Stopped) {
                self.notice(format!(
                    "{service} should run and does not, before any change of Muster's: look at its log first"
                ));
            }
        }
    }
}

/// Whether this server made it: by its id, and by its description where its kind has one. A copy that somebody made on the
/// gateway's pages has the description and another id, and is foreign.
fn is_own(site: &SiteId, found: &Found) -> bool {
    let Some(id) = found.id else { return false };
    match found.kind.description() {
        Some(field) => {
            site.marked(found.field(field)).is_some_and(|name| site.object(found.kind, name) == id)
        }
        None => super::dhcp::is_own_tag(site, found),
    }
}
