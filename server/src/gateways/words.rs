//! How a gateway stands, in a few words.

use gateway::{Action, AdapterKind, ApplyState, Listed, StepRecord, StepState, Wish};

use crate::format::line;
use crate::gateways::diff::called;

/// Characters of a reason.
pub(crate) const REASON: usize = 600;

/// Where a gateway is.
pub(crate) fn place(adapter: &AdapterKind) -> String {
    match adapter {
        AdapterKind::OpnSense { url, .. } => line(url, 200),
        AdapterKind::Dnsmasq { file, .. } => format!("dnsmasq {}", line(&file.display().to_string(), 200)),
    }
}

/// How a gateway stands, in a few words: what is worst comes first.
pub(crate) fn state(listed: &Listed) -> String {
    let last = listed.last_apply.as_ref().map(|last| last.state);
    match last {
        Some(ApplyState::Applying) => "being changed".to_owned(),
        Some(ApplyState::HalfDone | ApplyState::Interrupted) => "half done: apply it again".to_owned(),
        _ if listed.unreachable_since.is_some() => "can't be reached".to_owned(),
        _ if listed.drift_since.is_some() => "differs from what was applied".to_owned(),
        _ if listed.unapplied => "something is not applied yet".to_owned(),
        Some(_) => "as it is wanted".to_owned(),
        None => "nothing was applied".to_owned(),
    }
}

/// What is wanted, counted.
pub(crate) fn wanted(wish: &Wish) -> String {
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let boot = wish.dhcp.boot.as_ref().map(|boot| {
        let classes: Vec<&str> = boot.firmwares.iter().map(|class| class.class.as_str()).collect();
        format!("network boot from {} for {}", boot.server, classes.join(", "))
    });
    let parts = [
        count(wish.dhcp.networks.len(), "network", "networks"),
        count(wish.dhcp.reservations.len(), "reserved address", "reserved addresses"),
        boot,
        count(wish.dns.len(), "name", "names"),
        count(wish.balancers.len(), "balanced port", "balanced ports"),
    ];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    if said.is_empty() { "nothing".to_owned() } else { said.join(", ") }
}

/// One step: what was done, and how it ended.
pub(crate) fn step(step: &StepRecord) -> String {
    let mark = match step.state {
        StepState::Begun => '…',
        StepState::Made => '✓',
        StepState::Failed => '✗',
    };
    let change = &step.change;
    let undoing = if step.undoes.is_some() { "undo: " } else { "" };
    let what = match change.action {
        Action::Create => "make",
        Action::Update => "change",
        Action::Move => "move to the end",
        Action::Delete => "remove",
    };
    let words =
        if step.words.is_empty() { String::new() } else { format!(": {}", line(&step.words, REASON)) };
    format!("{mark} {undoing}{what} {}{words}", called(change.kind, &change.name))
}

/// What an operator should look at of a gateway, on every page; nothing where it is well.
pub(crate) fn notice(listed: &Listed) -> Option<String> {
    let name = &listed.name;
    match listed.last_apply.as_ref().map(|last| last.state) {
        Some(ApplyState::HalfDone | ApplyState::Interrupted) => {
            return Some(format!(
                "A change of the gateway {name} is half done: muster gateway show {name} says what was done, muster gateway apply {name} brings it to its end."
            ));
        }
        Some(ApplyState::Applying | ApplyState::Done | ApplyState::Undone) | None => {}
    }
    if listed.unreachable_since.is_some() {
        let why = listed.unreachable_why.as_deref().map(|why| format!(": {}", line(why, REASON)));
        return Some(format!("The gateway {name} can't be reached{}.", why.unwrap_or_default()));
    }
    listed.drift_since.map(|_| {
        format!("The gateway {name} is not as Muster set it up: see muster gateway drift {name}, put it back with muster gateway apply {name}.")
    })
}

#[cfg(test)]
mod tests;
