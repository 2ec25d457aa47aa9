//! What usually lies behind an installation that failed. Pure.

use super::course::Course;
use super::{Step, Word};

/// What is said of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// What failed, as a sentence.
    pub(super) text: String,
    /// What usually causes that.
    pub(super) cause: &'static str,
    /// The machine's own last lines.
    pub(super) log: String,
}

/// What the machine said that failed.
pub(super) fn said(course: &Course, word: &Word) -> Failure {
    let (what, cause) = match (word.step, course.consumed_at) {
        (Step::DiskChecked, None) => (
            "Its disk is not the one that was armed, or carries what nobody agreed to lose. Nothing was written",
            "The disk was swapped, has another name or size, or somebody wrote on it since the inventory. Let it be looked at anew (muster boot next HOST discover), look at muster host explain, and arm it again.",
        ),
        (_, None) => (
            "The installer failed before it had its document. Nothing was written",
            "This server refused the document (the arming expired, or was taken back), the live system lost its network, or it has less than 2 GiB of memory.",
        ),
        (Step::Writing | Step::Written, Some(_)) => (
            "The installer failed while it wrote the disk. What is on the disk is worth nothing",
            "A disk that fails to write, is smaller than the image, or is in use; or less than 2 GiB of memory. The log says which.",
        ),
        (Step::FirstBoot, Some(_)) => (
            "The first boot from the disk failed",
            "A config that Ignition can't apply, or certificates that are out of time.",
        ),
        (_, Some(_)) => ("The installation failed after the document was given", "The log says more."),
    };
    Failure { text: what.to_owned(), cause, log: word.words.clone() }
}

/// The machine began anew though its disk was not written.
pub(super) fn began_anew(course: &Course) -> Failure {
    let percent = course.percent().map(|percent| format!(" at {percent} %")).unwrap_or_default();
    let text = if course.has(Step::Writing) {
        format!(
            "It asked for its boot script again while its disk was being written{percent}: a power cut or a reset"
        )
    } else {
        "It asked for its boot script again after it was given its document, and before it said that it writes its disk".to_owned()
    };
    Failure {
        text,
        cause: "A power cut or a reset; an installer that crashed (a processor older than x86-64-v3, a broken disk); or a watchdog. It is sent to its own disk, and installed again only when it is armed again.",
        log: String::new(),
    }
}
