//! One line on standard error for what takes time, so that nobody wonders whether it hangs.

/// Says what is being done now.
pub(crate) fn note(what: impl std::fmt::Display) {
    eprintln!("lab: {what}");
}
