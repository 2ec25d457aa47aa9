//! What a machine without a key says that it could not do: a claim on the host whose address it shows, and nothing more.

use std::net::IpAddr;

use ::store::{StoreError, Tx};
use inventory::{Failure, Id, Timestamp};

use crate::claim::{ClaimKind, NewClaim, Said, SaidFailure, Verdict, make};
use crate::overview::shorten;
use crate::store::claims as rows;

/// Notes the failure beside this host. Nothing of it is applied.
///
/// # Errors
/// The database's.
pub async fn claim_failure(
    tx: &mut Tx,
    host: &Id,
    failure: &Failure,
    source: IpAddr,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (what, reason) = (shorten(&failure.what), shorten(&failure.reason));
    let new = NewClaim {
        host: host.clone(),
        kind: ClaimKind::Failure,
        source: source.to_string(),
        reason: format!("a machine with its address, that is not enrolled, can't do {what}: {reason}"),
        said: Said {
            identity: failure.identity.clone().unwrap_or_default(),
            failure: Some(SaidFailure { what, reason }),
            ..Said::default()
        },
    };
    make(tx, new, now).await.map(drop)
}

/// The host's agent has enrolled: whatever stood in its way does so no longer.
pub(crate) async fn settle_failures(tx: &mut Tx, host: &Id, now: Timestamp) -> Result<(), StoreError> {
    for claim in rows::open_of_kind(tx, host, ClaimKind::Failure).await? {
        crate::claim::close(tx, host, &claim, Verdict::Accepted, "agent", now).await?;
    }
    Ok(())
}
