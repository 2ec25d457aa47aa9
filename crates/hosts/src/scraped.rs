//! What a scrape brought: an unproven word. It may make a host known and fill one that nobody approved; of an approved
//! host it is a claim at most.

use std::net::IpAddr;

use ::store::Tx;
use events::{Kind, NewEvent};
use inventory::{Id, Report, Timestamp};
use serde_json::json;

use crate::canonical::{canonical, hash};
use crate::claim::{ClaimKind, Made, NewClaim, Said, make};
use crate::diff::{Change, diff};
use crate::document::merge;
use crate::enrol::IntakeLimits;
use crate::error::HostError;
use crate::host::Source;
use crate::identity::{Identifier, identify};
use crate::name;
use crate::overview::shorten;
use crate::recognise::{Recognition, recognise};
use crate::report::apply;
use crate::store::{facts, hosts, identifiers, inventories};

/// What became of a scrape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scraped {
    /// The host that it met.
    pub host: Id,
    /// It was not known before.
    pub new: bool,
    /// Its inventory changed by it.
    pub changed: bool,
    /// The claim that it made.
    pub claim: Option<Id>,
}

/// Writes down what was found at `address`.
///
/// # Errors
/// [`HostError::NoIdentity`], [`HostError::TooManyUnapproved`], or the database's.
pub async fn record_scrape(
    tx: &mut Tx,
    source: Source,
    address: IpAddr,
    report: &Report,
    limits: &IntakeLimits,
    now: Timestamp,
) -> Result<Scraped, HostError> {
    let said = identify(&report.identity());
    if said.is_empty() {
        return Err(HostError::NoIdentity);
    }
    let candidates = identifiers::candidates(tx, &said).await?;
    let found = Found { source, address, report, said, now };
    match recognise(&found.said, None, &candidates) {
        Recognition::Known(id) => met(tx, &found, id).await,
        Recognition::Conflict { host, reason } => {
            let approved = facts::must(tx, &host).await?.approved;
            if approved {
                return claim(tx, &found, host, reason).await;
            }
            new_host(tx, &found, limits).await
        }
        Recognition::Unknown => new_host(tx, &found, limits).await,
    }
}

struct Found<'a> {
    source: Source,
    address: IpAddr,
    report: &'a Report,
    said: Vec<Identifier>,
    now: Timestamp,
}

async fn met(tx: &mut Tx, found: &Found<'_>, id: Id) -> Result<Scraped, HostError> {
    let approved = facts::must(tx, &id).await?.approved;
    hosts::set_found(tx, &id, found.source, &found.address.to_string(), found.now).await?;
    if !approved {
        let changed = fill(tx, found, &id).await?;
        return Ok(Scraped { host: id, new: false, changed, claim: None });
    }
    let last = inventories::last(tx, &id).await?;
    let (said, _) = merge(last.inventory.clone(), &found.report.sections);
    // A section that its own agent did not tell yet contradicts nothing that it told.
    if diff(&last.inventory, &said).iter().all(Change::is_first_word) {
        return Ok(Scraped { host: id, new: false, changed: false, claim: None });
    }
    let reason = "its inventory is not the one that the host's own agent reported".to_owned();
    claim(tx, found, id, reason).await
}

async fn new_host(tx: &mut Tx, found: &Found<'_>, limits: &IntakeLimits) -> Result<Scraped, HostError> {
    if hosts::count_discovered(tx).await? >= i64::from(limits.unapproved_hosts) {
        return Err(HostError::TooManyUnapproved { limit: limits.unapproved_hosts });
    }
    let id = Id::generate(found.now);
    let os = found.report.sections.os.data();
    let hostname = os.and_then(|os| os.hostname.as_deref());
    let name = name::choose(hostname, &found.report.identity(), None);
    let name = hosts::free_name(tx, &name, &id).await?;
    let address = found.address.to_string();
    let version = shorten(&found.report.agent.version);
    let new = hosts::NewHost {
        id: &id,
        name: &name,
        source: found.source,
        address: &address,
        agent_version: &version,
    };
    hosts::insert(tx, &new, found.now).await?;
    hosts::set_found(tx, &id, found.source, &address, found.now).await?;
    let event = NewEvent::new(
        Kind::HostDiscovered,
        Some(id.clone()),
        "discovery",
        format!("{name} was found at {address}"),
    )
    .data(json!({ "name": name.as_str(), "source": found.source, "address": address }));
    events::append(tx, &event, found.now).await?;
    fill(tx, found, &id).await?;
    Ok(Scraped { host: id, new: true, changed: false, claim: None })
}

/// Fills a host that nobody approved. Its agent was not heard by this: nobody proved to be it.
async fn fill(tx: &mut Tx, found: &Found<'_>, id: &Id) -> Result<bool, HostError> {
    identifiers::record(tx, id, &found.said, None, found.now).await?;
    let applied = apply(tx, id, found.report, "discovery", found.now).await?;
    Ok(!applied.changes.is_empty())
}

async fn claim(tx: &mut Tx, found: &Found<'_>, host: Id, reason: String) -> Result<Scraped, HostError> {
    hosts::set_found(tx, &host, found.source, &found.address.to_string(), found.now).await?;
    let inventory_hash = hash(&canonical(&merge(crate::Inventory::default(), &found.report.sections).0));
    let new = NewClaim {
        host: host.clone(),
        kind: ClaimKind::Scrape,
        source: found.address.to_string(),
        reason,
        said: Said {
            identity: found.report.identity(),
            inventory_hash: Some(inventory_hash),
            ..Said::default()
        },
    };
    let claim = match make(tx, new, found.now).await? {
        Made::Recorded(claim) => Some(claim),
        Made::TooMany => None,
    };
    Ok(Scraped { host, new: false, changed: false, claim })
}
