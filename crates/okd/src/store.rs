//! Clusters, assignments and installations in the database: all SQL of this crate stands below.

pub(crate) mod arming;
pub(crate) mod assignment;
pub(crate) mod cluster;
pub(crate) mod progress;
pub(crate) mod refusal;

use ::store::StoreError;

/// Reads a value that a row holds as text.
fn parsed<T: std::str::FromStr>(table: &'static str, row: &str, text: &str) -> Result<T, StoreError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| corrupt(table, row, error))
}

/// Reads a value that a row holds as JSON.
fn from_json<T: serde::de::DeserializeOwned>(
    table: &'static str,
    row: &str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| corrupt(table, row, error))
}

/// Writes a value as JSON.
fn to_json<T: serde::Serialize>(table: &'static str, row: &str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| corrupt(table, row, error))
}

/// A row holds what no row may hold.
pub(crate) fn corrupt(table: &'static str, row: &str, reason: impl ToString) -> StoreError {
    StoreError::Corrupt { table, row: row.to_owned(), reason: reason.to_string() }
}
