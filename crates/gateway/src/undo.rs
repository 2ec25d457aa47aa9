//! What takes changes back: the inverse changes in reverse order, from what is there now. Pure.

use uuid::Uuid;

use crate::change::{Action, Change};
use crate::object::{Fields, Found, Kind};
use crate::plan::order::restore_boot_order;
use crate::reading::Reading;
use crate::same::{differing, grows, same, shrunk};
use crate::simulate;

/// Changes that take others back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Undo {
    /// The changes in order, each with the number of the step that it takes back; none for a boot entry that is only moved.
    pub(crate) changes: Vec<(Option<u32>, Change)>,
    /// Objects that others changed since, and how: a sentence each.
    pub(crate) changed_since: Vec<String>,
    /// Objects that can't be put back, and why: a sentence each.
    pub(crate) stuck: Vec<String>,
}

/// What takes these steps back. A step that was not made, or that was taken back already, needs nothing.
///
/// `boot_order` is the order of our boot entries before the first of them.
pub(crate) fn undo(steps: &[(u32, Change)], reading: &Reading, boot_order: &[Uuid]) -> Undo {
    let mut undo = Undo::default();
    let mut ahead = reading.clone();
    for (number, step) in steps.iter().rev() {
        if is_as_before(steps, step, reading) {
            continue;
        }
        let there = ahead.found.iter().find(|it| it.kind == step.kind && it.id == step.id);
        let Some(change) = inverse(step, there, &mut undo) else { continue };
        simulate::make(&mut ahead.found, &change);
        undo.changes.push((Some(*number), change));
    }
    let name = |id: Uuid| {
        let of_step = steps.iter().find(|(_, step)| step.id == Some(id)).map(|(_, step)| step.name.clone());
        of_step.unwrap_or_else(|| "a boot entry".to_owned())
    };
    // Only where a step made or moved one: an order that somebody else changed is not this undo's.
    if steps.iter().any(|(_, step)| step.kind == Kind::Boot && step.action != Action::Update) {
        let moves = restore_boot_order(&ahead, boot_order, name);
        undo.changes.extend(moves.into_iter().map(|change| (None, change)));
    }
    undo
}

/// Whether the object of a step is as it was before the first step that touched it. One that was removed and made anew has two.
fn is_as_before(steps: &[(u32, Change)], step: &Change, reading: &Reading) -> bool {
    let of_object = |it: &&(u32, Change)| it.1.kind == step.kind && it.1.id == step.id;
    let Some((_, first)) = steps.iter().find(of_object) else { return false };
    let there = reading.found.iter().find(|it| it.kind == step.kind && it.id == step.id);
    match (&first.before, there) {
        (Some(before), Some(found)) if !step.kind.is_settings() => {
            differing(step.kind, &found.fields, before).1.is_empty()
        }
        _ => false,
    }
}

/// What takes one step back from what is there.
fn inverse(step: &Change, there: Option<&Found>, undo: &mut Undo) -> Option<Change> {
    let inverse = step.inverse();
    let what = step.object();
    let changed = |fields: &Fields| fields.keys().cloned().collect::<Vec<_>>().join(", ");
    match (step.action, there) {
        (Action::Create, None) => None,
        (Action::Create, Some(found)) => {
            let (now, _) = differing(step.kind, &found.fields, step.after.as_ref()?);
            if !now.is_empty() {
                undo.changed_since.push(format!("{} of {what} was changed since", changed(&now)));
            }
            Some(Change { before: Some(found.fields.clone()), ..inverse })
        }
        (Action::Delete, Some(found)) => {
            let (now, _) = differing(step.kind, &found.fields, step.before.as_ref()?);
            if !now.is_empty() {
                undo.changed_since.push(format!("{what} was made anew since, with other {}", changed(&now)));
            }
            None
        }
        (Action::Delete, None) => Some(inverse),
        // Removed, and not made anew.
        (Action::Move, None) => Some(Change { action: Action::Create, before: None, ..inverse }),
        (Action::Move, Some(found)) => put_back(inverse, found, step, undo),
        (Action::Update, Some(found)) => put_back(inverse, found, step, undo),
        (Action::Update, None) if step.kind.is_settings() => None,
        (Action::Update, None) => {
            undo.stuck.push(format!("{what} was removed by somebody else"));
            None
        }
    }
}

/// The fields that a step set, as they were before it.
fn put_back(inverse: Change, found: &Found, step: &Change, undo: &mut Undo) -> Option<Change> {
    let (before, after) = (step.before.as_ref()?, step.after.as_ref()?);
    let (mut from, mut to) = (Fields::new(), Fields::new());
    for (field, old) in before {
        let new = after.get(field).map_or("", String::as_str);
        let now = found.field(field);
        if same(step.kind, field, old, new) {
            continue;
        }
        let target = if grows(step.kind, field) { shrunk(now, old, new) } else { old.clone() };
        if same(step.kind, field, now, &target) {
            continue;
        }
        if !grows(step.kind, field) && !same(step.kind, field, now, new) {
            undo.changed_since.push(format!("{field} of {} was changed since", step.object()));
        }
        from.insert(field.clone(), now.to_owned());
        to.insert(field.clone(), target);
    }
    (!to.is_empty()).then_some(Change {
        action: Action::Update,
        before: Some(from),
        after: Some(to),
        ..inverse
    })
}
