//! What a gateway holds once a change was made: what undo thinks ahead with.

use crate::change::{Action, Change};
use crate::object::{Fields, Found};

/// Makes a change of what was found, as a gateway would. Made a second time it changes nothing.
pub(crate) fn make(found: &mut Vec<Found>, change: &Change) {
    let at = found.iter().position(|it| it.kind == change.kind && it.id == change.id);
    let after = || change.after.clone().unwrap_or_default();
    let new = |fields: Fields| Found { kind: change.kind, id: change.id, fields };
    match (change.action, at) {
        (Action::Create | Action::Update, Some(at)) => {
            if let Some(it) = found.get_mut(at) {
                it.fields.extend(after());
            }
        }
        (Action::Create | Action::Update, None) => found.push(new(after())),
        (Action::Move, at) => {
            if let Some(at) = at {
                found.remove(at);
            }
            found.push(new(after()));
        }
        (Action::Delete, Some(at)) => drop(found.remove(at)),
        (Action::Delete, None) => {}
    }
}
