//! Where a host stands, for whoever walks there.

use std::fmt;
use std::str::FromStr;

use ::store::Tx;
use events::{Kind, NewEvent};
use inventory::{Id, Timestamp};

use crate::error::HostError;
use crate::store::{hosts, places};

const MAX: usize = 64;

/// A place as people write it on a rack: words of `a-z A-Z 0-9 . _ -` with `/` between them (`rack-2/slot-3`), 64 characters at
/// most. Safe on a command line, in a message, read over the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Place {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let is_word = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_alphanumeric())
                && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        };
        if text.len() <= MAX && text.split('/').all(is_word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(HostError::BadPlace(text.chars().take(MAX).collect()))
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Says where a host stands; without a place it is forgotten.
///
/// # Errors
/// [`HostError::NoHost`]; [`HostError::PlaceTaken`], for whoever walks there must find one machine.
pub async fn put(
    tx: &mut Tx,
    id: &Id,
    place: Option<&Place>,
    actor: &str,
    now: Timestamp,
) -> Result<(), HostError> {
    let name = hosts::standing(tx, id).await?.name;
    if places::get(tx, id).await?.as_deref() == place.map(Place::as_str) {
        return Ok(());
    }
    let summary = match place {
        Some(place) => {
            if let Some(other) = places::at(tx, place.as_str()).await? {
                return Err(HostError::PlaceTaken { place: place.to_string(), host: other });
            }
            places::set(tx, id, place.as_str()).await?;
            format!("{name} stands at {place}")
        }
        None => {
            places::clear(tx, id).await?;
            format!("nobody knows any more where {name} stands")
        }
    };
    events::append(tx, &NewEvent::new(Kind::HostPlaced, Some(id.clone()), actor, summary), now).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_over_the_phone() {
        for good in ["rack-2/slot-3", "R2", "hall.1/rack_2/slot-3/left", &"a".repeat(64)] {
            assert_eq!(good.parse::<Place>().unwrap().as_str(), good);
        }
        for bad in
            ["", "/", "a//b", "/a", "a/", "-a", "a b", "a\n", "../../etc", "a;b", "ä", "<b>", &"a".repeat(65)]
        {
            assert!(bad.parse::<Place>().is_err(), "{bad:?}");
        }
    }
}
