//! Clusters. Their configs go in and never come out here.

mod message;

use actix_web::{HttpRequest, web};
use gateway::wish::Label;
use inventory::{Limits, Timestamp};
use okd::Role;
use okd::cluster::{Cluster, Files, Front, New, Node, begin_by, compose, in_time};
use serde::{Deserialize, Serialize};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;
pub use message::{Create, Ignition, MAX_BODY_BYTES, Text};

/// A cluster, with what can still be installed of it and by whom.
#[derive(Debug, Serialize, Deserialize)]
pub struct Shown {
    /// The cluster.
    #[serde(flatten)]
    pub cluster: Cluster,
    /// How each role's config stands; none after they were wiped.
    pub roles: Vec<Standing>,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// How what it wants stands at its gateway.
    #[serde(default)]
    pub gateway: okd::front::Standing,
}

/// How a role's config stands.
#[derive(Debug, Serialize, Deserialize)]
pub struct Standing {
    /// Whose it is.
    pub role: Role,
    /// Until when an installation may begin with it.
    pub begin_by: Timestamp,
    /// Why none may begin now.
    pub refused: Option<String>,
}

/// `GET /api/v1/clusters`.
///
/// # Errors
/// The database's.
pub async fn list(app: web::Data<App>) -> Result<web::Json<Vec<Shown>>, ApiError> {
    Ok(web::Json(all(&app).await?))
}

/// All clusters, for the API and the pages.
///
/// # Errors
/// The database's.
pub(crate) async fn all(app: &App) -> Result<Vec<Shown>, ApiError> {
    let mut all = Vec::new();
    for cluster in app.clusters.list().await? {
        all.push(shown(app, cluster).await?);
    }
    Ok(all)
}

/// `POST /api/v1/clusters`: what the installer wrote becomes a cluster's, sealed.
///
/// # Errors
/// 400 for a folder that can't be used, 409 for a name that is taken, or when everything in it is too old.
pub async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Shown>, ApiError> {
    let body = zeroize::Zeroizing::new(body::read(&request, payload, MAX_BODY_BYTES).await?);
    let asked = message::read(&body)?;
    drop(body);
    let image = match &asked.image {
        Some(files) => Some(composed(&app, files).await?),
        None => None,
    };
    if let Some(front) = &asked.front {
        app.gateways.get(&front.gateway).await?;
    }
    let new = New {
        name: asked.name,
        domain: asked.domain,
        folder: asked.folder,
        image,
        front: asked.front,
        replace: asked.replace,
    };
    let cluster = app.clusters.create(new, "operator").await?;
    app.fronts.refresh(&cluster.name, "operator").await?;
    app.refresh_served().await?;
    Ok(web::Json(shown(&app, cluster).await?))
}

/// `GET /api/v1/clusters/{cluster}`.
///
/// # Errors
/// 404 for a cluster that is not known.
pub async fn show(app: web::Data<App>, name: web::Path<String>) -> Result<web::Json<Shown>, ApiError> {
    Ok(web::Json(of(&app, &name).await?))
}

/// One cluster, for the API and the pages.
///
/// # Errors
/// 404 for a cluster that is not known.
pub(crate) async fn of(app: &App, name: &str) -> Result<Shown, ApiError> {
    let cluster = app.clusters.get(&named(name)?).await?;
    shown(app, cluster).await
}

/// `GET /api/v1/clusters/{cluster}/dns`: the names, addresses and balanced ports that it needs of its site.
///
/// # Errors
/// 404 for a cluster that is not known.
pub async fn dns(
    app: web::Data<App>,
    name: web::Path<String>,
) -> Result<web::Json<okd::front::List>, ApiError> {
    Ok(web::Json(app.fronts.list(&named(&name)?).await?))
}

/// `PUT /api/v1/clusters/{cluster}/image`: what its nodes boot to be installed.
///
/// # Errors
/// 404 for a cluster that is not known, 400 for assets that are not there or not of one build.
pub async fn set_image(
    app: web::Data<App>,
    name: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Shown>, ApiError> {
    let name = named(&name)?;
    let files: Files = body::message(&request, payload, Limits::SMALL).await?;
    let image = composed(&app, &files).await?;
    let cluster = app.clusters.set_image(&name, image, "operator").await?;
    app.refresh_served().await?;
    Ok(web::Json(shown(&app, cluster).await?))
}

/// `PUT /api/v1/clusters/{cluster}/front`: where it is reached, and by which gateway.
///
/// # Errors
/// 404 for a cluster or gateway that is not known.
pub async fn set_front(
    app: web::Data<App>,
    name: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Shown>, ApiError> {
    let name = named(&name)?;
    let front: Front = body::message(&request, payload, Limits::SMALL).await?;
    app.gateways.get(&front.gateway).await?;
    let cluster = app.clusters.set_front(&name, Some(front), "operator").await?;
    app.fronts.refresh(&name, "operator").await?;
    Ok(web::Json(shown(&app, cluster).await?))
}

/// `DELETE /api/v1/clusters/{cluster}/front`: no gateway is told of it.
///
/// # Errors
/// 404 for a cluster that is not known.
pub async fn clear_front(app: web::Data<App>, name: web::Path<String>) -> Result<web::Json<Shown>, ApiError> {
    let name = named(&name)?;
    let cluster = app.clusters.set_front(&name, None, "operator").await?;
    app.fronts.refresh(&name, "operator").await?;
    Ok(web::Json(shown(&app, cluster).await?))
}

/// `POST /api/v1/clusters/{cluster}/wipe`: its configs are gone.
///
/// # Errors
/// 404 for a cluster that is not known, 409 while a host is armed with them.
pub async fn wipe(app: web::Data<App>, name: web::Path<String>) -> Result<web::Json<Shown>, ApiError> {
    let cluster = app.clusters.wipe(&named(&name)?, "operator").await?;
    Ok(web::Json(shown(&app, cluster).await?))
}

/// `DELETE /api/v1/clusters/{cluster}`.
///
/// # Errors
/// 404 for a cluster that is not known, 409 while hosts have roles in it.
pub async fn remove(app: web::Data<App>, name: web::Path<String>) -> Result<web::Json<()>, ApiError> {
    let name = named(&name)?;
    app.clusters.remove(&name, "operator").await?;
    app.fronts.refresh(&name, "operator").await?;
    app.refresh_served().await?;
    Ok(web::Json(()))
}

async fn shown(app: &App, cluster: Cluster) -> Result<Shown, ApiError> {
    let now = app.clock.now();
    let nodes = app.clusters.nodes(&cluster.name).await?;
    let standing = |config: &okd::cluster::Config| Standing {
        role: config.role,
        begin_by: begin_by(config.role, &config.validity),
        refused: in_time(config.role, &config.validity, now).err(),
    };
    let gateway = app.fronts.standing(&cluster.name).await?;
    Ok(Shown { roles: cluster.configs.iter().map(standing).collect(), nodes, gateway, cluster })
}

async fn composed(app: &App, files: &Files) -> Result<boot::site::CoreOs, ApiError> {
    let assets = boot::assets::rows::all(app.store.readers()).await?;
    Ok(compose(files, &assets)?)
}

/// What is no name names no cluster.
pub(crate) fn named(name: &str) -> Result<Label, ApiError> {
    name.parse().map_err(|_| ApiError::not_found("cluster", name.chars().take(64).collect::<String>()))
}
