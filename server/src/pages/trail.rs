//! Boot trails: in the host's page, and of cards whose host is not known. They move by themselves: the same piece of page
//! is sent again whenever it has changed. Without JavaScript they stand still, and are whole.

use actix_web::{HttpResponse, web};
use askama::Template;
use boot::trail::diagnosis::State;

use super::page;
use crate::api::live::boots::{self, Subject};
use crate::api::problem::ApiError;
use crate::api::v1::hosts::find;
use crate::api::v1::trail::{self, Boot, TrailAttempt, TrailStep, TrailTransfer};
use crate::app::App;
use crate::format;

/// Boots shown; the command line shows more.
pub(super) const ATTEMPTS: usize = 3;
/// Steps of one boot that are shown from its beginning, and from its end.
const FIRST: usize = 24;
const LAST: usize = 12;

/// The piece of page.
#[derive(Template)]
#[template(path = "trail.html")]
struct Fragment {
    trail: Vec<TrailView>,
}

/// The page of one card.
#[derive(Template)]
#[template(path = "boot.html")]
struct Card {
    mac: String,
    host: Option<(String, String)>,
    trail: String,
}

/// The list.
#[derive(Template)]
#[template(path = "boots.html")]
struct Boots {
    rows: Vec<Row>,
    dropped: u64,
    dhcp_is_read: bool,
}

struct Row {
    mac: String,
    host: Option<(String, String)>,
    began: String,
    last: String,
    badge: &'static str,
    word: &'static str,
    text: String,
}

/// One boot, as it is shown.
struct TrailView {
    key: String,
    began: String,
    mac: String,
    steps: Vec<StepView>,
    left_out: usize,
    rest: Vec<StepView>,
    running: Vec<RunningView>,
    mark: &'static str,
    badge: &'static str,
    word: &'static str,
    text: String,
    cause: Option<String>,
}

struct StepView {
    text: String,
    sent: String,
    after: String,
    short: bool,
}

struct RunningView {
    text: String,
    percent: Option<u64>,
    sent: String,
}

/// `GET /hosts/{host}/trail/live`: the piece of page as it changes, as server-sent events.
///
/// # Errors
/// 404 for a host that is not known, 429 when too many look on.
pub async fn of_host_live(app: web::Data<App>, host: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let host = find(&app, &host).await?;
    boots::stream(&app, Subject::Host(host.id), ATTEMPTS, fragment)
}

/// `GET /boots`: the cards that booted lately.
///
/// # Errors
/// The database's.
pub async fn list(app: web::Data<App>) -> Result<HttpResponse, ApiError> {
    page(&Boots {
        rows: trail::lately(&app).await?.into_iter().map(Row::from).collect(),
        dropped: app.trail.dropped(),
        dhcp_is_read: app.settings.dhcp_log.is_some(),
    })
}

/// `GET /boots/{mac}`: what one card did.
///
/// # Errors
/// 400 for no MAC address.
pub async fn of_card(app: web::Data<App>, mac: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let mac = trail::parse(&mac)?;
    let host = hosts::facts_by_mac(app.store.readers(), mac).await?;
    page(&Card {
        mac: mac.to_string(),
        host: host.map(|host| (host.id.to_string(), host.name)),
        trail: html(&trail::of_cards(&app, &[mac], ATTEMPTS).await?)?,
    })
}

/// `GET /boots/{mac}/live`: its piece of page as it changes, as server-sent events.
///
/// # Errors
/// 400 for no MAC address, 429 when too many look on.
pub async fn of_card_live(app: web::Data<App>, mac: web::Path<String>) -> Result<HttpResponse, ApiError> {
    boots::stream(&app, Subject::Card(trail::parse(&mac)?), ATTEMPTS, fragment)
}

fn fragment(_: &App, attempts: &[TrailAttempt]) -> Result<String, ApiError> {
    html(attempts)
}

/// The piece of page that shows these boots.
///
/// # Errors
/// The template can't be rendered.
pub(super) fn html(attempts: &[TrailAttempt]) -> Result<String, ApiError> {
    let rendered = Fragment { trail: attempts.iter().map(TrailView::from).collect() }.render();
    rendered.map_err(|error| ApiError::Internal(format!("rendering a boot trail: {error}")))
}

impl From<&TrailAttempt> for TrailView {
    fn from(attempt: &TrailAttempt) -> Self {
        let began = attempt.steps.first().map(|step| step.at).unwrap_or_default();
        let mut steps: Vec<StepView> = attempt
            .steps
            .iter()
            .map(|step| StepView {
                text: step.in_words(),
                sent: step.sent(),
                after: format!("+{}", format::fine_span(step.at.since(began))),
                short: step.is_short(),
            })
            .collect();
        let left_out = steps.len().saturating_sub(FIRST + LAST);
        let rest = if left_out == 0 { Vec::new() } else { steps.split_off(FIRST).split_off(left_out) };
        let (mark, badge, word) = of_state(attempt.standing.state);
        Self {
            key: format!("{}-{}", attempt.mac.hyphenated(), attempt.number),
            began: format::moment(began),
            mac: attempt.mac.to_string(),
            steps,
            left_out,
            rest,
            running: attempt.running.iter().map(RunningView::from).collect(),
            mark,
            badge,
            word,
            text: attempt.standing.text.clone(),
            cause: attempt.standing.cause.clone(),
        }
    }
}

impl From<&TrailTransfer> for RunningView {
    fn from(transfer: &TrailTransfer) -> Self {
        let of = transfer.size_bytes.map(|size| format!(" of {}", format::bytes(size))).unwrap_or_default();
        let percent = transfer.percent.map(|percent| format!("{percent} %, ")).unwrap_or_default();
        Self {
            text: transfer.in_words(),
            percent: transfer.percent,
            sent: format!("{percent}{}{of}", format::bytes(transfer.sent_bytes)),
        }
    }
}

impl From<Boot> for Row {
    fn from(boot: Boot) -> Self {
        let (_, badge, word) = of_state(boot.attempt.standing.state);
        let at = |step: Option<&TrailStep>| format::moment(step.map(|step| step.at).unwrap_or_default());
        Self {
            mac: boot.attempt.mac.to_string(),
            host: boot.host.map(|host| (host.id.to_string(), host.name)),
            began: at(boot.attempt.steps.first()),
            last: boot.attempt.steps.last().map(TrailStep::in_words).unwrap_or_default(),
            badge,
            word,
            text: boot.attempt.standing.text,
        }
    }
}

/// The mark in the line of steps, the colour of the badge, and its word.
const fn of_state(state: State) -> (&'static str, &'static str, &'static str) {
    match state {
        State::Going => ("going", "warn", "on its way"),
        State::Done => ("done", "good", "done"),
        State::Stopped => ("bad", "bad", "stopped"),
        State::Failed => ("bad", "bad", "failed"),
    }
}
