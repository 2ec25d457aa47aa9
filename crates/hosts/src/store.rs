//! Hosts in the database: all SQL of this crate stands below.

pub(crate) mod actions;
pub(crate) mod claims;
pub(crate) mod drives;
pub(crate) mod facts;
pub(crate) mod hosts;
pub(crate) mod identifiers;
pub(crate) mod inventories;
pub(crate) mod list;
pub(crate) mod places;
pub(crate) mod problems;
pub(crate) mod words;

use ::store::StoreError;
use inventory::Id;

/// Reads a value that a row holds as text.
pub(crate) fn parsed<T: std::str::FromStr>(
    table: &'static str,
    row: &str,
    text: &str,
) -> Result<T, StoreError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| StoreError::Corrupt {
        table,
        row: row.to_owned(),
        reason: error.to_string(),
    })
}

/// Reads an id.
pub(crate) fn parsed_id(table: &'static str, text: &str) -> Result<Id, StoreError> {
    parsed(table, text, text)
}
