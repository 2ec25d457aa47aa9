//! How what follows is told: these sentences stand in the timeline and on the phone, behind the host's name and place.

use std::time::Duration;

use events::{Kind, NewEvent};
use inventory::Timestamp;
use serde_json::json;

use super::course::Course;
use super::standing::Standing;
use crate::role::Role;

/// Who writes what was found out by looking.
pub(super) const SERVER: &str = "server";
/// Of a log, so much fits a phone.
const LOG_CHARS: usize = 300;
/// An installed node starts over once more, when its system is brought to the cluster's release: that is no silence to ring for.
const SETTLING: Duration = Duration::from_secs(45 * 60);

/// An event of this course.
pub(super) fn event(kind: Kind, course: &Course, summary: String, standing: &Standing) -> NewEvent {
    NewEvent::new(kind, Some(course.host.clone()), SERVER, summary).key(course.generation.to_string()).data(
        json!({
            "generation": course.generation,
            "step": standing.last,
            "next": standing.next,
            "percent": standing.percent,
            "log": standing.log,
        }),
    )
}

pub(super) fn failed(course: &Course, standing: &Standing, now: Timestamp) -> String {
    let log = match standing.log.trim() {
        "" => String::new(),
        log => format!(". It said: {}", tail(log)),
    };
    format!(
        "{}: {}. {}{}. Try again: muster host reprovision {}{log}",
        course.node,
        standing.text,
        last_good(standing, now),
        likely(standing),
        course.name,
    )
}

pub(super) fn overdue(course: &Course, standing: &Standing, now: Timestamp) -> String {
    let retry = match course.consumed_at {
        // Nothing is used up: it may simply be started again.
        None => String::new(),
        Some(_) => format!(". Give it up and try again: muster host reprovision {}", course.name),
    };
    format!(
        "{}: {}, and it did not come in time. {}{}{retry}",
        course.node,
        standing.text,
        last_good(standing, now),
        likely(standing),
    )
}

pub(super) fn leaked(course: &Course, now: Timestamp) -> String {
    let to = course.consumed_by.as_deref().unwrap_or("an address that was not kept");
    let held = match course.role {
        Role::Worker => "It holds what lets a machine ask to join the cluster",
        Role::Bootstrap | Role::ControlPlane => "It holds keys of the whole cluster",
    };
    let after = course.consumed_at.map(|at| span(now.since(at))).unwrap_or_default();
    format!(
        "The document of {} was handed out to {to}, and its machine has not spoken in the {after} since. {held}: treat that as leaked. Look at the machine; unless it is seen to install, make new configs in an empty folder (openshift-install create ignition-configs), muster cluster create --replace, and install the cluster's nodes anew",
        course.node
    )
}

pub(super) fn caught_up(course: &Course, standing: &Standing) -> String {
    format!("The installation of {} goes on: {}", course.node, standing.last.in_words())
}

pub(super) fn expired(course: &Course) -> String {
    format!(
        "The arming of {} (generation {}) ran out before it was used: {} has its role and is not armed. Nothing was written",
        course.node, course.generation, course.name
    )
}

pub(super) fn installed(course: &Course, now: Timestamp) -> NewEvent {
    let summary = format!(
        "{} is in service, {} after it was armed: the installed system's agent spoke",
        course.node,
        span(now.since(course.armed_at))
    );
    let data = json!({ "generation": course.generation, "quiet_until": now.plus(SETTLING) });
    NewEvent::new(Kind::InstallEnded, Some(course.host.clone()), SERVER, summary)
        .key(course.generation.to_string())
        .data(data)
}

fn last_good(standing: &Standing, now: Timestamp) -> String {
    let percent = standing.percent.map(|percent| format!(", {percent} %")).unwrap_or_default();
    let ago = span(now.since(standing.last_at));
    format!("Last good step, {ago} ago: {}{percent}", standing.last.in_words())
}

fn likely(standing: &Standing) -> String {
    let cause = standing.cause.as_deref().unwrap_or_default().trim_end_matches('.');
    if cause.is_empty() { String::new() } else { format!(". Likely: {cause}") }
}

/// The end of a log, on one line.
fn tail(log: &str) -> String {
    let line = log.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" / ");
    let chars = line.chars().count();
    match chars.checked_sub(LOG_CHARS) {
        None | Some(0) => line,
        Some(over) => format!("…{}", line.chars().skip(over).collect::<String>()),
    }
}

/// A length of time in its largest unit or two.
pub(super) fn span(span: Duration) -> String {
    let (mins, secs) = (span.as_secs() / 60, span.as_secs() % 60);
    match (mins / 60, mins % 60) {
        (0, 0) => format!("{secs} s"),
        (0, mins) => format!("{mins} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, mins) => format!("{hours} h {mins} min"),
    }
}
