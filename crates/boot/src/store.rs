//! This crate's rows.

pub(crate) mod asset;
pub(crate) mod control;
pub(crate) mod image;
pub(crate) mod profile;
pub(crate) mod reference;
pub(crate) mod ticket;
pub(crate) mod trail;

use ::store::StoreError;

/// A row holds what no row may hold.
fn corrupt(table: &'static str, row: &str, reason: String) -> StoreError {
    StoreError::Corrupt { table, row: row.to_owned(), reason }
}
