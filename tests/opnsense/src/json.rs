//! JSON as PHP writes it: keys in the order of their making, slashes and everything beyond ASCII escaped, an empty map a list.

use std::fmt::{self, Write as _};

/// A value to answer with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Json {
    /// A map of texts.
    pub(crate) fn texts(pairs: &[(&str, &str)]) -> Self {
        Self::map(pairs.iter().map(|(key, value)| (*key, Self::from(*value))))
    }

    /// A text in a map; empty where there is none of that name.
    pub(crate) fn text(&self, key: &str) -> &str {
        let Self::Map(pairs) = self else { return "" };
        match pairs.iter().find(|(one, _)| one == key) {
            Some((_, Self::Text(text))) => text,
            _ => "",
        }
    }

    pub(crate) fn map<'a>(pairs: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// Puts a value at a dotted path, with the maps that lead there.
    pub(crate) fn put(&mut self, path: &str, value: Self) {
        let Self::Map(pairs) = self else { return };
        let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
        let found = pairs.iter_mut().find(|(key, _)| key == head);
        match (found, rest) {
            (Some((_, inner)), Some(rest)) => inner.put(rest, value),
            (Some((_, inner)), None) => *inner = value,
            (None, Some(rest)) => {
                let mut inner = Self::Map(Vec::new());
                inner.put(rest, value);
                pairs.push((head.to_owned(), inner));
            }
            (None, None) => pairs.push((head.to_owned(), value)),
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Json {
    fn from(number: usize) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(text) => quoted(f, text),
            Self::List(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { "," })?;
                }
                f.write_char(']')
            }
            // An empty array of PHP's has no keys that would tell it from a list.
            Self::Map(pairs) if pairs.is_empty() => f.write_str("[]"),
            Self::Map(pairs) => {
                f.write_char('{')?;
                for (index, (key, value)) in pairs.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { "," })?;
                    quoted(f, key)?;
                    write!(f, ":{value}")?;
                }
                f.write_char('}')
            }
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for unit in text.encode_utf16() {
        match char::from_u32(u32::from(unit)) {
            Some('"') => f.write_str("\\\"")?,
            Some('\\') => f.write_str("\\\\")?,
            Some('/') => f.write_str("\\/")?,
            Some('\n') => f.write_str("\\n")?,
            Some('\r') => f.write_str("\\r")?,
            Some('\t') => f.write_str("\\t")?,
            Some(plain @ ' '..='~') => f.write_char(plain)?,
            _ => write!(f, "\\u{unit:04x}")?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_the_text_it_is_read_back(key: String, text: String) {
            let json = Json::texts(&[(&key, &text)]).to_string();
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(&read[&key], &serde_json::Value::from(text));
            prop_assert!(json.is_ascii() && !json.replace("\\/", "").contains('/'));
        }
    }

    #[test]
    fn it_reads_as_php_writes() {
        let mut json = Json::texts(&[("a", "x/y \"ü\" \u{1f600}\n")]);
        json.put("b.c", Json::Int(1));
        json.put("b.d", Json::Map(Vec::new()));
        assert_eq!(json.to_string(), r#"{"a":"x\/y \"\u00fc\" \ud83d\ude00\n","b":{"c":1,"d":[]}}"#);
    }
}
