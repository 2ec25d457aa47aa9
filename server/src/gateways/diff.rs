//! A plan as people read it: what stands in the way first, then what is worth knowing, then each change with its fields.
//! Values come from the gateway, which is not ours: each becomes one plain line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use gateway::{Action, Change, Conflict, Fields, Kind, Notice, Plan, Service};

use crate::format::line;

/// Characters of a value; a longer one is cut.
const VALUE: usize = 160;
/// Characters of a sentence.
const SENTENCE: usize = 600;

/// The whole plan.
pub(crate) fn plan(plan: &Plan) -> String {
    let mut text = conflicts(&plan.conflicts);
    text.push_str(&notices(&plan.notices));
    if plan.changes.is_empty() {
        text.push_str(match plan.services.is_empty() {
            true => "Nothing to change: the gateway is as it is wanted.\n",
            false => "Nothing to change.\n",
        });
    } else {
        text.push_str(&changes(&plan.changes));
        let _ = writeln!(text, "\n{}.", counted(&plan.changes));
    }
    text.push_str(&taken_up(&plan.services));
    text
}

/// What stands in the way, and what to do about it.
pub(crate) fn conflicts(conflicts: &[Conflict]) -> String {
    if conflicts.is_empty() {
        return String::new();
    }
    let mut text = match conflicts.len() {
        1 => "A conflict stands in the way. Nothing is applied before it is gone:\n".to_owned(),
        count => format!("{count} conflicts stand in the way. Nothing is applied before they are gone:\n"),
    };
    for conflict in conflicts {
        let what = called(conflict.kind, &conflict.name);
        let _ = writeln!(text, "  ! {what}: {}", line(&conflict.because, SENTENCE));
        let _ = writeln!(text, "      {}", line(&conflict.remedy, SENTENCE));
    }
    text.push('\n');
    text
}

/// What an operator should know.
pub(crate) fn notices(notices: &[Notice]) -> String {
    let lines: String =
        notices.iter().map(|notice| format!("note: {}\n", line(&notice.text, SENTENCE))).collect();
    if lines.is_empty() { lines } else { format!("{lines}\n") }
}

/// The changes in their order, under the service that takes them up.
pub(crate) fn changes(changes: &[Change]) -> String {
    let mut text = String::new();
    let mut service = None;
    let names = Names::of(changes);
    for change in changes {
        if service != Some(change.service) {
            service = Some(change.service);
            let _ = writeln!(text, "{}", change.service);
        }
        text.push_str(&one(change, &names));
    }
    text
}

fn one(change: &Change, names: &Names) -> String {
    let mark = match change.action {
        Action::Create => '+',
        Action::Update | Action::Move => '~',
        Action::Delete => '-',
    };
    let moved = if change.action == Action::Move { ", made anew at the end of its list" } else { "" };
    let because = change.because.as_deref().map(|because| format!(" ({})", line(because, SENTENCE)));
    let what = called(change.kind, &change.name);
    let mut text = format!("  {mark} {what}{moved}{}\n", because.unwrap_or_default());
    for (field, value) in fields(change, names) {
        let _ = writeln!(text, "      {field}: {value}");
    }
    text
}

/// What an object is called: most names begin with the kind already.
pub(crate) fn called(kind: Kind, name: &str) -> String {
    let name = line(name, VALUE);
    match name.split(' ').next() {
        Some(first) if first == kind.as_str() => name,
        _ => format!("{kind} {name}"),
    }
}

/// The fields that say something: those that are set, or that change.
fn fields(change: &Change, names: &Names) -> Vec<(String, String)> {
    let none = Fields::new();
    let (before, after) = (change.before.as_ref().unwrap_or(&none), change.after.as_ref().unwrap_or(&none));
    let said: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |fields: &Fields, name: &String| fields.get(name).map(|value| shown(&names.instead(value)));
    let said = said.into_iter().filter_map(|name| {
        let text = match (change.action, value(before, name), value(after, name)) {
            (Action::Create, _, after) => after.filter(|after| after != EMPTY)?,
            (Action::Delete, before, _) => before.filter(|before| before != EMPTY)?,
            (Action::Move, before, after) if before == after => return None,
            (_, before, after) => {
                let or_empty = |value: Option<String>| value.unwrap_or_else(|| EMPTY.to_owned());
                format!("{} → {}", or_empty(before), or_empty(after))
            }
        };
        Some((line(name, VALUE), text))
    });
    said.collect()
}

/// What the objects of a plan are called: an id among another's fields tells a person nothing.
struct Names(BTreeMap<String, String>);

impl Names {
    fn of(changes: &[Change]) -> Self {
        let named = |change: &Change| Some((change.id?.to_string(), called(change.kind, &change.name)));
        Self(changes.iter().filter_map(named).collect())
    }

    /// The value with names for the ids that are known.
    fn instead(&self, value: &str) -> String {
        let name = |part: &str| self.0.get(part).cloned().unwrap_or_else(|| part.to_owned());
        value.split(',').map(name).collect::<Vec<_>>().join(",")
    }
}

/// What is not set.
const EMPTY: &str = "(empty)";

fn shown(value: &str) -> String {
    match line(value, VALUE) {
        empty if empty.is_empty() => EMPTY.to_owned(),
        value => value,
    }
}

/// `3 made, 1 changed, 2 removed`.
pub(crate) fn counted(changes: &[Change]) -> String {
    let count = |wanted: &[Action]| changes.iter().filter(|change| wanted.contains(&change.action)).count();
    let parts = [
        (count(&[Action::Create]), "made"),
        (count(&[Action::Update, Action::Move]), "changed"),
        (count(&[Action::Delete]), "removed"),
    ];
    let said: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    said.join(", ")
}

fn taken_up(services: &BTreeSet<Service>) -> String {
    let names: Vec<&str> = services.iter().map(|service| service.as_str()).collect();
    match names.as_slice() {
        [] => String::new(),
        names => {
            format!("Then {} {} it up.\n", names.join(", "), if names.len() == 1 { "takes" } else { "take" })
        }
    }
}

#[cfg(test)]
mod tests;
