//! A host's installation: a piece of its page, which moves by itself.

use actix_web::{HttpResponse, web};
use askama::Template;
use inventory::Timestamp;
use okd::progress::{Shown, State};

use crate::api::live;
use crate::api::problem::ApiError;
use crate::api::v1::hosts::find;
use crate::app::App;
use crate::format;

/// The piece of page.
#[derive(Template)]
#[template(path = "install.html")]
struct Fragment {
    name: String,
    node: String,
    generation: i64,
    armed: String,
    /// Until when the arming counts; empty where that is of no interest any more.
    expires: String,
    words: Vec<WordView>,
    mark: &'static str,
    badge: &'static str,
    state: &'static str,
    text: String,
    due: String,
    percent: Option<u8>,
    cause: Option<String>,
    log: String,
    leaked: bool,
    may_retry: bool,
}

struct WordView {
    text: &'static str,
    more: String,
    after: String,
    failed: bool,
}

/// `GET /hosts/{host}/install/live`: the piece of page as it changes, as server-sent events.
///
/// # Errors
/// 404 for a host that is not known, 429 when too many look on.
pub async fn live(app: web::Data<App>, host: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let host = find(&app, &host).await?;
    live::install::stream(&app, host.id, html)
}

/// The piece of page; empty where nothing was ever armed.
///
/// # Errors
/// The template can't be rendered.
pub(super) fn html(shown: Option<&Shown>) -> Result<String, ApiError> {
    let Some(shown) = shown else { return Ok(String::new()) };
    let rendered = Fragment::from(shown).render();
    rendered.map_err(|error| ApiError::Internal(format!("rendering an installation: {error}")))
}

impl From<&Shown> for Fragment {
    fn from(shown: &Shown) -> Self {
        let standing = &shown.standing;
        let (mark, badge) = match standing.state {
            State::Going => ("going", "warn"),
            State::Done => ("done", "good"),
            State::Overdue | State::Failed => ("bad", "bad"),
            State::Ended => ("", ""),
        };
        let is_waiting = shown.consumed_at.is_none() && shown.ended.is_none();
        Self {
            name: shown.name.clone(),
            node: shown.node.clone(),
            generation: shown.generation,
            armed: format::moment(shown.armed_at),
            expires: if is_waiting { format::moment(shown.expires_at) } else { String::new() },
            words: shown.words.iter().map(|word| WordView::new(word, shown.armed_at)).collect(),
            mark,
            badge,
            state: standing.state.in_words(),
            text: standing.text.clone(),
            due: standing
                .due_at
                .map(|due| format!("expected by {}", format::moment(due)))
                .unwrap_or_default(),
            percent: standing.percent,
            cause: standing.cause.clone(),
            log: standing.log.clone(),
            leaked: shown.leaked,
            may_retry: standing.may_retry,
        }
    }
}

impl WordView {
    fn new(word: &okd::progress::Word, armed_at: Timestamp) -> Self {
        Self {
            text: word.step.in_words(),
            // A log has a place of its own.
            more: if word.failed { String::new() } else { format::line(&word.words, 240) },
            after: format!("+{}", format::fine_span(word.at.since(armed_at))),
            failed: word.failed,
        }
    }
}
