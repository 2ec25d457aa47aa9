//! How an incident is told on a phone: one renderer for every rule and every provider.
//!
//! Each message stands for itself: it says what, since when, which value and which limit, and at the end the number of the
//! transition and when it happened (a phone shows when a message *arrived*). So it also reads well where an old server
//! shows both messages instead of replacing one by the other.

mod text;

use inventory::Timestamp;

pub(crate) use self::text::{cut, moment, plain, span};
use crate::incident::{Incident, IncidentState};
use crate::severity::Severity;

/// Bytes of a title: more than a phone shows.
const TITLE_BYTES: usize = 250;
/// Bytes of a text. ntfy refuses messages of 4096 bytes and more, and an alert that is refused is lost.
const TEXT_BYTES: usize = 3800;

/// A message, ready for any provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) loudness: Loudness,
    /// For people and filters: `host:…`, `rule:…`.
    pub(crate) labels: Vec<String>,
    /// Where more is to be seen.
    pub(crate) link: String,
    /// What can be answered at once, from the message.
    pub(crate) buttons: Vec<Button>,
}

/// A button in a message: pressed, the phone posts to an address. All who read the topic see the address, so it must be good for
/// this one answer and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What stands on it.
    pub label: String,
    /// Where the phone posts to.
    pub url: String,
}

/// How loud it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loudness {
    /// A problem.
    Problem(Severity),
    /// The problem that was told is over.
    Over,
    /// What is over was told quietly, or not at all.
    Past,
    /// A test.
    Test,
}

/// Tells `incident` to somebody who `knows` of it already, or does not. `page` is the server's address.
pub(crate) fn render(incident: &Incident, knows: bool, page: &str, buttons: Vec<Button>) -> Message {
    let (title, loudness) = match incident.state {
        IncidentState::Open => (incident.title.as_str(), Loudness::Problem(incident.severity)),
        IncidentState::Resolved => {
            let title = incident.ending.as_deref().unwrap_or("over");
            // The end is no louder than the beginning was.
            let is_worth_a_sound = knows && incident.severity > Severity::Info;
            (title, if is_worth_a_sound { Loudness::Over } else { Loudness::Past })
        }
    };
    let title = if incident.host.is_some() {
        let at =
            incident.place.as_deref().map(|place| format!(" ({})", plain(place, 64))).unwrap_or_default();
        format!("{}{at}: {title}", plain(&incident.host_name, 80))
    } else {
        title.to_owned()
    };
    // The last line is ours and has to be seen: the text before it gives way.
    let last = format!("#{} · {}", incident.transition, moment(incident.changed_at));
    let text = cut(&body(incident), TEXT_BYTES - last.len() - 1);
    let host_label = incident.host.as_ref().map(|_| format!("host:{}", label(&incident.host_name)));
    Message {
        title: cut(&title, TITLE_BYTES),
        text: format!("{text}\n{last}"),
        loudness,
        labels: host_label.into_iter().chain([format!("rule:{}", incident.rule)]).collect(),
        link: link(incident, page),
        buttons,
    }
}

/// A message that proves that a subscription works.
pub(crate) fn test(subscription: &str, page: &str, now: Timestamp) -> Message {
    Message {
        title: "Muster: test".to_owned(),
        text: format!("The subscription {subscription} works.\nSent {}", moment(now)),
        loudness: Loudness::Test,
        labels: vec!["test".to_owned()],
        link: page.to_owned(),
        buttons: Vec::new(),
    }
}

fn body(incident: &Incident) -> String {
    match (incident.state, incident.resolved_at) {
        (IncidentState::Resolved, Some(resolved_at)) => format!(
            "Was: {}, for {}, since {}.\n{}",
            incident.title,
            span(resolved_at.since(incident.opened_at)),
            moment(incident.opened_at),
            incident.text
        ),
        _ => incident.text.clone(),
    }
}

/// ntfy keeps its labels in one string with commas.
fn label(text: &str) -> String {
    plain(text, 64).replace([',', ' '], "_")
}

fn link(incident: &Incident, page: &str) -> String {
    let page = page.trim_end_matches('/');
    match &incident.host {
        Some(host) => format!("{page}/hosts/{host}"),
        None => format!("{page}/"),
    }
}

#[cfg(test)]
mod tests;
