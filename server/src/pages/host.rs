//! `/hosts/{host}`: what one machine is made of, how its inventory changed, what it did at boot.

use actix_web::{HttpResponse, web};
use askama::Template;
use power::{Answer, Level, Via};

use super::hosts::{last_seen, machine, state_class};
use super::incident::{self, Line};
use super::install;
use super::inventory_view::{Card, Table, View};
use super::page;
use super::reinstall::{self, Reinstall};
use super::trail;
use crate::api::problem::ApiError;
use crate::api::v1::boots;
use crate::api::v1::trail::{macs, of_cards};
use crate::app::App;
use crate::format;

#[derive(Template)]
#[template(path = "host.html")]
struct Page {
    id: String,
    name: String,
    state: String,
    state_class: &'static str,
    machine: String,
    place: Option<String>,
    last_seen: String,
    power: String,
    question: Option<QuestionView>,
    incidents: Vec<Line>,
    problems: Vec<String>,
    boot: Vec<String>,
    boot_options: String,
    boot_order: String,
    boot_order_is_wrong: bool,
    cards: Vec<Card>,
    tables: Vec<TableView>,
    reinstall: Option<Reinstall>,
    /// Rendered already, as the trail; empty where nothing was ever armed.
    install: String,
    /// Rendered already: the same piece of page is sent again when it has changed.
    trail: String,
    revisions: Vec<RevisionView>,
    events: Vec<EventView>,
}

/// What somebody in the room is asked for, with the links by which this page answers.
struct QuestionView {
    words: String,
    until: String,
    answers: Vec<(&'static str, String)>,
}

struct TableView {
    table: Table,
    count: usize,
    more: usize,
    wide: bool,
}

struct RevisionView {
    number: i64,
    at: String,
    summary: String,
}

struct EventView {
    at: String,
    summary: String,
}

/// Rows of one table shown; the command line and the API show all.
const ROWS: usize = 256;
/// Columns of a table that leaves room for another one beside it.
const NARROW: usize = 4;
/// Revisions and events shown.
const LINES: u32 = 12;

/// `GET /hosts/{host}`.
///
/// # Errors
/// 404 for a host that is not known.
pub async fn show(app: web::Data<App>, name: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let readers = app.store.readers();
    let host = hosts::get(readers, &name).await?.ok_or_else(|| ApiError::not_found("host", name.as_str()))?;
    let inventory =
        hosts::inventory(readers, &host.id, None).await?.map(|stored| stored.inventory).unwrap_or_default();
    let sample = hosts::sample(readers, &host.id).await?;
    let drives = hosts::drives(readers, &host.id).await?;
    let problems = hosts::problems(readers, &host.id).await?;
    let revisions = hosts::revisions(readers, &host.id, None, LINES).await?;
    let events = events::of_host(readers, &host.id, None, LINES).await?;
    let attempts = of_cards(&app, &macs(&app, &host.id).await?, trail::ATTEMPTS).await?;
    let boot = boots::of_host(&app, &host.id);
    let boot_order = hosts::BootOrder::of(inventory.firmware.as_ref());
    let view = View { host: &host, inventory: &inventory, sample: sample.as_ref(), drives: &drives };
    let shown = app.power.shown(&host.id).await?;
    let question = shown.question.map(|question| QuestionView {
        until: format::moment(question.expires_at),
        answers: Answer::ALL
            .map(|answer| {
                let proof = app.power.proof(&question.id, answer, Via::Page);
                (answer.label(), format!("/hosts/{}/answer/{}/{answer}/{proof}", host.id, question.id))
            })
            .into(),
        words: question.words,
    });
    let shown_install = app.progress.of(&host.id).await?;
    page(&Page {
        place: host.place.clone(),
        power: match shown.standing.level {
            Level::On => format!("on: {}", shown.standing.words),
            Level::Off => format!("off: {}", shown.standing.words),
            Level::Unknown => format!("not known: {}", shown.standing.words),
        },
        question,
        incidents: incident::open(&app, Some(&host.id)).await?,
        problems: problems.into_iter().map(|p| format!("{}: {}", p.part, p.reason)).collect(),
        boot_options: boot.in_words.clone(),
        boot: boot.news(app.clock.now()),
        boot_order: boot_order.in_words().to_owned(),
        boot_order_is_wrong: boot_order.advice().is_some(),
        cards: view.cards(),
        tables: view.tables().into_iter().map(bounded).collect(),
        reinstall: reinstall::offered(&app, shown_install.as_ref()).await?,
        install: install::html(shown_install.as_ref())?,
        trail: trail::html(&attempts)?,
        revisions: revisions
            .into_iter()
            .map(|r| RevisionView { number: r.number, at: format::moment(r.at), summary: r.summary })
            .collect(),
        events: events
            .into_iter()
            .map(|e| EventView { at: format::moment(e.at), summary: e.summary })
            .collect(),
        id: host.id.to_string(),
        name: host.name.clone(),
        state: host.state.to_string(),
        state_class: state_class(host.state),
        machine: machine(&host),
        last_seen: last_seen(&host, app.clock.now()),
    })
}

fn bounded(mut table: Table) -> TableView {
    let (count, more) = (table.rows.len(), table.cut(ROWS));
    TableView { wide: table.headings.len() > NARROW, table, count, more }
}
