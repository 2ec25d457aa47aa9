//! A report becomes the host's inventory, and a revision when it differs from the one before.

use ::store::Tx;
use events::{Kind, NewEvent};
use inventory::{Id, Report, Timestamp};
use serde_json::json;

use crate::canonical::{canonical, hash};
use crate::claim::{ClaimKind, Made, NewClaim, Said, make};
use crate::diff::{Change, diff};
use crate::document::{SectionNews, merge};
use crate::error::HostError;
use crate::identity::identify;
use crate::overview::{Overview, shorten};
use crate::recognise::contradiction;
use crate::speak::{Heard, Speaker, hear};
use crate::store::inventories::{Latest, NewRevision};
use crate::store::{hosts, identifiers, inventories};
use crate::summary::summary;
use crate::words::{INVENTORY, fail, recover};

/// What became of a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Taken {
    /// It is the host's inventory now.
    Applied {
        /// The revision that it made; none when nothing changed.
        revision: Option<i64>,
        /// How it differs from the one before; empty for the first.
        changes: Vec<Change>,
    },
    /// It is another machine's identity: written down, not applied. No claim when too many are open.
    Claim(Option<Id>),
    /// A newer start of the agent was heard before it.
    Late,
}

/// What the canonical content of an inventory did.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Applied {
    pub(crate) revision: Option<i64>,
    pub(crate) changes: Vec<Change>,
}

/// Takes a report of the host's own agent.
///
/// # Errors
/// [`HostError::NoHost`], a document that can't be read, or the database's.
pub async fn take_report(
    tx: &mut Tx,
    host: &Id,
    report: &Report,
    now: Timestamp,
) -> Result<Taken, HostError> {
    let said = identify(&report.identity());
    let known = identifiers::candidate(tx, host.clone()).await?;
    if let Some(reason) = contradiction(&said, &known) {
        // Not heard either: a copied disk in another machine must not keep this host alive.
        hosts::standing(tx, host).await?;
        return claim(tx, host, report, reason, now).await;
    }
    let agent = &report.agent;
    let speaker = Speaker { boot_id: agent.boot_id.as_deref(), start_id: &agent.start_id, seq: None };
    if hear(tx, host, speaker, now).await? == Heard::Late {
        return Ok(Taken::Late);
    }
    hosts::set_version(tx, host, &shorten(&agent.version)).await?;
    identifiers::record(tx, host, &said, None, now).await?;
    let Applied { revision, changes } = apply(tx, host, report, "agent", now).await?;
    Ok(Taken::Applied { revision, changes })
}

/// Merges a report with the last good data and stores what came of it.
///
/// What is told for the first time is no change of the machine: the slow sections of a first boot, what a newer agent
/// knows. It is written into the newest revision, which makes neither another one nor an event.
pub(crate) async fn apply(
    tx: &mut Tx,
    host: &Id,
    report: &Report,
    actor: &str,
    now: Timestamp,
) -> Result<Applied, HostError> {
    let last = inventories::last(tx, host).await?;
    let (inventory, news) = merge(last.inventory.clone(), &report.sections);
    for (section, news) in news {
        match news {
            SectionNews::Good => recover(tx, host, section, now).await?,
            SectionNews::Failed(reason) => fail(tx, host, section, &reason, now).await?,
            SectionNews::Unheard => {}
        }
    }
    recover(tx, host, INVENTORY, now).await?;
    let form = canonical(&inventory);
    if form.is_empty() {
        return Ok(Applied::default());
    }
    let packed = inventory.pack().map_err(|source| HostError::Document {
        host: host.clone(),
        what: "packed",
        source,
    })?;
    let hash = hash(&form);
    let agent_version = shorten(&report.agent.version);
    let latest = Latest {
        packed: &packed,
        overview: &Overview::of(&inventory),
        hash: &hash,
        agent_version: &agent_version,
    };
    inventories::put(tx, host, &latest, now).await?;
    if last.hash.as_deref() == Some(&hash) {
        return Ok(Applied::default());
    }
    if last.hash.is_none() {
        let first = NewRevision {
            number: last.revision + 1,
            hash: &hash,
            summary: "first inventory",
            packed: &packed,
        };
        inventories::put_revision(tx, host, &first, now).await?;
        // No change: that the host is there was told when it enrolled.
        return Ok(Applied { revision: Some(first.number), changes: Vec::new() });
    }
    let mut changes = diff(&last.inventory, &inventory);
    let is_same_teller = last.agent_version.as_ref() == Some(&agent_version);
    changes.retain(|change| !if is_same_teller { change.is_first_word() } else { change.is_new_knowledge() });
    if changes.is_empty() {
        inventories::amend_revision(tx, host, last.revision, &hash, &packed).await?;
        return Ok(Applied::default());
    }
    let (number, what) = (last.revision + 1, summary(&changes));
    let new = NewRevision { number, hash: &hash, summary: &what, packed: &packed };
    inventories::put_revision(tx, host, &new, now).await?;
    let name = hosts::name(tx, host).await?;
    let event = NewEvent::new(Kind::InventoryChanged, Some(host.clone()), actor, format!("{name}: {what}"))
        .key(number.to_string())
        .data(json!({ "revision": number, "changes": changes.len() }));
    events::append(tx, &event, now).await?;
    Ok(Applied { revision: Some(number), changes })
}

async fn claim(
    tx: &mut Tx,
    host: &Id,
    report: &Report,
    reason: String,
    now: Timestamp,
) -> Result<Taken, HostError> {
    let new = NewClaim {
        host: host.clone(),
        kind: ClaimKind::Report,
        source: "agent".to_owned(),
        reason,
        said: Said { identity: report.identity(), ..Said::default() },
    };
    Ok(Taken::Claim(match make(tx, new, now).await? {
        Made::Recorded(id) => Some(id),
        Made::TooMany => None,
    }))
}
