//! One apply at a time on each gateway, and no look at it in the middle of one.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::error::GatewayError;
use crate::name::GatewayName;

type Lock = Arc<tokio::sync::Mutex<()>>;

/// Who is at work on which gateway.
#[derive(Debug, Default, Clone)]
pub(super) struct Lanes {
    locks: Arc<Mutex<HashMap<GatewayName, Lock>>>,
    changing: Arc<Mutex<HashSet<GatewayName>>>,
}

/// The turn to change a gateway. Others are refused while it is held.
#[derive(Debug)]
pub(super) struct Turn {
    lanes: Lanes,
    name: GatewayName,
}

impl Lanes {
    /// The turn to change a gateway, or [`GatewayError::Busy`].
    pub(super) fn turn(&self, name: &GatewayName) -> Result<Turn, GatewayError> {
        let mut changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if changing.insert(name.clone()) {
            Ok(Turn { lanes: self.clone(), name: name.clone() })
        } else {
            Err(GatewayError::Busy { gateway: name.clone() })
        }
    }

    fn lock(&self, name: &GatewayName) -> Lock {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks.entry(name.clone()).or_default())
    }

    /// Looking at a gateway, where nobody changes it.
    pub(super) fn look(&self, name: &GatewayName) -> Option<OwnedMutexGuard<()>> {
        self.lock(name).try_lock_owned().ok()
    }
}

impl Turn {
    /// Waits until a look that has begun has ended: a few seconds.
    pub(super) async fn alone(&self) -> OwnedMutexGuard<()> {
        self.lanes.lock(&self.name).lock_owned().await
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.lanes.changing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}
