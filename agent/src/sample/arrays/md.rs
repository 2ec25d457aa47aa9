//! One md array, as `/sys/block/mdX/md` tells it (the kernel's `Documentation/admin-guide/md.rst`).

use inventory::{ArrayMember, ArrayState};

use super::BLOCK;
use crate::probe::Probe;

/// More than md takes into one array.
const MEMBERS_LIMIT: usize = 512;

/// The array of this name; `None` where it is a partition of one, or gone.
pub(super) fn read(probe: &Probe, name: String) -> Option<ArrayState> {
    let at = format!("{BLOCK}/{name}/md");
    let text = |file: &str| probe.text(&format!("{at}/{file}"));
    let state = text("array_state")?;
    let members: Vec<ArrayMember> = probe
        .names(&at)
        .iter()
        .filter_map(|name| name.strip_prefix("dev-"))
        .take(MEMBERS_LIMIT)
        .map(|name| member(probe, &at, name))
        .collect();
    let sync_action = text("sync_action").filter(|action| action != "idle");
    let syncs = sync_action.is_some();
    let active = members.iter().filter(|member| is_up_to_date(member)).count();
    Some(ArrayState {
        // A container has none: it keeps a firmware's arrays together.
        level: text("level")
            .or_else(|| text("metadata_version")?.starts_with("external:").then(|| "container".into())),
        // While an array is reshaped: `5 (4)`, the number that it will have and the one that it had.
        disks_wanted: text("raid_disks").and_then(|disks| disks.split(' ').next()?.parse().ok()),
        disks_active: u32::try_from(active).ok(),
        degraded: probe.number(&format!("{at}/degraded")),
        sync_percent: text("sync_completed").filter(|_| syncs).and_then(|done| percent(&done)),
        sync_bytes_per_sec: text("sync_speed").filter(|_| syncs).and_then(|speed| {
            let kib: u64 = speed.parse().ok()?;
            kib.checked_mul(1024)
        }),
        mismatched_sectors: probe.number(&format!("{at}/mismatch_cnt")),
        sync_action,
        state: Some(state),
        members,
        name,
        ..ArrayState::default()
    })
}

fn member(probe: &Probe, at: &str, name: &str) -> ArrayMember {
    let folder = format!("{at}/dev-{name}");
    ArrayMember {
        state: probe.text(&format!("{folder}/state")),
        // `none` is no number.
        slot: probe.number(&format!("{folder}/slot")),
        errors: probe.number(&format!("{folder}/errors")),
        name: name.to_owned(),
    }
}

fn is_up_to_date(member: &ArrayMember) -> bool {
    let has =
        |wanted: &str| member.state.iter().any(|state| state.split(',').any(|word| word.trim() == wanted));
    has("in_sync") && !has("faulty")
}

/// `1234 / 5678` sectors; `none` and `delayed` say nothing.
fn percent(done: &str) -> Option<f64> {
    let (done, of) = done.split_once('/')?;
    let (done, of): (u64, u64) = (done.trim().parse().ok()?, of.trim().parse().ok()?);
    #[expect(clippy::cast_precision_loss, reason = "a percentage needs no 53 bits")]
    let percent = done.min(of) as f64 * 100.0 / of as f64;
    // Hundredths say enough.
    (of > 0).then(|| (percent * 100.0).round() / 100.0)
}
