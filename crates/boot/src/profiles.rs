//! What others let machines boot: each names its system here under a name of its own (`cluster/okd1`), and as long as it does,
//! machines may fetch what the system is made of. After a change [`crate::assets::Served::refresh`] is due.

use ::store::{StoreError, Tx};

use crate::image::{ChooseError, require_assets};
use crate::site::DiscoverySystem;
use crate::store::profile as rows;

/// From now on `name` lets machines boot this system, and no other.
///
/// # Errors
/// [`ChooseError`] when an asset of it, or the image, is not there.
pub async fn put(tx: &mut Tx, name: &str, system: &DiscoverySystem) -> Result<(), ChooseError> {
    require_assets(tx, system).await?;
    Ok(rows::put(tx, name, system).await?)
}

/// From now on `name` lets machines boot nothing.
///
/// # Errors
/// The database's.
pub async fn remove(tx: &mut Tx, name: &str) -> Result<(), StoreError> {
    rows::remove(tx, name).await
}
