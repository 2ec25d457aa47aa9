//! Gateways, applies and drifts as people read them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gateway::{AdapterKind, ApplyRecord, Drift, Listed};
use inventory::{Clock as _, SystemClock};

use crate::api::v1::gateways::Shown;
use crate::cli::output::{ago, or_dash, table};
use crate::format::{line, moment};
use crate::gateways::boot::Made;
use crate::gateways::diff;
use crate::gateways::words::{REASON, place, state, step, wanted};

pub(super) fn list(all: &[Listed]) -> String {
    if all.is_empty() {
        return "No gateway yet: muster gateway add opnsense https://ADDRESS".to_owned();
    }
    let now = SystemClock.now();
    let rows = all.iter().map(|listed| {
        let applied = listed.last_apply.as_ref().map(|last| format!("{} ago", ago(last.started_at, now)));
        let seen = listed.checked_at.map(|at| format!("{} ago", ago(at, now)));
        [listed.name.to_string(), place(&listed.adapter), state(listed), or_dash(applied), or_dash(seen)]
    });
    table(["name", "where", "state", "applied", "looked at"], rows)
}

pub(super) fn one(shown: &Shown) -> String {
    let listed = &shown.listed;
    let mut text = format!("{} at {}: {}\n", listed.name, place(&listed.adapter), state(listed));
    if let (Some(since), Some(why)) = (listed.unreachable_since, &listed.unreachable_why) {
        let _ = writeln!(text, "Not reached since {}: {}", moment(since), line(why, REASON));
    }
    if let AdapterKind::OpnSense { credential, .. } = &listed.adapter {
        let _ = writeln!(text, "Its key and secret are the secret {credential}");
    }
    for (part, wish) in &shown.wish {
        let _ = writeln!(text, "\nWanted by {part}: {}", wanted(wish));
    }
    if shown.wish.is_empty() {
        let _ = writeln!(text, "\nNothing is wanted of it: muster gateway set {} --file FILE", listed.name);
    }
    if !shown.applies.is_empty() {
        let rows = shown.applies.iter().map(|record| {
            [
                moment(record.started_at),
                record.state.to_string(),
                line(&record.actor, 64),
                match &record.undoes {
                    Some(_) => format!("took an apply back: {}", diff::counted(&record.plan.changes)),
                    None => diff::counted(&record.plan.changes),
                },
                line(&record.words, REASON),
                record.id.to_string(),
            ]
        });
        let _ = write!(text, "\n{}\n", table(["applied", "state", "by", "changes", "", "id"], rows));
    }
    text
}

/// One apply with its steps.
pub(super) fn record(record: &ApplyRecord) -> String {
    let mut text = format!("{} {} by {}", record.gateway, record.state, line(&record.actor, 64));
    let _ = writeln!(text, ", begun {}", moment(record.started_at));
    for taken in &record.steps {
        let _ = writeln!(text, "{}", step(taken));
    }
    if !record.words.is_empty() {
        let _ = writeln!(text, "{}", line(&record.words, REASON));
    }
    text
}

pub(super) fn drifts(all: &BTreeMap<String, Drift>) -> String {
    if all.is_empty() {
        return "No gateway yet: muster gateway add opnsense https://ADDRESS".to_owned();
    }
    let mut text = String::new();
    for (name, drift) in all {
        if drift.is_empty() {
            let _ = writeln!(text, "{name}: as it was applied");
            continue;
        }
        let since = drift.since.map_or_else(String::new, |since| format!(", known since {}", moment(since)));
        let _ = writeln!(text, "{name} differs from what was applied{since}. To put it back:\n");
        text.push_str(&diff::conflicts(&drift.conflicts));
        text.push_str(&diff::changes(&drift.changes));
        for service in &drift.services {
            let _ = writeln!(text, "  {service} has not taken up what is saved, or does not run");
        }
        let _ = writeln!(text, "\nmuster gateway apply {name} puts it back as it is wanted now");
    }
    text
}

/// What machines boot, and which get nothing.
pub(super) fn made(made: &Made) -> String {
    let mut text = format!("Machines boot from {}:\n", made.boot.server);
    for class in &made.boot.firmwares {
        let loads = match &class.loads {
            gateway::wish::Loads::Tftp(file) => format!("{file} by TFTP"),
            gateway::wish::Loads::Http(url) => url.to_string(),
        };
        let _ = writeln!(text, "  {} ({}): {loads}", class.class, codes(&class.codes));
    }
    for left in &made.left_out {
        let _ = writeln!(text, "  nothing for {}: {}", codes(&left.codes), line(&left.because, REASON));
    }
    text.push_str(&diff::notices(&made.notices));
    text
}

fn codes(codes: &[u16]) -> String {
    codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
