//! Claims: what an unproven source says of a host. Stored beside it, never applied to it, until an operator settles it.

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::{Id, Identity, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::error::HostError;
use crate::identity::{Identifier, MAX_NICS, identify};
use crate::overview::shorten;
use crate::store::{claims as rows, hosts, identifiers};

/// Open claims on one host.
pub const MAX_OPEN_CLAIMS: u32 = 20;

/// What an unproven source says of a host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Its id.
    pub id: Id,
    /// The host that it speaks of.
    pub host: Id,
    /// How it was made.
    pub kind: ClaimKind,
    /// The address that it came from.
    pub source: String,
    /// Why it was not applied.
    pub reason: String,
    /// What was said.
    pub said: Said,
    /// How often it was said.
    pub times: i64,
    /// When it was said first.
    pub first_at: Timestamp,
    /// When it was said last.
    pub last_at: Timestamp,
    /// How an operator settled it.
    pub settled: Option<Settled>,
}

/// How a claim was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimKind {
    /// An agent would enrol as this host.
    Enrolment,
    /// The host's own agent reports another machine's identity.
    Report,
    /// A scrape found something else than is known.
    Scrape,
    /// A machine that shows the host's address and is not enrolled says what it could not do.
    Failure,
}

/// What was said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    /// Who the machine says it is.
    pub identity: Identity,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// SHA-256 of the key that an agent would speak with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_hash: Option<String>,
    /// SHA-256 of the inventory that a scrape brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory_hash: Option<String>,
    /// What it could not do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<SaidFailure>,
}

/// What a machine could not do, by its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidFailure {
    /// What it tried.
    pub what: String,
    /// Why it failed.
    pub reason: String,
}

impl Said {
    /// A claim is a stranger's word: no more of it is kept than tells who a machine is.
    fn bound(&mut self) {
        let Identity { system_uuid, vendor, product, system_serial, board_serial, chassis_serial, nics } =
            &mut self.identity;
        let texts =
            [system_uuid, vendor, product, system_serial, board_serial, chassis_serial, &mut self.hostname];
        for text in texts.into_iter().flatten() {
            *text = shorten(text);
        }
        nics.truncate(MAX_NICS);
    }
}

/// How a claim was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// How.
    pub verdict: Verdict,
}

/// What an operator says of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is this host: its identity is taken, and the key that it enrolled with is the host's from now on.
    Accepted,
    /// It is another machine: what both show identifies this host no more, and the other enrols as a host of its own.
    Separate,
    /// It is to be ignored, also when the same is said again.
    Dismissed,
}

/// A claim that is to be made.
pub(crate) struct NewClaim {
    pub(crate) host: Id,
    pub(crate) kind: ClaimKind,
    pub(crate) source: String,
    pub(crate) reason: String,
    pub(crate) said: Said,
}

/// What became of a claim.
pub(crate) enum Made {
    /// It stands under this id.
    Recorded(Id),
    /// There are as many open ones as there may be.
    TooMany,
}

/// Writes a claim down; the same said again is counted, and opens nothing when an operator dismissed it.
pub(crate) async fn make(tx: &mut Tx, mut new: NewClaim, now: Timestamp) -> Result<Made, StoreError> {
    new.said.bound();
    let document = serde_json::to_string(&new.said).map_err(|error| StoreError::Corrupt {
        table: "claim",
        row: new.host.to_string(),
        reason: error.to_string(),
    })?;
    let hash = hex::encode(Sha256::digest(format!("{} {document}", new.kind)));
    if let Some(before) = rows::same(tx, &new.host, &hash).await? {
        let reopens = matches!(before.verdict, Some(Verdict::Accepted | Verdict::Separate));
        rows::say_again(tx, &before.id, &new.source, reopens, now).await?;
        if reopens {
            announce(tx, &before.id, &new, now).await?;
        }
        return Ok(Made::Recorded(before.id));
    }
    if rows::count_open(tx, &new.host).await? >= i64::from(MAX_OPEN_CLAIMS) {
        tracing::warn!(host.id = %new.host, claim.source = new.source, "a claim was dropped: too many are open");
        return Ok(Made::TooMany);
    }
    let id = Id::generate(now);
    rows::insert(tx, &id, &new, &hash, &document, now).await?;
    announce(tx, &id, &new, now).await?;
    Ok(Made::Recorded(id))
}

async fn announce(tx: &mut Tx, id: &Id, new: &NewClaim, now: Timestamp) -> Result<(), StoreError> {
    let host = hosts::name(tx, &new.host).await?;
    let summary = format!("{} from {} that does not fit {host}: {}", new.kind.noun(), new.source, new.reason);
    let event = NewEvent::new(Kind::ClaimMade, Some(new.host.clone()), new.source.clone(), summary)
        .key(id.as_str())
        .data(json!({ "claim": id, "kind": new.kind, "reason": new.reason }));
    events::append(tx, &event, now).await?;
    Ok(())
}

/// Settles a claim.
///
/// # Errors
/// [`HostError::NoClaim`], [`HostError::AlreadySettled`], or the database's.
pub async fn settle_claim(
    tx: &mut Tx,
    id: &Id,
    verdict: Verdict,
    actor: &str,
    now: Timestamp,
) -> Result<(), HostError> {
    let claim = rows::claim(&mut *tx, id).await?.ok_or_else(|| HostError::NoClaim(id.clone()))?;
    if claim.settled.is_some() {
        return Err(HostError::AlreadySettled(id.clone()));
    }
    let said = identify(&claim.said.identity);
    match verdict {
        // It told no more than that something failed: there is nothing to take over.
        Verdict::Accepted if claim.kind == ClaimKind::Failure => {}
        Verdict::Accepted => accept(tx, &claim, &said, now).await?,
        Verdict::Separate => {
            let shared: Vec<Identifier> = shared(tx, &claim.host, &said).await?;
            identifiers::give_up(tx, &claim.host, &shared).await?;
        }
        Verdict::Dismissed => {}
    }
    close(tx, &claim.host, id, verdict, actor, now).await?;
    Ok(())
}

/// Notes the verdict, and tells of it.
pub(crate) async fn close(
    tx: &mut Tx,
    host: &Id,
    id: &Id,
    verdict: Verdict,
    actor: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    rows::settle(tx, id, verdict, actor, now).await?;
    let name = hosts::name(tx, host).await?;
    let summary = format!("{actor} settled a claim on {name}: {}", verdict.meaning());
    let event = NewEvent::new(Kind::ClaimSettled, Some(host.clone()), actor, summary)
        .key(id.as_str())
        .data(json!({ "claim": id, "verdict": verdict }));
    events::append(tx, &event, now).await?;
    Ok(())
}

async fn accept(tx: &mut Tx, claim: &Claim, said: &[Identifier], now: Timestamp) -> Result<(), HostError> {
    // What a scrape or a report shows is taken as the host's; what contradicted it stands no longer as its present.
    identifiers::record(tx, &claim.host, said, None, now).await?;
    let Some(key) = &claim.said.key_hash else { return Ok(()) };
    if let Some(owner) = crate::store::facts::by_key(&mut *tx, key).await?
        && owner.id != claim.host
    {
        return Err(HostError::KeyInUse(owner.id));
    }
    hosts::set_key(tx, &claim.host, key, now).await?;
    let name = hosts::name(tx, &claim.host).await?;
    let summary = format!("{name} speaks with a new key, by a claim that was accepted");
    let event = NewEvent::new(Kind::HostRekeyed, Some(claim.host.clone()), claim.source.clone(), summary);
    events::append(tx, &event, now).await?;
    Ok(())
}

async fn shared(tx: &mut Tx, host: &Id, said: &[Identifier]) -> Result<Vec<Identifier>, StoreError> {
    let known = identifiers::candidate(tx, host.clone()).await?.known;
    let is_known = |one: &&Identifier| {
        known.iter().any(|k| k.identifier.kind == one.kind && k.identifier.value == one.value)
    };
    Ok(said.iter().filter(is_known).cloned().collect())
}

impl ClaimKind {
    /// As it is written in the database and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enrolment => "enrolment",
            Self::Report => "report",
            Self::Scrape => "scrape",
            Self::Failure => "failure",
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Enrolment => "an enrolment",
            Self::Report => "a report",
            Self::Scrape => "a scrape",
            Self::Failure => "a failure",
        }
    }
}

impl Verdict {
    /// As it is written in the database and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Separate => "separate",
            Self::Dismissed => "dismissed",
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Accepted => "it is this host",
            Self::Separate => "it is another machine",
            Self::Dismissed => "it is to be ignored",
        }
    }
}

macro_rules! read_and_shown {
    ($name:ident, $what:literal, [$($variant:ident),+]) => {
        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                [$(Self::$variant),+]
                    .into_iter()
                    .find(|one| one.as_str() == text)
                    .ok_or_else(|| format!(concat!("there is no ", $what, " called {:?}"), text))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

read_and_shown!(ClaimKind, "kind of claim", [Enrolment, Report, Scrape, Failure]);
read_and_shown!(Verdict, "verdict", [Accepted, Separate, Dismissed]);
