//! What is wanted of a gateway, part by part. Setting a part changes nothing on the gateway: that is for plan and apply.

use std::net::Ipv4Addr;

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use gateway::Wish;
use gateway::wish::Dhcp;
use inventory::Limits;
use serde::{Deserialize, Serialize};

use super::named;
use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::gateways::BOOT_PART;
use crate::gateways::boot::Made;

/// A wish file of a large site has some hundred kilobytes.
const WISH_BYTES: usize = 4 << 20;

/// What of the boot this server can't know by itself, or shall not decide.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BootAsk {
    /// This server's address on the machines' network; absent: as it sees it itself.
    pub address: Option<Ipv4Addr>,
    /// The classes of firmwares that are given something; absent: all that there is a loader for.
    pub classes: Option<Vec<String>>,
    /// The gateway's interface that the machines are behind; absent: that of the wish.
    pub interface: Option<String>,
}

/// `PUT /api/v1/gateways/{gateway}/wish/{part}`: the body is a wish file (TOML), or with `Content-Type: application/json` a
/// wish as the API shows it.
///
/// # Errors
/// 400 with line and key for a wish that can't be, 409 where it contradicts another part.
pub async fn set(
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Wish>, ApiError> {
    let (name, part) = path.into_inner();
    let name = named(&name)?;
    let is_json = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let wish: Wish = if is_json {
        let wish: Wish = body::message(&request, payload, Limits::REPORT).await?;
        wish.check().map_err(|error| ApiError::BadRequest(error.to_string()))?;
        wish
    } else {
        let bytes = body::read(&request, payload, WISH_BYTES).await?;
        let text = String::from_utf8(bytes)
            .map_err(|_| ApiError::BadRequest("a wish file is text in UTF-8, and this is not".to_owned()))?;
        Wish::from_toml(&text).map_err(|error| ApiError::BadRequest(error.to_string()))?
    };
    app.gateways.set_wish(&name, &part, Some(wish.clone()), "operator").await?;
    Ok(web::Json(wish))
}

/// `DELETE /api/v1/gateways/{gateway}/wish/{part}`: the next plan removes what only this part wanted.
///
/// # Errors
/// 404 for a gateway that is not known.
pub async fn clear(
    app: web::Data<App>,
    path: web::Path<(String, String)>,
) -> Result<web::Json<()>, ApiError> {
    let (name, part) = path.into_inner();
    app.gateways.set_wish(&named(&name)?, &part, None, "operator").await?;
    Ok(web::Json(()))
}

/// `PUT /api/v1/gateways/{gateway}/boot`: makes the part of the wish that says what machines boot.
///
/// # Errors
/// 400 where this server's address on their network can't be told, or there is no loader.
pub async fn set_boot(
    app: web::Data<App>,
    name: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Made>, ApiError> {
    let name = named(&name)?;
    let ask: BootAsk = body::message(&request, payload, Limits::SMALL).await?;
    let made = super::setup::make_boot(&app, &name, ask).await?;
    let dhcp = Dhcp { boot: Some(made.boot.clone()), ..Dhcp::default() };
    let wish = Wish { dhcp, ..Wish::default() };
    app.gateways.set_wish(&name, BOOT_PART, Some(wish), "operator").await?;
    Ok(web::Json(made))
}
