//! This crate's rows.

pub(crate) mod cluster;

use ::store::StoreError;

/// A row holds what no row may hold.
pub(crate) fn corrupt(table: &'static str, row: &str, reason: impl ToString) -> StoreError {
    StoreError::Corrupt { table, row: row.to_owned(), reason: reason.to_string() }
}
