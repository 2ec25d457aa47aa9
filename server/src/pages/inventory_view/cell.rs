//! What cards and tables are made of.

use serde::Serialize;

/// A word that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Badge {
    /// The word.
    pub(crate) text: String,
    /// Its colour: `good`, `warn`, `bad`, or none.
    pub(crate) class: &'static str,
}

/// One value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Stands before the text.
    pub(crate) badge: Option<Badge>,
    /// The text.
    pub(crate) text: String,
    /// Where the text leads to. Only what this server made of typed values: never what a machine wrote.
    pub(crate) link: Option<String>,
}

impl Cell {
    /// With a word before it.
    pub(super) fn badge(class: &'static str, word: impl Into<String>, text: impl Into<String>) -> Self {
        let badge = Badge { text: word.into(), class };
        Self { badge: Some(badge), text: text.into(), link: None }
    }

    /// All of it in one line.
    pub(crate) fn plain(&self) -> String {
        let badge = self.badge.as_ref().map(|badge| badge.text.as_str());
        let parts = badge.into_iter().chain([self.text.as_str()]);
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// A few facts under one heading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Card {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<(&'static str, Cell)>,
}

/// A card of what is known of these facts.
pub(super) fn card<const N: usize>(title: &'static str, rows: [(&'static str, Option<Cell>); N]) -> Card {
    Card { title, rows: rows.into_iter().filter_map(|(term, cell)| Some((term, cell?))).collect() }
}

/// Many things of one kind. Each cell stands with its heading, so that a phone can show a row as a list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub(crate) title: &'static str,
    pub(crate) headings: &'static [&'static str],
    pub(crate) rows: Vec<Vec<(&'static str, Cell)>>,
    /// Shown when it is asked for.
    pub(crate) folded: bool,
}

impl Table {
    /// Folds it.
    pub(super) fn folded(self) -> Self {
        Self { folded: true, ..self }
    }

    /// Leaves no more than `most` rows, and answers how many there were besides.
    pub(crate) fn cut(&mut self, most: usize) -> usize {
        let more = self.rows.len().saturating_sub(most);
        self.rows.truncate(most);
        more
    }
}

/// A table of these rows.
pub(super) fn table<const N: usize>(
    title: &'static str,
    headings: &'static [&'static str; N],
    rows: impl IntoIterator<Item = [Cell; N]>,
) -> Table {
    let rows = rows.into_iter().map(|row| headings.iter().copied().zip(row).collect()).collect();
    Table { title, headings, rows, folded: false }
}

/// What is not known.
pub(super) fn dash() -> Cell {
    Cell::from("–")
}

/// A value, or what is not known.
pub(super) fn or_dash<T: ToString>(value: Option<T>) -> Cell {
    value.map(|value| value.to_string()).filter(|text| !text.is_empty()).map_or_else(dash, Cell::from)
}

/// What is known of these, in a row.
pub(super) fn joined<const N: usize>(parts: [Option<String>; N], between: &str) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(between))
}

/// The word of the wire for one of an enum's values, as people write it.
pub(super) fn word<T: Serialize>(value: &T) -> Option<String> {
    Some(serde_json::to_value(value).ok()?.as_str()?.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_in_a_line() {
        assert_eq!(Cell::badge("good", "OK", "34 °C").plain(), "OK, 34 °C");
        assert_eq!(Cell::badge("good", "OK", "").plain(), "OK");
        assert_eq!(or_dash::<String>(None).plain(), "–");
        assert_eq!(or_dash(Some("")), dash());
        assert_eq!(
            joined([Some("a".into()), None, Some(String::new()), Some("b".into())], " "),
            Some("a b".into())
        );
        assert_eq!(word(&inventory::sections::Transport::FibreChannel).as_deref(), Some("fibre channel"));
    }
}
