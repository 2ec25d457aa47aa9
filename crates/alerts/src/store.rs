//! Alerting in the database: all SQL of this crate stands below.

pub(crate) mod deliveries;
pub(crate) mod incidents;
pub(crate) mod lanes;
pub(crate) mod providers;
pub(crate) mod states;
pub(crate) mod subscriptions;

use std::fmt::Display;
use std::str::FromStr;

use ::store::StoreError;
use inventory::Timestamp;

use crate::provider::Trouble;

/// Reads a value that a row holds as text.
fn parsed<T: FromStr>(table: &'static str, row: &str, text: &str) -> Result<T, StoreError>
where
    T::Err: Display,
{
    text.parse().map_err(|error: T::Err| corrupt(table, row, error))
}

fn corrupt(table: &'static str, row: &str, reason: impl Display) -> StoreError {
    StoreError::Corrupt { table, row: row.to_owned(), reason: reason.to_string() }
}

/// Three columns that are there together or not at all.
fn trouble(reason: Option<String>, since: Option<i64>, probe: Option<i64>) -> Option<Trouble> {
    Some(Trouble { reason: reason?, since_at: Timestamp(since?), probe_at: Timestamp(probe?) })
}
