//! Reading trails.

use ::store::StoreError;
use inventory::{MacAddr, Timestamp};
use sqlx::SqlitePool;

use super::attempt::{KEEP_PER_MAC, LATE, STEPS, stage};
use super::step::RecordedStep;
use crate::store::trail as rows;

/// Steps among which the machines that booted last are looked for.
const AMONG: i64 = 10_000;

/// One boot of one machine.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Attempt {
    /// Counts the boots of this MAC.
    pub number: i64,
    /// Its steps, first to last; never empty.
    pub steps: Vec<RecordedStep>,
}

/// The last `limit` boots of a machine, newest first.
///
/// # Errors
/// The database's.
pub async fn recent(readers: &SqlitePool, mac: MacAddr, limit: usize) -> Result<Vec<Attempt>, StoreError> {
    let mut attempts: Vec<Attempt> = Vec::new();
    let most = i64::try_from(limit.saturating_mul(STEPS)).unwrap_or(KEEP_PER_MAC).min(KEEP_PER_MAC);
    for row in rows::of_mac(readers, mac, most).await? {
        let number = row.attempt;
        let step = RecordedStep::try_from(row)?;
        if let Some(last) = attempts.last_mut().filter(|last| last.number == number) {
            last.steps.push(step);
        } else if attempts.len() < limit {
            attempts.push(Attempt { number, steps: vec![step] });
        } else {
            break;
        }
    }
    for attempt in &mut attempts {
        attempt.steps.reverse();
        order(&mut attempt.steps);
    }
    Ok(attempts)
}

/// The machines that did something last, the newest first.
///
/// # Errors
/// The database's.
pub async fn latest(readers: &SqlitePool, limit: i64) -> Result<Vec<MacAddr>, StoreError> {
    let macs = rows::seen_last(readers, AMONG, limit).await?;
    Ok(macs.iter().filter_map(|mac| mac.parse().ok()).collect())
}

/// How many boots a machine has begun, or gone on with, since then.
///
/// # Errors
/// The database's.
pub async fn boots_since(readers: &SqlitePool, mac: MacAddr, since: Timestamp) -> Result<usize, StoreError> {
    rows::boots_since(readers, mac, since).await
}

/// When one of these cards last asked what to boot.
///
/// # Errors
/// The database's.
pub async fn decided_at(readers: &SqlitePool, macs: &[MacAddr]) -> Result<Option<Timestamp>, StoreError> {
    Ok(rows::decided_at(readers, macs).await?.map(Timestamp))
}

/// The log of a DHCP server is read a moment later than a request comes: what DHCP told goes before what it made possible.
fn order(steps: &mut [RecordedStep]) {
    for end in 1..steps.len() {
        let mut here = end;
        while here > 0
            && let Some([before, step]) = steps.get_mut(here - 1..=here)
            && step.kind.is_dhcp()
            && stage(step.kind, step.facts.client) < stage(before.kind, before.facts.client)
            && stage(step.kind, step.facts.client).is_some()
            && step.at.since(before.at) <= LATE
        {
            step.at = step.at.min(before.at);
            std::mem::swap(before, step);
            here -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trail::{Client, Facts, StepKind};

    fn step(id: i64, kind: StepKind, client: Option<Client>, at: i64) -> RecordedStep {
        RecordedStep {
            id,
            at: Timestamp(at),
            kind,
            address: std::net::Ipv4Addr::UNSPECIFIED.into(),
            detail: String::new(),
            bytes: None,
            size: None,
            took: None,
            facts: Facts { client, ..Facts::default() },
        }
    }

    #[test]
    fn what_dhcp_told_late_goes_before_what_followed_from_it() {
        let mut steps = vec![
            step(1, StepKind::DhcpDiscover, Some(Client::Firmware), 0),
            step(2, StepKind::EntryScript, None, 1000),
            step(3, StepKind::Decision, None, 1010),
            step(4, StepKind::DhcpAck, Some(Client::Ipxe), 1200),
            step(5, StepKind::Kernel, None, 2000),
            step(6, StepKind::DhcpAck, Some(Client::System), 2100),
        ];
        order(&mut steps);
        assert_eq!(steps.iter().map(|step| step.id).collect::<Vec<_>>(), [1, 4, 2, 3, 5, 6]);
        assert!(steps.is_sorted_by_key(|step| step.at));
    }
}
