//! Bounds, and the words for what is outside of them.

use std::fmt::Display;
use std::time::Duration;

use super::{InvalidSettings, Span};

/// Longer for-times are a mistake: nothing would ever ring.
const LONGEST: Duration = Duration::from_secs(7 * 86_400);

pub(super) fn wrong(key: impl Into<String>, reason: impl Into<String>) -> InvalidSettings {
    InvalidSettings { key: key.into(), reason: reason.into() }
}

pub(super) fn span(key: &str, value: Span, least: Duration) -> Result<(), InvalidSettings> {
    if value.get() < least {
        return Err(wrong(key, format!("{value} is shorter than {}", Span::from(least))));
    }
    if value.get() > LONGEST {
        return Err(wrong(key, format!("{value} is longer than a week: it would never ring")));
    }
    Ok(())
}

pub(super) fn within(key: &str, value: f64, least: f64, most: f64) -> Result<(), InvalidSettings> {
    // NaN lies within nothing.
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(wrong(key, format!("{value} is not between {least} and {most}")))
}

/// `low` has to lie below `high`; the error names the key of `low`.
pub(super) fn below<T: PartialOrd + Display>(
    (low_key, low): (&str, T),
    (high_key, high): (&str, T),
) -> Result<(), InvalidSettings> {
    if low < high {
        return Ok(());
    }
    let high_name = high_key.rsplit('.').next().unwrap_or(high_key);
    Err(wrong(low_key, format!("{low} is not below {high_name} = {high}")))
}
