//! Making a plan: pure.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::dependants::Dependants;
use super::order::{Step, arrange};
use crate::capability::Wanted;
use crate::change::{Action, Change};
use crate::object::{Fields, Found, Kind, Object, Service};
use crate::ownership::{Known, owner};
use crate::plan::{Conflict, Notice, Plan};
use crate::reading::{Reading, ServiceState};
use crate::same::{differing, grown, grows};
use crate::site::SiteId;

/// What a plan is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Basis<'a> {
    /// Whose objects are ours.
    pub(crate) site: &'a SiteId,
    /// What the journal says that we made.
    pub(crate) known: &'a Known,
    /// Services that have not taken up what was saved for them.
    pub(crate) pending: &'a BTreeSet<Service>,
}

/// The plan that brings a gateway from what is there to what is wanted.
pub(crate) fn make(basis: Basis<'_>, reading: &Reading, wanted: Wanted) -> Plan {
    let Wanted { objects, mut conflicts, notices } = wanted;
    let mut notices: BTreeSet<Notice> = notices.into_iter().collect();
    let (objects, settings) = merge(objects, &mut conflicts);
    let seen: Vec<Kind> = conflicts.iter().map(|conflict| conflict.kind).collect();
    conflicts.extend(unread(reading, &objects, &settings).into_iter().filter(|it| !seen.contains(&it.kind)));
    notices.extend(unseen(basis.known, reading, &objects));

    let mut wanted_ids: BTreeSet<(Kind, Option<Uuid>)> = objects.iter().map(|it| (it.kind, it.id)).collect();
    let mut steps: Vec<Step> = Vec::new();
    for (kind, fields) in settings {
        wanted_ids.insert((kind, None));
        if reading.facts.unread.contains_key(&kind) {
            continue;
        }
        steps.extend(set(reading, kind, fields).map(Step::Keep));
    }
    let dependants = Dependants::of(basis.site, basis.known, reading);
    for found in &reading.found {
        if wanted_ids.contains(&(found.kind, found.id)) {
            continue;
        }
        if let Some(name) = owner(basis.site, basis.known, found) {
            conflicts.extend(dependants.on(found.id).map(|user| Conflict {
                kind: found.kind,
                name: name.clone(),
                because: format!("it is to go, and {user}"),
                remedy: "take that reference away first, or keep this in the wish".to_owned(),
            }));
            steps.push(Step::Drop(change(
                found.kind,
                found.id,
                name,
                Action::Delete,
                Some(found.fields.clone()),
                None,
            )));
        }
    }
    let there: BTreeMap<(Kind, Option<Uuid>), &Found> =
        reading.found.iter().map(|found| ((found.kind, found.id), found)).collect();
    for object in objects {
        let there = there.get(&(object.kind, object.id)).copied();
        steps.push(match there {
            None => Step::Keep(change(
                object.kind,
                object.id,
                object.name,
                Action::Create,
                None,
                Some(object.fields),
            )),
            Some(found) => step(found, object),
        });
    }
    notices.extend(left_on(reading, &wanted_ids, &steps));
    let changes = arrange(reading, steps);
    let services = services(&changes, basis.pending, reading, &wanted_ids, &mut notices);
    finish(changes, conflicts, notices.into_iter().collect(), services, reading)
}

/// The plan that consists of these changes.
pub(crate) fn finish(
    changes: Vec<Change>,
    conflicts: Vec<Conflict>,
    notices: Vec<Notice>,
    services: BTreeSet<Service>,
    reading: &Reading,
) -> Plan {
    let mut notices = notices;
    for (service, edits) in reading.facts.unapplied.iter().filter(|(service, _)| services.contains(service)) {
        for edit in edits {
            if said(&notices, edit) {
                continue;
            }
            let text = format!("what is not in force yet goes live with the plan ({service}): {edit}");
            notices.push(Notice { text });
        }
    }
    let digest = digest(&changes, &conflicts, &services);
    Plan { changes, conflicts, notices, services, revision: reading.revision.clone(), digest }
}

fn said(notices: &[Notice], edit: &str) -> bool {
    notices.iter().any(|notice| notice.text.contains(edit))
}

/// SHA-256 over what would be done. Structs are written in the order of their fields and maps are sorted, so that the same
/// plan always has the same text.
fn digest(changes: &[Change], conflicts: &[Conflict], services: &BTreeSet<Service>) -> String {
    let text = serde_json::to_vec(&(changes, conflicts, services)).unwrap_or_default();
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn step(found: &Found, object: Object) -> Step {
    let (before, after) = differing(object.kind, &found.fields, &object.fields);
    if after.is_empty() {
        let mut same =
            change(object.kind, object.id, object.name, Action::Move, Some(found.fields.clone()), None);
        same.after = same.before.clone();
        return Step::Same(same);
    }
    Step::Edit {
        update: change(
            object.kind,
            object.id,
            object.name,
            Action::Update,
            Some(before),
            Some(after.clone()),
        ),
        whole: (
            found.fields.clone(),
            found.fields.iter().map(|(k, v)| (k.clone(), v.clone())).chain(after).collect(),
        ),
    }
}

fn change(
    kind: Kind,
    id: Option<Uuid>,
    name: String,
    action: Action,
    before: Option<Fields>,
    after: Option<Fields>,
) -> Change {
    Change { service: kind.service(), kind, id, name, action, before, after, because: None }
}

/// Single fields of settings that are nobody's own.
fn set(reading: &Reading, kind: Kind, wanted: Fields) -> Option<Change> {
    let none = Fields::new();
    let there = reading.of(kind).next().map_or(&none, |found| &found.fields);
    let wanted = wanted
        .into_iter()
        .map(|(field, value)| {
            let value = if grows(kind, &field) {
                grown(there.get(&field).map_or("", String::as_str), &value)
            } else {
                value
            };
            (field, value)
        })
        .collect();
    let (before, after) = differing(kind, there, &wanted);
    (!after.is_empty())
        .then(|| change(kind, None, kind.as_str().to_owned(), Action::Update, Some(before), Some(after)))
}

/// One object each, and the settings put together. What two parts of a wish want differently can't be.
fn merge(objects: Vec<Object>, conflicts: &mut Vec<Conflict>) -> (Vec<Object>, BTreeMap<Kind, Fields>) {
    let (mut own, mut settings): (Vec<Object>, BTreeMap<Kind, Fields>) = (Vec::new(), BTreeMap::new());
    for object in objects {
        let twice = |what: String| Conflict {
            kind: object.kind,
            name: object.name.clone(),
            because: format!("the wish wants {what} twice, and differently"),
            remedy: "say it once".to_owned(),
        };
        if object.kind.is_settings() {
            let fields = settings.entry(object.kind).or_default();
            for (field, value) in &object.fields {
                match fields.get_mut(field) {
                    Some(there) if grows(object.kind, field) => *there = format!("{there},{value}"),
                    Some(there) if there != value => {
                        conflicts.push(twice(format!("{field} of the settings")))
                    }
                    _ => drop(fields.insert(field.clone(), value.clone())),
                }
            }
        } else if let Some(there) = own.iter().find(|it| it.kind == object.kind && it.id == object.id) {
            if there.fields != object.fields {
                conflicts.push(twice(format!("the {} {}", object.kind, object.name)));
            }
        } else {
            own.push(object);
        }
    }
    (own, settings)
}

/// What is wanted of a kind that can't be read can't be made.
fn unread(reading: &Reading, objects: &[Object], settings: &BTreeMap<Kind, Fields>) -> Vec<Conflict> {
    let unread = reading.facts.unread.iter();
    unread
        .filter_map(|(kind, why)| {
            let name = objects.iter().find(|it| it.kind == *kind).map(|it| it.name.clone());
            let name = name.or_else(|| settings.contains_key(kind).then(|| kind.as_str().to_owned()))?;
            Some(Conflict {
                kind: *kind,
                name,
                because: format!("what {} the gateway has can't be read: {why}", plural(*kind)),
                remedy: "give the key that privilege, or install what is missing; or take it out of the wish"
                    .to_owned(),
            })
        })
        .collect()
}

/// What we made of a kind that can't be read any more, and don't want: it may stand still.
fn unseen(known: &Known, reading: &Reading, objects: &[Object]) -> Vec<Notice> {
    let wanted = |kind: &Kind| objects.iter().any(|it| it.kind == *kind);
    let unread = reading.facts.unread.iter().filter(|(kind, _)| !wanted(kind));
    unread
        .filter_map(|(kind, why)| {
            let left = known.keys().filter(|(of, _)| of == kind).count();
            let text = format!(
                "{left} {} of Muster's can't be looked for, and may stand still: {why}",
                plural(*kind)
            );
            (left > 0).then_some(Notice { text })
        })
        .collect()
}

/// A service of which nothing is wanted any more stays as it is: whether Muster alone needed it is not known.
fn left_on(reading: &Reading, wanted: &BTreeSet<(Kind, Option<Uuid>)>, steps: &[Step]) -> Vec<Notice> {
    let left = [(Kind::DnsmasqSettings, "enable"), (Kind::HaproxySettings, "general.enabled")].into_iter();
    left.filter(|(kind, switch)| {
        let service = kind.service();
        let goes = |step: &Step| matches!(step, Step::Drop(change) if change.service == service);
        steps.iter().any(goes)
            && !wanted.iter().any(|(kind, _)| kind.service() == service)
            && reading.of(*kind).any(|found| found.field(switch) == "1")
    })
    .map(|(kind, _)| {
        let service = kind.service();
        let text = format!(
            "nothing is wanted of {service} any more: it stays switched on, where it listens now; switch it off yourself if \
             nobody else needs it"
        );
        Notice { text }
    })
    .collect()
}

fn plural(kind: Kind) -> String {
    match kind {
        Kind::DnsmasqSettings => "settings of dnsmasq".to_owned(),
        Kind::HaproxySettings => "settings of the load balancer".to_owned(),
        other => format!("{other}s").replace('-', " "),
    }
}

/// Those that take the changes up; those that have not taken up earlier ones; and those that something is wanted of and that
/// should run, and do not.
fn services(
    changes: &[Change],
    pending: &BTreeSet<Service>,
    reading: &Reading,
    wanted: &BTreeSet<(Kind, Option<Uuid>)>,
    notices: &mut BTreeSet<Notice>,
) -> BTreeSet<Service> {
    let mut services: BTreeSet<Service> = changes.iter().map(|change| change.service).collect();
    for service in pending.difference(&services.clone()) {
        notices
            .insert(Notice { text: format!("{service} has not taken up what Muster saved before: it will") });
        services.insert(*service);
    }
    let of_use: BTreeSet<Service> = wanted.iter().map(|(kind, _)| kind.service()).collect();
    for service in of_use {
        if reading.services.get(&service) == Some(&ServiceState::Stopped) {
            services.insert(service);
        }
    }
    services
}
