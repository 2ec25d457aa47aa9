//! The hosts, for operators and their programs.

use actix_web::{HttpRequest, web};
use alerts::Incident;
use hosts::{BootOrder, Change, DriveWord, Filter, Host, HostProblem, Inventory, Page, Place, Revision};
use inventory::{Limits, Sample, Timestamp};
use okd::OkdError;
use serde::{Deserialize, Serialize};

use super::boots::{self, HostBoot};
use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// Everything of one host.
#[derive(Debug, Serialize, Deserialize)]
pub struct Detail {
    /// The row.
    pub host: Host,
    /// What it is made of, with the names of its devices; absent before its first report.
    #[serde(serialize_with = "crate::names::beside_ids::serialize")]
    pub inventory: Option<Inventory>,
    /// How it does.
    pub sample: Option<Sample>,
    /// What each of its drives last said of its health: most samples do not tell it.
    #[serde(default)]
    pub drives: Vec<DriveWord>,
    /// How it boots: its options, an operator's word for the next boot, whether it is held.
    #[serde(default)]
    pub boot: HostBoot,
    /// Whether its firmware goes on to its disk when the network does not answer.
    #[serde(default)]
    pub boot_order: String,
    /// What its agent can't do at present.
    pub problems: Vec<HostProblem>,
    /// What is open.
    pub incidents: Vec<Incident>,
}

/// Which hosts, and how many at once.
#[derive(Debug, Deserialize)]
pub struct Query {
    state: Option<String>,
    approved: Option<bool>,
    text: Option<String>,
    boot_order: Option<String>,
    after: Option<String>,
    limit: Option<u32>,
}

/// Which revision.
#[derive(Debug, Deserialize)]
pub struct AtRevision {
    revision: Option<i64>,
}

/// Which revisions are compared.
#[derive(Debug, Deserialize)]
pub struct Between {
    from: Option<i64>,
    to: Option<i64>,
}

/// From where a list goes on, and how long it is.
#[derive(Debug, Deserialize)]
pub struct Before {
    before: Option<i64>,
    limit: Option<u32>,
}

/// A new name.
#[derive(Debug, Serialize, Deserialize)]
pub struct Rename {
    /// The name.
    pub name: String,
}

/// Where a host stands; nothing to forget it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// The place.
    pub place: Option<String>,
}

/// Something that happened to a host.
#[derive(Debug, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the order of all events.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What kind of thing.
    pub kind: String,
    /// Who did it.
    pub actor: String,
    /// In a sentence.
    pub summary: String,
}

/// Longest page of a list.
const LONGEST: u32 = 1000;

/// `GET /api/v1/hosts`.
///
/// # Errors
/// 400 for a state or a cursor that does not exist.
pub async fn list(app: web::Data<App>, query: web::Query<Query>) -> Result<web::Json<Page<Host>>, ApiError> {
    let Query { state, approved, text, boot_order, after, limit } = query.into_inner();
    let state = state.map(|state| state.parse()).transpose();
    let state = state.map_err(|error: hosts::UnknownState| ApiError::BadRequest(error.to_string()))?;
    let filter = Filter { state, approved, text, boot_order };
    let limit = limit.unwrap_or(100).clamp(1, LONGEST);
    Ok(web::Json(hosts::list(app.store.readers(), &filter, after.as_deref(), limit).await?))
}

/// `GET /api/v1/hosts/{host}`.
///
/// # Errors
/// 404 for a host or a revision that is not known.
pub async fn show(
    app: web::Data<App>,
    host: web::Path<String>,
    at: web::Query<AtRevision>,
) -> Result<web::Json<Detail>, ApiError> {
    let readers = app.store.readers();
    let host = find(&app, &host).await?;
    let inventory = hosts::inventory(readers, &host.id, at.revision).await?.map(|stored| stored.inventory);
    if let (None, Some(number)) = (&inventory, at.revision) {
        return Err(revision_missing(number));
    }
    let firmware = inventory.as_ref().and_then(|inventory| inventory.firmware.as_ref());
    Ok(web::Json(Detail {
        boot_order: BootOrder::of(firmware).in_words().to_owned(),
        boot: boots::of_host(&app, &host.id),
        inventory,
        sample: hosts::sample(readers, &host.id).await?,
        drives: hosts::drives(readers, &host.id).await?,
        problems: hosts::problems(readers, &host.id).await?,
        incidents: super::incidents::open(&app, Some(&host.id)).await?,
        host,
    }))
}

/// `DELETE /api/v1/hosts/{host}`.
///
/// # Errors
/// 404 for a host that is not known, 409 for one whose installation was allowed or goes on.
pub async fn delete(app: web::Data<App>, host: web::Path<String>) -> Result<web::Json<()>, ApiError> {
    let id = find(&app, &host).await?.id;
    let assignment = app.assignments.get(&id).await?;
    let (deleted, now) = (id.clone(), app.clock.now());
    app.store
        .write::<(), OkdError, _>(move |tx| {
            Box::pin(async move {
                okd::progress::refuse_delete(tx, &deleted, now).await?;
                Ok(hosts::delete(tx, &deleted, "operator", now).await?)
            })
        })
        .await?;
    app.control.forget(&id);
    if let Some(assignment) = assignment {
        app.fronts.refresh(&assignment.cluster, "operator").await?;
    }
    Ok(web::Json(()))
}

/// `POST /api/v1/hosts/{host}/approve`.
///
/// # Errors
/// 404 for a host that is not known, 409 for one that can't be approved.
pub async fn approve(app: web::Data<App>, host: web::Path<String>) -> Result<web::Json<Host>, ApiError> {
    let id = find(&app, &host).await?.id;
    let (approved, now) = (id.clone(), app.clock.now());
    app.store
        .write(move |tx| Box::pin(async move { hosts::approve(tx, &approved, "operator", now).await }))
        .await?;
    Ok(web::Json(find(&app, id.as_str()).await?))
}

/// `POST /api/v1/hosts/{host}/rename`.
///
/// # Errors
/// 404 for a host that is not known, 400 for no name, 409 for another's.
pub async fn rename(
    app: web::Data<App>,
    host: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Host>, ApiError> {
    let Rename { name } = body::message(&request, payload, Limits::SMALL).await?;
    let id = find(&app, &host).await?.id;
    let (renamed, now) = (id.clone(), app.clock.now());
    app.store
        .write(move |tx| Box::pin(async move { hosts::rename(tx, &renamed, &name, "operator", now).await }))
        .await?;
    Ok(web::Json(find(&app, id.as_str()).await?))
}

/// `PUT /api/v1/hosts/{host}/place`.
///
/// # Errors
/// 404 for a host that is not known, 400 for no place, 409 where another host stands there.
pub async fn place(
    app: web::Data<App>,
    host: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Host>, ApiError> {
    let Placed { place } = body::message(&request, payload, Limits::SMALL).await?;
    let place: Option<Place> = place.map(|place| place.parse()).transpose()?;
    let id = find(&app, &host).await?.id;
    let (placed, now) = (id.clone(), app.clock.now());
    app.store
        .write(move |tx| {
            Box::pin(async move { hosts::put_place(tx, &placed, place.as_ref(), "operator", now).await })
        })
        .await?;
    Ok(web::Json(find(&app, id.as_str()).await?))
}

/// `GET /api/v1/hosts/{host}/revisions`.
///
/// # Errors
/// 404 for a host that is not known.
pub async fn revisions(
    app: web::Data<App>,
    host: web::Path<String>,
    before: web::Query<Before>,
) -> Result<web::Json<Vec<Revision>>, ApiError> {
    let host = find(&app, &host).await?;
    let limit = before.limit.unwrap_or(100).clamp(1, LONGEST);
    Ok(web::Json(hosts::revisions(app.store.readers(), &host.id, before.before, limit).await?))
}

/// `GET /api/v1/hosts/{host}/diff?from=N&to=M`: by default the newest revision against the one before.
///
/// # Errors
/// 404 for a host or a revision that is not known.
pub async fn diff(
    app: web::Data<App>,
    host: web::Path<String>,
    between: web::Query<Between>,
) -> Result<web::Json<Vec<Change>>, ApiError> {
    let host = find(&app, &host).await?;
    let to = between.to.unwrap_or(host.revision);
    let from = between.from.unwrap_or(to - 1);
    let readers = app.store.readers();
    let newer = hosts::inventory(readers, &host.id, Some(to)).await?.ok_or_else(|| revision_missing(to))?;
    let older =
        hosts::inventory(readers, &host.id, Some(from)).await?.ok_or_else(|| revision_missing(from))?;
    Ok(web::Json(hosts::diff(&older.inventory, &newer.inventory)))
}

/// `GET /api/v1/hosts/{host}/events`, newest first.
///
/// # Errors
/// 404 for a host that is not known.
pub async fn events(
    app: web::Data<App>,
    host: web::Path<String>,
    before: web::Query<Before>,
) -> Result<web::Json<Vec<Event>>, ApiError> {
    let host = find(&app, &host).await?;
    let limit = before.limit.unwrap_or(100).clamp(1, LONGEST);
    let events = events::of_host(app.store.readers(), &host.id, before.before, limit).await?;
    let events = events.into_iter().map(|e| Event {
        seq: e.seq,
        at: e.at,
        kind: e.kind.to_string(),
        actor: e.actor,
        summary: e.summary,
    });
    Ok(web::Json(events.collect()))
}

pub(crate) async fn find(app: &App, name: &str) -> Result<Host, ApiError> {
    hosts::get(app.store.readers(), name).await?.ok_or_else(|| ApiError::not_found("host", name))
}

fn revision_missing(number: i64) -> ApiError {
    ApiError::not_found("revision", number.to_string())
}
