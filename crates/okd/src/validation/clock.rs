//! The machine's clock: a node takes certificates from outside their time for bad ones, and its first requests come before any NTP.

use super::{Candidate, Finding};

const RULE: &str = "clock";
/// How wrong it may be.
const LIMIT_SECS: i64 = 60;

pub(super) fn check(candidate: &Candidate<'_>) -> Finding {
    let clock = candidate.sample.and_then(|sample| sample.clock.as_ref());
    let ahead_of_server_secs = clock.and_then(|clock| clock.server_ahead_ms).map(|ms| -ms / 1000);
    let Some((clock, kernel_secs)) = clock.zip(ahead_of_server_secs) else {
        return Finding::warning(
            RULE,
            "how right its clock is is not known",
            "let its agent speak once more; a clock that is wrong by hours makes good certificates invalid",
        );
    };
    // The installed system starts by the battery-backed clock, whatever corrected the kernel's since.
    let (which, off_secs) = match clock.rtc_ahead_secs {
        Some(rtc) => ("its battery-backed clock", rtc.saturating_add(kernel_secs)),
        None => ("its clock", kernel_secs),
    };
    if off_secs.abs() <= LIMIT_SECS {
        return Finding::good(RULE, format!("{which} is right to within {LIMIT_SECS} seconds"));
    }
    let side = if off_secs > 0 { "ahead" } else { "behind" };
    let zone = off_secs.rem_euclid(3600).min(3600 - off_secs.rem_euclid(3600)) <= LIMIT_SECS;
    let zone = if zone { ": whole hours, so it may run in a time zone, and a node wants UTC" } else { "" };
    Finding::refused(
        RULE,
        format!("{which} is {} {side}{zone}", span(off_secs.unsigned_abs())),
        "set it to UTC in the machine's firmware, or with hwclock --systohc --utc in its discovery system; where it is wrong again \
         after a power cut, replace the battery",
    )
}

fn span(secs: u64) -> String {
    match secs {
        0..120 => format!("{secs} seconds"),
        120..7_200 => format!("{} minutes", secs / 60),
        7_200..172_800 => format!("{} hours", secs / 3_600),
        _ => format!("{} days", secs / 86_400),
    }
}
