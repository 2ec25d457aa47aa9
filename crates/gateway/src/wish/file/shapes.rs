//! What TOML itself has no words for: a list that may be one item, a value that is written as text; and where a fault is.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::WishFileError;

/// One item, or a list of them.
pub(in crate::wish) fn one_or_many<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct Items<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("one, or a list of them")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
            Ok(vec![T::deserialize(StrDeserializer::new(text))?])
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<T>, A::Error> {
            Ok(vec![T::deserialize(MapAccessDeserializer::new(map))?])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vec<T>, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(list))
        }
    }

    deserializer.deserialize_any(Items(PhantomData))
}

/// A value that is written as text, where JSON has a number.
pub(super) fn from_text<'de, D: Deserializer<'de>, T: FromStr<Err: fmt::Display>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(D::Error::custom)
}

/// Reads TOML. What is wrong is told with its line and key.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, WishFileError> {
    let fault = |error: &toml::de::Error, path: String| {
        let before = error.span().and_then(|span| text.get(..span.start));
        WishFileError::Line {
            line: before.map_or(1, |before| before.matches('\n').count() + 1),
            place: if path.is_empty() || path == "." { String::new() } else { format!("{path}: ") },
            reason: error.message().to_owned(),
        }
    };
    let document = toml::Deserializer::parse(text).map_err(|error| fault(&error, String::new()))?;
    serde_path_to_error::deserialize(document).map_err(|error| fault(error.inner(), error.path().to_string()))
}
