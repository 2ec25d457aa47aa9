//! The order in which changes are made: what is referred to comes before what refers to it, and goes after it.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::change::{Action, Change};
use crate::object::{Fields, Kind};
use crate::reading::Reading;
use crate::same::items;

/// What is to be done with one object.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// It is made, or single fields of settings are set.
    Keep(Change),
    /// It is there as it is wanted; how it would be moved.
    Same(Change),
    /// Fields of it differ.
    Edit {
        /// The fields that differ.
        update: Change,
        /// All of its fields before and after.
        whole: (Fields, Fields),
    },
    /// It goes.
    Drop(Change),
}

/// All changes, in order:
/// 1. what nothing refers to is removed first, last kind first: it frees addresses, and what it refers to;
/// 2. what is wanted is set and made, kind by kind, what is there before what is new;
/// 3. what is referred to is removed last, when nothing refers to it any more.
pub(crate) fn arrange(reading: &Reading, steps: Vec<Step>) -> Vec<Change> {
    let steps = free_addresses(reading, steps);
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let mut middle: Vec<Change> = Vec::new();
    let mut boot: Vec<Step> = Vec::new();
    for step in steps {
        match step {
            Step::Drop(change) if referred_to(change.kind) => last.push(change),
            Step::Drop(change) => first.push(change),
            Step::Keep(change) if change.kind != Kind::Boot => middle.push(change),
            Step::Edit { update, .. } if update.kind != Kind::Boot => middle.push(update),
            Step::Same(change) if change.kind != Kind::Boot => {}
            entry => boot.push(entry),
        }
    }
    middle.extend(in_boot_order(reading, boot));
    first.sort_by_key(|change| std::cmp::Reverse(change.kind));
    // Stable: within a kind the order of the wish stays, and boot entries keep theirs.
    middle.sort_by_key(|change| (change.kind, change.kind != Kind::Boot && change.action == Action::Create));
    last.sort_by_key(|change| std::cmp::Reverse(change.kind));
    first.into_iter().chain(middle).chain(last).collect()
}

/// Whether other objects refer to those of this kind.
fn referred_to(kind: Kind) -> bool {
    matches!(kind, Kind::Tag | Kind::HealthCheck | Kind::Server | Kind::Backend)
}

/// dnsmasq takes the last line that fits. New lines and moved ones stand at the end; so of the wanted order the longest
/// beginning that is there already stays in its place, and all that comes after it is made or moved, in order.
fn in_boot_order(reading: &Reading, wanted: Vec<Step>) -> Vec<Change> {
    let mut there = reading.of(Kind::Boot).map(|found| found.id);
    let mut in_place = true;
    let mut changes = Vec::new();
    for step in wanted {
        let (id, create) = match &step {
            Step::Keep(change) => (change.id, true),
            Step::Same(change) | Step::Drop(change) => (change.id, false),
            Step::Edit { update, .. } => (update.id, false),
        };
        in_place = in_place && !create && there.any(|found| found == id);
        match step {
            Step::Keep(change) => changes.push(change),
            Step::Same(_) | Step::Drop(_) if in_place => {}
            Step::Edit { update, .. } if in_place => changes.push(update),
            Step::Same(change) | Step::Drop(change) => changes.push(moved(change)),
            Step::Edit { update, whole: (before, after) } => {
                changes.push(moved(Change { before: Some(before), after: Some(after), ..update }));
            }
        }
    }
    changes
}

fn moved(change: Change) -> Change {
    let because = "the last entry that fits a client counts, and this one must come after others".to_owned();
    Change { action: Action::Move, because: Some(because), ..change }
}

/// The moves that bring our boot entries back into an order that they had. All of them are there.
pub(crate) fn restore_boot_order(
    reading: &Reading,
    order: &[Uuid],
    name: impl Fn(Uuid) -> String,
) -> Vec<Change> {
    let steps = order
        .iter()
        .filter_map(|id| {
            let found = reading.object(Kind::Boot, *id)?;
            Some(Step::Same(Change {
                service: Kind::Boot.service(),
                kind: Kind::Boot,
                id: Some(*id),
                name: name(*id),
                action: Action::Move,
                before: Some(found.fields.clone()),
                after: Some(found.fields.clone()),
                because: None,
            }))
        })
        .collect();
    in_boot_order(reading, steps)
}

/// Two reservations can't have one address even for a moment. Where one takes the address that another of ours has now, it
/// is removed first and made anew last, so that the other can go its own way before.
fn free_addresses(reading: &Reading, steps: Vec<Step>) -> Vec<Step> {
    let taken: BTreeSet<(Uuid, &str)> = reading
        .of(Kind::Reservation)
        .filter_map(|found| Some((found.id?, found)))
        .flat_map(|(id, found)| found.list("ip").map(move |ip| (id, ip)))
        .collect();
    let held_by_another = |id: Option<Uuid>, ips: &str| {
        items(ips).any(|ip| taken.iter().any(|(by, of)| *of == ip && Some(*by) != id))
    };
    let mut arranged = Vec::new();
    for step in steps {
        match step {
            Step::Edit { update, whole: (before, after) }
                if update.kind == Kind::Reservation
                    && update
                        .after
                        .as_ref()
                        .and_then(|it| it.get("ip"))
                        .is_some_and(|ip| held_by_another(update.id, ip)) =>
            {
                let because = Some("another reservation of Muster's has its address until then".to_owned());
                arranged.push(Step::Drop(Change {
                    action: Action::Delete,
                    before: Some(before),
                    after: None,
                    because: because.clone(),
                    ..update.clone()
                }));
                arranged.push(Step::Keep(Change {
                    action: Action::Create,
                    before: None,
                    after: Some(after),
                    because,
                    ..update
                }));
            }
            other => arranged.push(other),
        }
    }
    arranged
}
