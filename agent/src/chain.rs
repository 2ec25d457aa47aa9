//! An error with its causes, on one line.

use std::error::Error;

/// The error's words, then those of its causes. Libraries repeat a cause in the text: what was said already is left out.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !words.contains(&said) {
            words = format!("{words}: {said}");
        }
        cause = error.source();
    }
    words
}
