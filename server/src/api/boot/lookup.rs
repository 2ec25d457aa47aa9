//! The host behind a MAC, in time: a machine in its firmware does not wait for a database.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hosts::HostFacts;
use inventory::MacAddr;
use store::Store;

/// For one look into the database: iPXE waits longer than this for a script, but a person beside the machine does not.
pub(super) const DEADLINE: Duration = Duration::from_millis(800);
/// MACs that are remembered; a room has fewer.
const REMEMBERED: usize = 16_384;

/// What was last known of each MAC: it serves when the database can't.
#[derive(Debug, Default)]
pub struct LastKnown(Mutex<HashMap<MacAddr, Option<HostFacts>>>);

/// What could be found out.
pub(super) enum Found {
    /// This host, or that there is none.
    Known(Option<HostFacts>),
    /// The same as it was the last time, for the database does not answer now, for this reason.
    Remembered(Option<HostFacts>, String),
    /// Nothing, for this reason.
    Unknown(String),
}

impl LastKnown {
    /// Looks the host of `mac` up.
    pub(super) async fn host(&self, store: &Store, mac: MacAddr) -> Found {
        let reason = match tokio::time::timeout(DEADLINE, hosts::facts_by_mac(store.readers(), mac)).await {
            Ok(Ok(host)) => {
                let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                if known.len() < REMEMBERED || known.contains_key(&mac) {
                    known.insert(mac, host.clone());
                }
                return Found::Known(host);
            }
            Ok(Err(error)) => crate::api::problem::chain(&error),
            Err(_) => "it took too long".to_owned(),
        };
        tracing::error!(%mac, %reason, "the database did not answer a boot request");
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&mac).cloned();
        match known {
            Some(host) => Found::Remembered(host, reason),
            None => Found::Unknown(reason),
        }
    }
}
