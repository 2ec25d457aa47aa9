//! `core/backup`: the history of the configuration, and the way back.

use crate::json::Json;
use crate::request::{Answer, Request};
use crate::revision::Revision;
use crate::state::{Caller, State};

pub(crate) fn act(
    state: &mut State,
    caller: &Caller,
    request: &Request,
    action: (&str, &[&str]),
) -> Option<Answer> {
    Some(match action {
        ("providers", _) => {
            let this = Json::texts(&[("description", "This Firewall"), ("dirname", "/conf/backup")]);
            Answer::ok(&Json::map([("items", Json::map([("this", this)]))]))
        }
        ("backups", [host, ..]) => {
            let all = state.history.all().iter().filter(|_| *host == "this");
            Answer::ok(&Json::map([("items", Json::List(all.map(listed).collect()))]))
        }
        ("download", [host, rest @ ..]) => download(state, host, rest.first().copied()),
        ("diff", [_, first, second, ..]) => diff(state, first, second),
        ("deletebackup" | "revertbackup", [_, ..]) if caller.user.is_read_only() => state.read_only(caller),
        ("deletebackup" | "revertbackup", [_, ..]) if !request.is_post() => Answer::status("failed"),
        ("deletebackup", [id, ..]) => {
            Answer::status(if state.history.remove(id) { "deleted" } else { "not_found" })
        }
        ("revertbackup", [id, ..]) => {
            let found = state.history.find(id).map(|revision| revision.config.as_ref().clone());
            let Some(config) = found else { return Some(Answer::status("not_found")) };
            match state.save(config, caller, &request.path) {
                Ok(()) => Answer::status("reverted"),
                Err(answer) => answer,
            }
        }
        _ => return None,
    })
}

fn listed(revision: &Revision) -> Json {
    Json::map([
        ("time", revision.time().into()),
        ("time_iso", revision.time_iso().into()),
        ("description", revision.description.as_str().into()),
        ("username", revision.user.as_str().into()),
        ("filesize", revision.xml.len().into()),
        ("id", revision.id.as_str().into()),
    ])
}

fn download(state: &State, host: &str, id: Option<&str>) -> Answer {
    let found = match id {
        None => state.history.all().first(),
        Some(id) => state.history.find(id),
    };
    // Where there is none of that name, nothing is sent.
    let Some(revision) = found.filter(|_| host == "this") else { return Answer::html(200, "") };
    let site = &state.config.site;
    let name = revision.id.trim_start_matches("config-");
    let disposition = format!("attachment; filename=config-{}.{}-{name}", site.hostname, site.domain);
    Answer {
        status: 200,
        content_type: "application/octet-stream",
        body: revision.xml.to_string(),
        headers: vec![("Content-Disposition", disposition), ("Pragma", "no-cache".to_owned())],
    }
}

fn diff(state: &State, first: &str, second: &str) -> Answer {
    let mut lines = Vec::new();
    if let (Some(newer), Some(older)) = (state.history.find(first), state.history.find(second)) {
        for (mark, these, others) in [('-', older, newer), ('+', newer, older)] {
            let only = these.xml.lines().filter(|line| !others.xml.lines().any(|other| other == *line));
            lines.extend(only.map(|line| {
                Json::from(
                    format!("{mark}{line}").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
                )
            }));
        }
    }
    Answer::ok(&Json::map([("items", Json::List(lines))]))
}
