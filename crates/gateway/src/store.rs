//! Gateways, wishes and the journal in the database.

mod history;
mod journal;
mod owned;
mod registry;
mod standing;

use ::store::StoreError;

pub(crate) use history::{apply, later_applies, list_applies, newest_undoable, state_before, steps};
pub(crate) use journal::{
    HISTORY, NewApply, begin_step, end_apply, end_step, interrupted, mark_undone, new_apply,
};
pub(crate) use owned::{known, own};
pub(crate) use registry::{
    Gateway, add, get, list, parts, remove, secret_users, set_adapter, set_wish, site_id,
};
pub(crate) use standing::{Reached, applied, pending, reached, settle_service, unreachable};

/// A row that holds what no row may hold.
fn corrupt(table: &'static str, row: impl Into<String>, reason: impl ToString) -> StoreError {
    StoreError::Corrupt { table, row: row.into(), reason: reason.to_string() }
}

/// JSON of our own types, which always can be written.
fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| corrupt("gateway", "new", error))
}
