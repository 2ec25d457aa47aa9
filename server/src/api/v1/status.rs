//! How the server itself does, in one answer.

use actix_web::web;
use serde::{Deserialize, Serialize};

use crate::api::problem::ApiError;
use crate::app::App;
use crate::health::Health;

/// The server in short.
#[derive(Debug, Serialize, Deserialize)]
pub struct Status {
    /// Its version.
    pub version: String,
    /// Where its pages are.
    pub page: String,
    /// SHA-256 of its certificate.
    pub pin: String,
    /// What unknown machines boot: at most one for each processor, none when nothing was chosen.
    pub discovery: Vec<String>,
    /// What an operator should look at.
    pub notices: Vec<String>,
    /// What it uses, and how busy its machine is.
    pub health: Health,
    /// Steps of boots that were not written down because too many came at once.
    pub trail_dropped: u64,
}

/// `GET /api/v1/status`.
///
/// # Errors
/// The database's.
pub async fn show(app: web::Data<App>) -> Result<web::Json<Status>, ApiError> {
    Ok(web::Json(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        page: app.links.page(),
        pin: app.pin.to_string(),
        discovery: app.site().discovery.iter().map(ToString::to_string).collect(),
        notices: app.notices().await?,
        health: web::block(Health::read).await.unwrap_or_default(),
        trail_dropped: app.trail.dropped(),
    }))
}
