//! What lies on the disk: nobody's data is lost but where the operator typed out on which disk.

use super::{Candidate, Finding};
use crate::disk::{Carried, Target, drives};

const RULE: &str = "disk-data";

pub(super) fn check(candidate: &Candidate<'_>, target: &Target) -> Finding {
    let all = drives(candidate.inventory);
    let drive = all.iter().find(|drive| drive.ways().any(|disk| disk.by_id.contains(&target.by_id)));
    let Some(carried) = drive.map(|drive| Carried::on(drive, candidate.inventory)) else {
        return Finding::refused(RULE, "what lies on the disk is not known", "let the agent report");
    };
    let typed = candidate.assignment.wipe.as_deref();
    let name = target.serial.as_deref().or(target.wwn.as_deref()).unwrap_or(&target.by_id);
    if let Some(typed) = typed.filter(|typed| !target.is_named_by(typed)) {
        return Finding::refused(
            RULE,
            format!("the data of {typed:?} may be lost, but the disk that would be written is {target}"),
            format!("if that is the disk that is meant, say --wipe-data {name}"),
        );
    }
    if let Some(why) = carried.unread {
        return Finding::refused(
            RULE,
            format!(
                "what lies on the disk is not known, and so it can't be said that nobody wants it: {why}"
            ),
            "let the agent of the discovery system read it (a disk that sleeps is woken by any read; then muster host action HOST \
             report), or choose another disk",
        );
    }
    if !carried.is_data {
        return Finding::good(RULE, "the disk is empty");
    }
    let on_it = match carried.words.as_slice() {
        [] => "partitions".to_owned(),
        words => words.join(", "),
    };
    match typed {
        None => Finding::refused(
            RULE,
            format!("the disk carries data: {on_it}"),
            format!("if all of that may be lost, say --wipe-data {name}"),
        ),
        Some(_) => {
            Finding::warning(RULE, format!("what is on the disk will be lost, as agreed: {on_it}"), "")
        }
    }
}
