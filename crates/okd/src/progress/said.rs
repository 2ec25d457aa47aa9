//! What a machine posts: one step, and how it went. Nothing of it is believed but that the ticket's holder says so.
//!
//! It is a form (`application/x-www-form-urlencoded`), for its sender is a shell script and curl: those two can encode any log's
//! lines in a form, and none in JSON.

use inventory::Refusal;

use super::Step;

/// The longest body.
pub const MAX_BODY_BYTES: usize = 16 << 10;
/// What is kept of the words: of a log, its end says why.
const KEPT_BYTES: usize = 4 << 10;

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

impl Saying {
    /// Reads a body: `step`, and if need be `failed` (0 or 1), `percent` and `words`.
    ///
    /// # Errors
    /// [`Refusal`], which names the field.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let (mut step, mut failed, mut percent, mut words) = (None, None, None, None);
        for (name, value) in form_urlencoded::parse(body) {
            let field = match name.as_ref() {
                "step" => &mut step,
                "failed" => &mut failed,
                "percent" => &mut percent,
                "words" => &mut words,
                other => return Err(wrong(other, "there is no such field")),
            };
            if field.replace(value.into_owned()).is_some() {
                return Err(wrong(&name, "it stands there twice"));
            }
        }
        let failed = match failed.as_deref().unwrap_or("0") {
            "0" => false,
            "1" => true,
            _ => return Err(wrong("failed", "expected 0 or 1")),
        };
        let step = step.unwrap_or_default().parse().ok().filter(|step| is_said(*step, failed));
        let expected = "a machine says live, disk-checked, writing, written or first-boot; and of ignition that it failed";
        Ok(Self {
            step: step.ok_or_else(|| wrong("step", expected))?,
            failed,
            percent: percent_of(percent.as_deref().unwrap_or_default())?,
            words: tail(&harmless(&words.unwrap_or_default())),
        })
    }
}

/// What the machine itself may say; the rest the server sees. Whether it had its document it knows better only where it had not.
fn is_said(step: Step, failed: bool) -> bool {
    match step {
        Step::Live | Step::DiskChecked | Step::Writing | Step::Written | Step::FirstBoot => true,
        Step::Ignition => failed,
        Step::Armed | Step::Script | Step::Kernel | Step::Rootfs | Step::Agent | Step::InService => false,
    }
}

fn percent_of(text: &str) -> Result<Option<u8>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    // What is a little over all of it by rounding is all of it.
    let percent: u32 = text.parse().map_err(|_| wrong("percent", "expected a number"))?;
    Ok(Some(u8::try_from(percent.min(100)).unwrap_or(100)))
}

fn wrong(field: &str, reason: &'static str) -> Refusal {
    Refusal::Field {
        path: field.chars().take(32).filter(|c| !c.is_control()).collect(),
        reason: reason.to_owned(),
    }
}

/// Without what steers a terminal or turns text around; lines stay lines.
fn harmless(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let keeps = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || turns(*c));
    text.chars().filter(keeps).collect()
}

/// The end of `text`, in whole lines where it has several.
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
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Saying, String> {
        Saying::parse(text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_a_machine_says_is_read() {
        let said = parse("step=writing&failed=0&percent=41&words=").unwrap();
        let expected = Saying { step: Step::Writing, failed: false, percent: Some(41), words: String::new() };
        assert_eq!(said, expected);
        let said = parse("step=disk-checked&failed=1&percent=&words=wrong%0Adisk+%26+more").unwrap();
        assert_eq!((said.step, said.failed, said.percent), (Step::DiskChecked, true, None));
        assert_eq!(said.words, "wrong\ndisk & more");
        assert_eq!(parse("step=writing&percent=250").unwrap().percent, Some(100));
        assert!(parse("step=ignition&failed=1&words=HTTP+403").unwrap().failed);
    }

    #[test]
    fn what_is_no_word_of_a_machine_is_refused_by_its_field() {
        for (body, why) in [
            ("", "step: a machine says"),
            (r#"{"step": "live"}"#, "there is no such field"),
            ("step=in-service", "step: a machine says"),
            ("step=ignition", "step: a machine says"),
            ("step=script", "step: a machine says"),
            ("step=live&step=written", "step: it stands there twice"),
            ("step=live&percent=-1", "percent: expected a number"),
            ("step=live&failed=yes", "failed: expected 0 or 1"),
            ("step=live&host=other", "host: there is no such field"),
        ] {
            let error = parse(body).unwrap_err();
            assert!(error.contains(why), "{body}: {error}");
        }
    }

    #[test]
    fn of_a_long_log_the_last_lines_are_kept_and_nothing_that_steers_a_terminal() {
        let log: String = (0..900).map(|line| format!("line {line} é%0A")).collect();
        let said = parse(&format!("step=writing&failed=1&words={log}")).unwrap();
        assert!(said.words.starts_with("…\nline ") && said.words.ends_with("line 899 é"), "{}", said.words);
        assert_eq!(parse("step=live&words=a%1B%5B2Jb%E2%80%AEc%09d%00").unwrap().words, "a[2Jbc\td");
        let one_line = parse(&format!("step=live&words={}", "é".repeat(4000))).unwrap();
        assert!(one_line.words.len() <= KEPT_BYTES + 8, "one long line is cut between its characters");
    }

    proptest! {
        #[test]
        fn whatever_is_posted_is_read_or_refused_and_stays_small(body in prop::collection::vec(any::<u8>(), 0..2000)) {
            if let Ok(said) = Saying::parse(&body) {
                prop_assert!(said.words.len() <= KEPT_BYTES + 8);
            }
            let words: String = form_urlencoded::byte_serialize(&body).collect();
            let said = Saying::parse(format!("step=live&words={words}").as_bytes()).unwrap();
            prop_assert!(said.words.chars().all(|c| matches!(c, '\n' | '\t') || !c.is_control()));
        }
    }
}
