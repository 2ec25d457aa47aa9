//! Until when a config is good for its role, by the certificates in it. Pure.
//!
//! The installer makes authorities that last a day (the signer of the kubelets, say) and hands out nothing newer: whoever boots
//! with them must be done, and have them renewed, before the day is over. So bootstrap and control plane begin within twelve
//! hours. A worker only needs to believe the server that it takes its config from, and that one's authority lasts years.

use std::time::Duration;

use inventory::Timestamp;
use jiff::tz::TimeZone;

use super::Validity;
use super::certificate::Certificate;
use super::ignition::Document;
use crate::role::Role;

/// How long after they were made configs are good for bootstrap and control plane.
pub const GOOD_FOR: Duration = Duration::from_secs(12 * 3600);
/// Two clocks may differ by this.
const SKEW: Duration = Duration::from_secs(300);
/// What is good for no longer is one of those that last a day.
const SHORT: Duration = Duration::from_secs(48 * 3600);
/// All of one run are made within this.
const ONE_RUN: Duration = Duration::from_secs(3600);

/// The time of each role's config; nothing where there is a config without a certificate.
pub(super) fn of(bootstrap: &Document, control_plane: &Document, worker: &Document) -> Option<[Validity; 3]> {
    let both = bootstrap.certificates.iter().chain(&control_plane.certificates);
    let short = both.filter(|it| it.until.since(it.from) <= SHORT).map(|it| it.from).min();
    let made = short.or_else(|| control_plane.authorities.iter().map(|it| it.from).min())?;
    // What is older is somebody else's: the site's own authority, for its proxy or mirror.
    let of_this_run = |it: &&Certificate| it.authority && it.from >= made.minus(ONE_RUN);
    let by_bootstrap = bootstrap.certificates.iter().filter(of_this_run).map(|it| it.until).min();
    let own = |document: &Document| document.authorities.iter().map(|it| it.until).min();
    let by_control_plane = own(control_plane)?;
    // The control plane is helped up by bootstrap, with bootstrap's authorities.
    let until = by_bootstrap.map_or(by_control_plane, |end| end.min(by_control_plane));
    Some([
        Validity { from: made, until },
        Validity { from: made, until },
        Validity { from: worker.authorities.iter().map(|it| it.from).min()?, until: own(worker)? },
    ])
}

/// Until when a role may begin with a config of this time.
#[must_use]
pub fn begin_by(role: Role, validity: &Validity) -> Timestamp {
    if role == Role::Worker { validity.until } else { validity.until.min(validity.from.plus(GOOD_FOR)) }
}

/// Whether a role may begin now with a config of this time.
///
/// # Errors
/// Why not, and what to do, in words.
pub fn in_time(role: Role, validity: &Validity, now: Timestamp) -> Result<(), String> {
    const ANEW: &str = "let openshift-install create ignition-configs in a new folder, and give it to muster cluster create --replace";
    let Validity { from, until } = *validity;
    if now.plus(SKEW) < from {
        return Err(format!(
            "the {role} config counts from {} only, and here it is {}: is a clock wrong?",
            moment(from),
            moment(now)
        ));
    }
    if role != Role::Worker && now >= from.plus(GOOD_FOR) {
        return Err(format!(
            "the {role} config was made at {}, {} ago, and is good for {} hours: certificates in it last a day only; {ANEW}",
            moment(from),
            span(now.since(from)),
            GOOD_FOR.as_secs() / 3600
        ));
    }
    if now >= until {
        return Err(format!(
            "an authority that the {role} config depends on ended at {}, {} ago; {ANEW}",
            moment(until),
            span(now.since(until))
        ));
    }
    Ok(())
}

/// `2026-11-21 10:40 UTC`.
fn moment(at: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `40 minutes`, `13 hours`, `9 days`.
fn span(span: Duration) -> String {
    let (count, unit) = match span.as_secs() {
        secs @ 0..7_200 => (secs / 60, "minutes"),
        secs @ 7_200..172_800 => (secs / 3_600, "hours"),
        secs => (secs / 86_400, "days"),
    };
    format!("{count} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const MADE: Timestamp = Timestamp(1_795_257_600_000);

    fn at(hours: i64) -> Timestamp {
        Timestamp(MADE.0 + hours * HOUR)
    }

    #[test]
    fn bootstrap_and_control_plane_begin_within_twelve_hours_and_workers_while_their_authority_lasts() {
        let day = Validity { from: MADE, until: at(24) };
        let years = Validity { from: MADE, until: at(87_600) };
        let just_before = Timestamp(at(12).0 - 1);
        let skewed = Timestamp(MADE.0 - 300_000);
        for (role, validity, now, says) in [
            (Role::Bootstrap, day, MADE, None),
            (Role::Bootstrap, day, just_before, None),
            (Role::Bootstrap, day, at(12), Some("good for 12 hours")),
            (Role::ControlPlane, day, at(11), None),
            (Role::ControlPlane, day, at(12), Some("made at 2026-11-21 10:40 UTC, 12 hours ago")),
            (Role::ControlPlane, years, at(13), Some("muster cluster create --replace")),
            (Role::ControlPlane, day, skewed, None),
            (Role::ControlPlane, day, Timestamp(skewed.0 - 1), Some("is a clock wrong?")),
            (Role::Worker, years, at(87_599), None),
            (Role::Worker, years, at(87_600), Some("an authority that the worker config depends on ended")),
            (Role::Worker, years, at(-1), Some("counts from")),
            (Role::Bootstrap, Validity { from: MADE, until: at(2) }, at(2), Some("ended at")),
        ] {
            match (in_time(role, &validity, now), says) {
                (Ok(()), None) => {}
                (Err(said), Some(says)) => assert!(said.contains(says), "{said}"),
                (got, expected) => panic!("{role} at {now:?}: {got:?}, {expected:?}"),
            }
        }
    }
}
