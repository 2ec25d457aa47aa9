//! What can go wrong with a database.

use std::path::PathBuf;

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file can't be opened or made.
    #[error("can't open the database {}: does its folder exist, and may this user write there?", path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The file is there and can be read, but not written.
    #[error("the database {} can't be written: check the owner and mode of the file and its folder, and that the disk is not mounted read-only", path.display())]
    ReadOnly {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The disk is full.
    #[error("no space is left for the database {}", path.display())]
    Full {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The schema can't be brought up to date.
    #[error("can't bring the database {} up to date; was it written by a newer Muster?", path.display())]
    Migrate {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::migrate::MigrateError,
    },
}

/// Why a change or a question failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// More changes wait than may wait: try again in a second.
    #[error("the database has more work waiting than it may queue; try again in a second")]
    Busy,
    /// The disk is full: nothing was changed.
    #[error("no space is left for the database; nothing was changed")]
    Full,
    /// The file can't be written any more: nothing was changed.
    #[error("the database can't be written any more; nothing was changed")]
    ReadOnly,
    /// The server is going down.
    #[error("the database is closed")]
    Closed,
    /// A change panicked: it was undone, the others stand.
    #[error("a change panicked and was undone")]
    Panicked,
    /// The commit failed, and all that it held was undone.
    #[error("the commit failed and was undone: {0}")]
    Commit(String),
    /// Any other failure of the database.
    #[error("the database refused")]
    Sql(#[source] sqlx::Error),
    /// A row holds what no row may hold.
    #[error("the row {row} of {table} can't be read: {reason}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
        /// What is wrong.
        reason: String,
    },
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match primary_code(&error) {
            Some(SQLITE_FULL) => Self::Full,
            Some(SQLITE_READONLY) => Self::ReadOnly,
            _ => Self::Sql(error),
        }
    }
}

// Result codes of SQLite: https://www.sqlite.org/rescode.html
pub(crate) const SQLITE_READONLY: u32 = 8;
pub(crate) const SQLITE_FULL: u32 = 13;

/// SQLite's primary result code, the low byte of the extended one.
pub(crate) fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
