//! Which boot a step belongs to, and how much of the past is kept.

use std::time::Duration;

use ::store::{StoreError, Tx};
use inventory::Timestamp;

use super::step::Step;
use crate::store::trail as rows;

/// A step with a MAC claims those without one that came from its address in this time.
const CLAIM: Duration = Duration::from_secs(120);
/// A machine that was silent for longer has begun anew, whatever it does next.
const SILENCE: Duration = Duration::from_secs(300);
/// Some 60 boots of one machine.
pub(super) const KEEP_PER_MAC: i64 = 500;
const KEEP: Duration = Duration::from_secs(30 * 24 * 3600);
/// MACs can be made up without end; rows can not.
const KEEP_OF_ALL: i64 = 200_000;

/// Stores a step in the boot that it belongs to.
pub(super) async fn store(tx: &mut Tx, step: &Step, at: Timestamp) -> Result<(), StoreError> {
    let Some(mac) = step.mac else {
        return rows::insert(tx, step, 0, at).await;
    };
    let claimable = at.minus(CLAIM);
    let waiting = rows::unclaimed(tx, step.address, claimable).await?;
    let begun = step.kind.begins() || waiting.iter().any(|kind| rows::begins(kind));
    let attempt = match rows::last(tx, mac).await? {
        None => 1,
        Some((last, last_at)) if begun || at.since(last_at) > SILENCE => last.saturating_add(1),
        Some((last, _)) => last,
    };
    if !waiting.is_empty() {
        rows::claim(tx, step.address, claimable, mac, attempt).await?;
    }
    rows::insert(tx, step, attempt, at).await?;
    rows::trim(tx, mac, KEEP_PER_MAC).await
}

/// Deletes steps that are too old, or too many.
///
/// # Errors
/// The database's.
pub async fn sweep(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    rows::forget(tx, now.minus(KEEP), KEEP_OF_ALL).await
}
