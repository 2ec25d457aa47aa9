//! What a machine posts: one step, and how it went. Nothing of it is believed but that the ticket's holder says so.

use inventory::{Limits, Refusal};
use serde::Deserialize;

use super::Step;

/// The longest body.
pub const MAX_BODY_BYTES: usize = 16 << 10;
/// What is kept of the words: of a log, its end says why.
const KEPT_BYTES: usize = 4 << 10;
const LIMITS: Limits =
    Limits { body_bytes: MAX_BODY_BYTES, string_bytes: MAX_BODY_BYTES, items: 16, depth: 2 };

/// One word of a machine's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// Which step.
    pub step: Step,
    /// Whether it failed there.
    pub failed: bool,
    /// How much of the disk is written.
    pub percent: Option<u8>,
    /// More; of a log, its last lines.
    pub words: String,
}

/// Why it was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSaying {
    /// It can't be read, or is too much.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A step that no machine says.
    #[error("step: a machine says live, disk-checked, writing, written or first-boot, not {0:?}")]
    Step(String),
}

/// As it is posted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    step: String,
    #[serde(default)]
    failed: bool,
    #[serde(default)]
    percent: Option<u64>,
    #[serde(default)]
    words: String,
}

impl Saying {
    /// Reads a body.
    ///
    /// # Errors
    /// [`InvalidSaying`], which names the field.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidSaying> {
        let body: Body = inventory::parse(body, LIMITS)?;
        let step = body.step.parse().ok().filter(|step: &Step| step.is_said());
        let step = step.ok_or_else(|| InvalidSaying::Step(body.step.chars().take(32).collect()))?;
        Ok(Self {
            step,
            failed: body.failed,
            // More than all can't be written; what is a little over by rounding is all of it.
            percent: body.percent.map(|percent| u8::try_from(percent.min(100)).unwrap_or(100)),
            words: tail(&body.words),
        })
    }
}

/// The end of `text`, in whole lines where it has several. What is no line end and no tab was made harmless at the door.
fn tail(text: &str) -> String {
    let text = text.trim();
    if text.len() <= KEPT_BYTES {
        return text.to_owned();
    }
    let end = text.get(text.ceil_char_boundary(text.len() - KEPT_BYTES)..).unwrap_or_default();
    let whole = end.split_once('\n').map_or(end, |(_, lines)| lines);
    format!("…\n{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Saying, String> {
        Saying::parse(text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_a_machine_says_is_read() {
        let said = parse(r#"{"step": "writing", "failed": false, "percent": 41, "words": " "}"#).unwrap();
        assert_eq!(
            (said.step, said.failed, said.percent, said.words.as_str()),
            (Step::Writing, false, Some(41), "")
        );
        let said = parse(r#"{"step": "disk-checked", "failed": true, "words": "wrong\ndisk"}"#).unwrap();
        assert_eq!((said.step, said.failed, said.words.as_str()), (Step::DiskChecked, true, "wrong\ndisk"));
        assert_eq!(parse(r#"{"step": "writing", "percent": 250}"#).unwrap().percent, Some(100));
        assert_eq!(parse(r#"{"step": "live"}"#).unwrap().percent, None);
    }

    #[test]
    fn what_is_no_word_of_a_machine_is_refused_by_its_field() {
        for (body, why) in [
            ("", "not valid JSON"),
            ("[]", "invalid"),
            (r#"{"step": "in-service"}"#, "step: a machine says"),
            (r#"{"step": "ignition"}"#, "step: a machine says"),
            (r#"{"step": "wipe"}"#, "\"wipe\""),
            (r#"{"step": "live", "percent": -1}"#, "percent"),
            (r#"{"step": "live", "failed": "yes"}"#, "failed"),
            (r#"{"step": "live", "host": "other"}"#, "unknown field"),
            (r#"{"failed": true}"#, "step"),
        ] {
            let error = parse(body).unwrap_err();
            assert!(error.contains(why), "{body}: {error}");
        }
        let long = format!(r#"{{"step": "live", "words": "{}"}}"#, "x".repeat(MAX_BODY_BYTES));
        assert!(parse(&long).unwrap_err().contains("more than 16384 bytes"));
    }

    #[test]
    fn of_a_long_log_the_last_lines_are_kept_and_nothing_that_steers_a_terminal() {
        let log: String = (0..900).map(|line| format!("line {line} é\\n")).collect();
        let said = parse(&format!(r#"{{"step": "writing", "failed": true, "words": "{log}"}}"#)).unwrap();
        assert!(said.words.starts_with("…\nline ") && said.words.ends_with("line 899 é"), "{}", said.words);
        assert!(said.words.len() <= KEPT_BYTES + 8);
        let said = parse(r#"{"step": "live", "words": "a\u001b[2Jb\u202ec\ttab"}"#).unwrap();
        assert!(!said.words.contains(['\u{1b}', '\u{202e}']), "{:?}", said.words);
        let said = parse(&format!(r#"{{"step": "live", "words": "{}"}}"#, "é".repeat(4000))).unwrap();
        assert!(said.words.len() <= KEPT_BYTES + 8, "one long line is cut between its characters");
    }
}
