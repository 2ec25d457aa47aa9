//! What is printed: a table for people, JSON for programs.

use std::fmt::Display;

use clap::ValueEnum;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use inventory::Timestamp;
use serde::Serialize;

/// Columns that a table is fitted into at the least.
const NARROWEST: u16 = 30;

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people; fits the terminal
    Table,
    /// For programs; stable
    Json,
}

impl Format {
    /// Prints `value` as JSON, or what `table` makes of it.
    pub(super) fn print<T: Serialize>(
        self,
        value: &T,
        table: impl FnOnce(&T) -> String,
    ) -> anyhow::Result<()> {
        match self {
            Self::Table => print_text(&table(value)),
            Self::Json => print_text(&serde_json::to_string_pretty(value)?),
        }
        Ok(())
    }
}

/// Prints to standard output; a reader that went away (`| head`) is no failure.
pub(super) fn print_text(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end_matches('\n')).ok();
}

/// A table with these headings, as wide as the terminal.
pub(super) fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    // A terminal that does not know its width says 0: a table is not squeezed into that.
    if table.width().is_some_and(|columns| columns < NARROWEST) {
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    table.set_header(headings.map(str::to_uppercase));
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

/// `value`, or a dash.
pub(super) fn or_dash<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// How long ago, in its two largest units' larger one: `12s`, `5m`, `3h`, `9d`.
pub(super) fn ago(then: Timestamp, now: Timestamp) -> String {
    crate::format::span(now.since(then))
}

/// A table with as many columns as there are headings, none of them wrapped.
pub(super) fn wide_table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings.iter().map(|heading| heading.to_uppercase()));
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}
