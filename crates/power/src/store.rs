//! Switches, requests and questions in the database: all SQL of this crate stands below.

pub(crate) mod attempts;
pub(crate) mod questions;
pub(crate) mod requests;
pub(crate) mod switches;

use ::store::StoreError;

/// Reads a value that a row holds as text.
fn parsed<T: std::str::FromStr>(table: &'static str, row: &str, text: &str) -> Result<T, StoreError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| corrupt(table, row, &error))
}

fn corrupt(table: &'static str, row: &str, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt { table, row: row.to_owned(), reason: error.to_string() }
}
