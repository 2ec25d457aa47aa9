//! What an answer means for the message: taken, forgotten, later, never.

use std::time::Duration;

use inventory::Problem;

/// A server that asks for more has made a mistake, and the agent would be silent.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
const WORDS_LIMIT: usize = 500;

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Declined {
    /// The server does not know this agent's key (any more).
    #[error("the server does not know this agent: {0}")]
    Forgotten(String),
    /// Not now: the network, or the server, is in trouble.
    #[error("{why}")]
    Later {
        /// How long the server asks to wait.
        after: Option<Duration>,
        /// What happened.
        why: String,
    },
    /// This message will never be taken as it is.
    #[error("{status} {why}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's title and detail.
        why: String,
    },
}

impl Declined {
    pub(super) const fn later(why: String) -> Self {
        Self::Later { after: None, why }
    }
}

/// Judges an answer by its status, its `Retry-After` and its body.
pub(super) fn judge(status: u16, retry_after: Option<&str>, body: &[u8]) -> Result<(), Declined> {
    let why = || words(status, body);
    match status {
        200..=299 => Ok(()),
        401 => Err(Declined::Forgotten(why())),
        // A redirect comes from something between here and the server: what is to be sent is not at fault.
        408 | 425 | 429 | 300..=399 | 500..=599 => {
            let after = retry_after.and_then(|secs| secs.trim().parse().ok()).map(Duration::from_secs);
            let why = format!("the server answered {status}: {}", why());
            Err(Declined::Later { after: after.map(|after| after.min(LONGEST_WAIT)), why })
        }
        _ => Err(Declined::Refused { status, why: why() }),
    }
}

/// The problem's title and detail, or the beginning of whatever was sent instead.
fn words(status: u16, body: &[u8]) -> String {
    let words = match serde_json::from_slice::<Problem>(body) {
        Ok(Problem { title, detail: Some(detail), .. }) => format!("{title}: {detail}"),
        Ok(problem) => problem.title,
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: String = words.chars().filter(|c| !c.is_control()).take(WORDS_LIMIT).collect();
    if words.is_empty() { format!("HTTP status {status}, and not a word") } else { words }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_status_means_one_thing() {
        let problem =
            br#"{"type":"ticket-expired","title":"Ticket expired","status":403,"detail":"boot again"}"#;
        assert_eq!(judge(204, None, b""), Ok(()));
        assert!(matches!(judge(401, None, problem), Err(Declined::Forgotten(_))));
        for status in [302, 408, 429, 500, 502, 503] {
            assert!(matches!(judge(status, None, b""), Err(Declined::Later { after: None, .. })), "{status}");
        }
        for status in [400, 403, 404, 409, 413, 422] {
            let refused = Declined::Refused { status, why: "Ticket expired: boot again".to_owned() };
            assert_eq!(judge(status, None, problem), Err(refused), "{status}");
        }
    }

    #[test]
    fn the_server_may_ask_for_a_pause_but_not_for_silence() {
        let after = |header| match judge(503, Some(header), b"") {
            Err(Declined::Later { after, .. }) => after,
            other => panic!("{other:?}"),
        };
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(after("999999999"), Some(LONGEST_WAIT));
        for unreadable in ["", "-1", "soon", "Sat, 21 Nov 2026 00:00:00 GMT"] {
            assert_eq!(after(unreadable), None, "{unreadable}");
        }
    }

    #[test]
    fn a_page_of_html_is_cut_and_cleaned() {
        let page = format!("<html>\u{1b}[2J\n{}", "x".repeat(100_000));
        let Err(Declined::Refused { why, .. }) = judge(404, None, page.as_bytes()) else { panic!() };
        assert!(why.starts_with("<html>[2J xxx") && why.len() == WORDS_LIMIT, "{why}");
    }

    proptest! {
        #[test]
        fn any_answer_is_judged(status: u16, retry_after: Option<String>, body: Vec<u8>) {
            judge(status, retry_after.as_deref(), &body).ok();
        }
    }
}
