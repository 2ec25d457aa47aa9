//! Assets that the server fetches itself.

use std::time::Duration;

use actix_web::{HttpRequest, web};
use boot::AssetId;
use boot::assets::{AssetKind, AssetName, Authority, Source};
use inventory::Limits;
use serde::{Deserialize, Serialize};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::api::wait::Wait;
use crate::app::App;
use crate::downloads::{Download, Wish};

/// What shall be fetched.
#[derive(Debug, Serialize, Deserialize)]
pub struct Begin {
    /// `http://…` or `https://…`.
    pub url: String,
    /// What it must be.
    pub asset: AssetId,
    /// What it will be called; the last part of the URL where nothing is said.
    #[serde(default)]
    pub name: Option<AssetName>,
    /// What it is for; by its name where nothing is said.
    #[serde(default)]
    pub kind: Option<AssetKind>,
    /// It may lie on the server itself, or on its link.
    #[serde(default)]
    pub allow_local: bool,
    /// The certificates of authorities that are believed beside the usual ones: the base64 of their DER.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorities: Vec<Authority>,
}

/// `POST /api/v1/assets/downloads`.
///
/// # Errors
/// 400 for a URL that can't be fetched, 429 while too many are under way.
pub async fn start(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Download>, ApiError> {
    let Begin { url, asset, name, kind, allow_local, authorities } =
        body::message(&request, payload, Limits::SMALL).await?;
    let url = reqwest::Url::parse(&url)
        .map_err(|error| ApiError::BadRequest(format!("url: {error}; expected http://… or https://…")))?;
    if !matches!(url.scheme(), "http" | "https") {
        let scheme = url.scheme();
        let detail = format!(
            "url: the server fetches by http and https, not by {scheme}:; a file is uploaded by muster asset add FILE"
        );
        return Err(ApiError::BadRequest(detail));
    }
    let last = || url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let name = match name {
        Some(name) => name,
        None => last()
            .parse()
            .map_err(|error| ApiError::BadRequest(format!("{error}; give it a name with --name")))?,
    };
    let kind = kind.unwrap_or_else(|| AssetKind::guess(&name));
    super::upload::refuse_image(kind)?;
    let allow_local = allow_local || app.settings.assets.allow_local;
    let source = Source { url, allow_local, authorities };
    if !app.downloads.start(&app, Wish { asset, name, kind, source }) {
        let detail = "too many assets are being fetched; wait for one of them to end".to_owned();
        return Err(ApiError::TooMany { detail, retry_after_secs: 30 });
    }
    find(&app, asset, Duration::ZERO).await
}

/// `GET /api/v1/assets/downloads/{asset}?wait_secs=N`: how far it is, or how it ended.
///
/// # Errors
/// 404 for a download that is not remembered.
pub async fn show(
    app: web::Data<App>,
    asset: web::Path<AssetId>,
    wait: web::Query<Wait>,
) -> Result<web::Json<Download>, ApiError> {
    find(&app, *asset, wait.patience()).await
}

/// `DELETE /api/v1/assets/downloads/{asset}`: stops it.
///
/// # Errors
/// 404 for a download that does not run.
pub async fn cancel(app: web::Data<App>, asset: web::Path<AssetId>) -> Result<web::Json<()>, ApiError> {
    if app.downloads.cancel(*asset) {
        Ok(web::Json(()))
    } else {
        Err(ApiError::not_found("running download of asset", asset.to_string()))
    }
}

async fn find(app: &App, asset: AssetId, wait: Duration) -> Result<web::Json<Download>, ApiError> {
    let found = app.downloads.show(asset, wait).await;
    found.map(web::Json).ok_or_else(|| ApiError::not_found("download of asset", asset.to_string()))
}
