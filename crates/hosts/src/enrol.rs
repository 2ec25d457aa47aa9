//! Enrolment: an agent's first word becomes a host, or a claim.
//!
//! | the machine is | with a ticket for one of its addresses | without |
//! |---|---|---|
//! | unknown | a new host | a new host |
//! | known, and its key is this one | the same enrolment said again | the same |
//! | known, not approved | a new key | a new key |
//! | known, approved, and the address is this host's | a new key | a claim |
//! | known, approved, and the address is not (yet) this host's | a claim | a claim |
//! | in conflict with an approved host | a claim; a new host when that one is alive and the address is none of its | a claim |
//! | in conflict with an unapproved host | a new host | a new host |
//!
//! A new host is never more than `discovered`. A host has one key: the one before is worth nothing once another is given.
//! What a ticket does not prove never touches what an approved host is, whatever it says of itself.

use std::net::IpAddr;

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::{EnrolRequest, Id, MacAddr, Timestamp};
use serde_json::json;

use crate::claim::{ClaimKind, MAX_OPEN_CLAIMS, Made, NewClaim, Said, make};
use crate::collide::is_alive;
use crate::error::EnrolError;
use crate::facts::HostFacts;
use crate::host::Source;
use crate::identity::{Identifier, identify};
use crate::name;
use crate::overview::shorten;
use crate::recognise::{Recognition, recognise};
use crate::store::{facts, hosts, identifiers};
use crate::unproven::settle_failures;

/// How much is taken in from machines that nobody approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntakeLimits {
    /// Hosts that wait for approval.
    pub unapproved_hosts: u32,
}

impl Default for IntakeLimits {
    fn default() -> Self {
        Self { unapproved_hosts: 1000 }
    }
}

/// What the caller has proved, apart from what the request says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It redeemed a valid ticket for the machine with this address.
    Ticket {
        /// The address.
        mac: MacAddr,
    },
    /// Nothing.
    None,
}

/// What became of an enrolment. Both are to be committed: a claim is a row too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrolOutcome {
    /// The agent speaks for this host from now on.
    Enrolled {
        /// The host.
        host: HostFacts,
        /// How.
        how: Enrolled,
    },
    /// It was written down and not applied; the key is worth nothing.
    Claim {
        /// The claim.
        claim: Id,
        /// The host that it is on.
        host: Id,
    },
}

/// How an agent became its host's voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrolled {
    /// The host is new.
    New,
    /// It said the same before.
    Known,
    /// The host is known, and the key is new.
    Rekeyed,
}

/// Takes an enrolment.
///
/// # Errors
/// [`EnrolError`]: nothing was changed then.
pub async fn enrol(
    tx: &mut Tx,
    request: &EnrolRequest,
    proof: Proof,
    source: IpAddr,
    limits: &IntakeLimits,
    now: Timestamp,
) -> Result<EnrolOutcome, EnrolError> {
    let said = identify(&request.identity);
    let proven = match proof {
        Proof::Ticket { mac } if !request.identity.nics.iter().any(|nic| nic.mac == mac) => {
            return Err(EnrolError::ForeignTicket(mac));
        }
        Proof::Ticket { mac } => Some(mac),
        Proof::None => None,
    };
    if said.is_empty() {
        return Err(EnrolError::NoIdentity);
    }
    let key_hash = request.key.hash();
    let key_owner = facts::by_key(&mut *tx, &key_hash).await?;
    let candidates = identifiers::candidates(tx, &said).await?;
    let newcomer = Newcomer { request, said, proven, key_hash, source, now };
    match recognise(&newcomer.said, proven, &candidates) {
        Recognition::Known(host) => known(tx, &newcomer, &host, key_owner).await,
        Recognition::Conflict { host, reason } => {
            let holder = facts::must(tx, &host).await?;
            if stands_apart(tx, &newcomer, &holder).await? {
                return new_host(tx, &newcomer, key_owner, limits).await;
            }
            claim(tx, &newcomer, host, reason).await
        }
        Recognition::Unknown => match key_owner {
            // A copied disk brings its key along.
            Some(owner) => {
                let reason = "it has the host's key and another machine's identity".to_owned();
                claim(tx, &newcomer, owner.id, reason).await
            }
            None => new_host(tx, &newcomer, None, limits).await,
        },
    }
}

struct Newcomer<'a> {
    request: &'a EnrolRequest,
    said: Vec<Identifier>,
    proven: Option<MacAddr>,
    key_hash: String,
    source: IpAddr,
    now: Timestamp,
}

/// Whether a machine that is in conflict with `holder` can't be it: nothing is lost by taking it in as a host of its own.
async fn stands_apart(tx: &mut Tx, newcomer: &Newcomer<'_>, holder: &HostFacts) -> Result<bool, StoreError> {
    if !holder.approved {
        return Ok(true);
    }
    let Some(mac) = newcomer.proven else { return Ok(false) };
    let alive = is_alive(holder.last_seen_at, holder.goodbye_at, newcomer.now);
    Ok(alive && !identifiers::has_mac(tx, &holder.id, mac).await?)
}

async fn known(
    tx: &mut Tx,
    newcomer: &Newcomer<'_>,
    id: &Id,
    key_owner: Option<HostFacts>,
) -> Result<EnrolOutcome, EnrolError> {
    let host = facts::must(tx, id).await?;
    match key_owner {
        Some(owner) if owner.id == *id => {
            settle_in(tx, newcomer, id).await?;
            return Ok(EnrolOutcome::Enrolled { host, how: Enrolled::Known });
        }
        Some(_) => return Err(EnrolError::KeyInUse),
        None => {}
    }
    if host.approved {
        let proves_it = match newcomer.proven {
            Some(mac) => identifiers::has_mac(tx, id, mac).await?,
            None => false,
        };
        if !proves_it {
            let reason = match newcomer.proven {
                Some(mac) => format!("its ticket is for {mac}, which is not this host's"),
                None => "it would speak for an approved host and has no ticket".to_owned(),
            };
            return claim(tx, newcomer, id.clone(), reason).await;
        }
    }
    let had_key = hosts::key_hash(tx, id).await?.is_some();
    hosts::set_key(tx, id, &newcomer.key_hash, newcomer.now).await?;
    settle_in(tx, newcomer, id).await?;
    let proof =
        newcomer.proven.map_or_else(|| "without a ticket".to_owned(), |mac| format!("by a ticket for {mac}"));
    let verb = if had_key { "speaks with a new key" } else { "speaks for the first time" };
    let summary = format!("{} {verb}, from {}, {proof}", host.name, newcomer.source);
    let event = NewEvent::new(Kind::HostRekeyed, Some(id.clone()), newcomer.source.to_string(), summary)
        .data(json!({ "proven": newcomer.proven, "approved": host.approved }));
    events::append(tx, &event, newcomer.now).await?;
    Ok(EnrolOutcome::Enrolled { host, how: Enrolled::Rekeyed })
}

async fn new_host(
    tx: &mut Tx,
    newcomer: &Newcomer<'_>,
    key_owner: Option<HostFacts>,
    limits: &IntakeLimits,
) -> Result<EnrolOutcome, EnrolError> {
    if key_owner.is_some() {
        return Err(EnrolError::KeyInUse);
    }
    if hosts::count_discovered(tx).await? >= i64::from(limits.unapproved_hosts) {
        return Err(EnrolError::TooManyUnapproved { limit: limits.unapproved_hosts });
    }
    let request = newcomer.request;
    let id = Id::generate(newcomer.now);
    let wanted = name::choose(request.hostname.as_deref(), &request.identity, newcomer.proven);
    let name = hosts::free_name(tx, &wanted, &id).await?;
    let address = newcomer.source.to_string();
    let version = shorten(&request.agent.version);
    let new = hosts::NewHost {
        id: &id,
        name: &name,
        source: Source::Agent,
        address: &address,
        agent_version: &version,
    };
    hosts::insert(tx, &new, newcomer.now).await?;
    hosts::set_key(tx, &id, &newcomer.key_hash, newcomer.now).await?;
    identifiers::record(tx, &id, &newcomer.said, newcomer.proven, newcomer.now).await?;
    let summary = format!("{name} enrolled from {address}");
    let event = NewEvent::new(Kind::HostDiscovered, Some(id.clone()), address, summary)
        .data(json!({ "name": name.as_str(), "source": Source::Agent, "proven": newcomer.proven }));
    events::append(tx, &event, newcomer.now).await?;
    let host = facts::must(tx, &id).await?;
    Ok(EnrolOutcome::Enrolled { host, how: Enrolled::New })
}

/// A known machine came back: what it shows and where it speaks from.
async fn settle_in(tx: &mut Tx, newcomer: &Newcomer<'_>, id: &Id) -> Result<(), StoreError> {
    identifiers::record(tx, id, &newcomer.said, newcomer.proven, newcomer.now).await?;
    settle_failures(tx, id, newcomer.now).await?;
    let version = shorten(&newcomer.request.agent.version);
    hosts::set_agent(tx, id, &newcomer.source.to_string(), &version).await
}

async fn claim(
    tx: &mut Tx,
    newcomer: &Newcomer<'_>,
    host: Id,
    reason: String,
) -> Result<EnrolOutcome, EnrolError> {
    let new = NewClaim {
        host: host.clone(),
        kind: ClaimKind::Enrolment,
        source: newcomer.source.to_string(),
        reason,
        said: Said {
            identity: newcomer.request.identity.clone(),
            hostname: newcomer.request.hostname.clone(),
            key_hash: Some(newcomer.key_hash.clone()),
            ..Said::default()
        },
    };
    match make(tx, new, newcomer.now).await? {
        Made::Recorded(claim) => Ok(EnrolOutcome::Claim { claim, host }),
        Made::TooMany => Err(EnrolError::TooManyClaims { host, limit: MAX_OPEN_CLAIMS }),
    }
}
