//! `/gateways`: which there are, how each stands, what is wanted of it and what was done to it. Nothing is changed from here.

use actix_web::{HttpResponse, web};
use askama::Template;
use gateway::{ApplyRecord, ApplyState, Listed};
use serde::Deserialize;

use super::page;
use crate::api::problem::ApiError;
use crate::api::v1::gateways::{Shown, named, shown};
use crate::app::App;
use crate::format;
use crate::gateways::diff;
use crate::gateways::words::{REASON, notice, place, state, wanted};

#[derive(Template)]
#[template(path = "gateways.html")]
struct Gateways {
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "gateway.html")]
struct Gateway {
    row: Row,
    notice: Option<String>,
    parts: Vec<(String, String)>,
    plan: Option<String>,
    applies: Vec<Apply>,
}

struct Row {
    name: String,
    place: String,
    badge: &'static str,
    state: String,
    applied: String,
    looked_at: String,
}

struct Apply {
    when: String,
    badge: &'static str,
    state: String,
    by: String,
    changes: String,
    words: String,
}

/// What else is to be seen.
#[derive(Debug, Default, Deserialize)]
pub struct Also {
    /// What apply would change: the gateway is read for it.
    #[serde(default)]
    plan: bool,
}

/// `GET /gateways`.
///
/// # Errors
/// The database's.
pub async fn list(app: web::Data<App>) -> Result<HttpResponse, ApiError> {
    let rows = app.gateways.list().await?.iter().map(|listed| Row::of(&app, listed)).collect();
    page(&Gateways { rows })
}

/// `GET /gateways/{gateway}?plan=true`.
///
/// # Errors
/// 404 for a gateway that is not known.
pub async fn show(
    app: web::Data<App>,
    name: web::Path<String>,
    also: web::Query<Also>,
) -> Result<HttpResponse, ApiError> {
    let name = named(&name)?;
    let Shown { listed, wish, applies } = shown(&app, &name).await?;
    let plan = match also.plan {
        false => None,
        true => Some(match app.gateways.plan(&name).await {
            Ok(plan) => diff::plan(&plan),
            Err(error) => format!("It can't be told: {}", format::line(&error.to_string(), REASON)),
        }),
    };
    page(&Gateway {
        row: Row::of(&app, &listed),
        notice: notice(&listed),
        parts: wish.iter().map(|(part, wish)| (part.clone(), wanted(wish))).collect(),
        plan,
        applies: applies.iter().map(Apply::of).collect(),
    })
}

impl Row {
    fn of(app: &App, listed: &Listed) -> Self {
        let ago = |at| format!("{} ago", format::span(app.clock.now().since(at)));
        let last = listed.last_apply.as_ref();
        let badge = match last.map(|last| last.state) {
            Some(state @ (ApplyState::HalfDone | ApplyState::Interrupted)) => badge(state),
            _ if listed.unreachable_since.is_some() || listed.drift_since.is_some() => "warn",
            Some(ApplyState::Done) if !listed.unapplied => "good",
            _ => "",
        };
        Self {
            name: listed.name.to_string(),
            place: place(&listed.adapter),
            badge,
            state: state(listed),
            applied: last.map_or_else(|| "-".to_owned(), |last| ago(last.started_at)),
            looked_at: listed.checked_at.map_or_else(|| "-".to_owned(), ago),
        }
    }
}

impl Apply {
    fn of(record: &ApplyRecord) -> Self {
        Self {
            when: format::moment(record.started_at),
            badge: badge(record.state),
            state: record.state.to_string(),
            by: format::line(&record.actor, 64),
            changes: diff::counted(&record.plan.changes),
            words: format::line(&record.words, REASON),
        }
    }
}

fn badge(state: ApplyState) -> &'static str {
    match state {
        ApplyState::Done => "good",
        ApplyState::Applying => "",
        ApplyState::Undone => "warn",
        ApplyState::HalfDone | ApplyState::Interrupted => "bad",
    }
}
