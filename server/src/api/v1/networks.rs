//! How nodes speak, as operators describe it.

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use hosts::Host;
use inventory::{Limits, MacAddr};
use okd::network::{Keyfile, Place, arguments, cards, keyfiles};
use okd::{Assignment, NodeNetwork, OkdError};
use serde::{Deserialize, Serialize};

use super::hosts::find;
use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// Who does all this.
const OPERATOR: &str = "operator";
/// A file of a machine with very many cards has some kilobytes.
const FILE_BYTES: usize = 64 << 10;

/// How a node speaks.
#[derive(Debug, Serialize, Deserialize)]
pub struct Networked {
    /// The host's name.
    pub host: String,
    /// The node's whole name.
    pub fqdn: String,
    /// As it was described; absent for DHCP on the card that it boots from.
    pub network: Option<NodeNetwork>,
    /// The machine's cards.
    pub cards: Vec<MacAddr>,
    /// What its kernel is told while it is installed.
    pub arguments: Option<Told>,
    /// What stands in the installed system, below `/etc/NetworkManager/system-connections`.
    pub keyfiles: Vec<Keyfile>,
    /// How what its cluster wants stands at its gateway, in a sentence each.
    pub gateway: Vec<String>,
}

/// What a kernel is told.
#[derive(Debug, Serialize, Deserialize)]
pub struct Told {
    /// When it boots from this card.
    pub boots_from: MacAddr,
    /// What.
    pub arguments: Vec<String>,
}

/// `GET /api/v1/hosts/{host}/network`.
///
/// # Errors
/// 404 for a host that is not known, 409 for one without a role.
pub async fn show(app: web::Data<App>, host: web::Path<String>) -> Result<web::Json<Networked>, ApiError> {
    let host = find(&app, &host).await?;
    let assignment = role(&app, &host).await?;
    let gateway = app.fronts.standing(&assignment.cluster).await?.sentences();
    Ok(web::Json(networked(&app, host, assignment, gateway).await?))
}

/// `PUT /api/v1/hosts/{host}/network`: the body is a file in TOML, or with `Content-Type: application/json` a network as the API
/// shows it. It counts for the next arming.
///
/// # Errors
/// 400 with line and key for what can't be read, and with all that can't be on this host; 404, 409 as [`show`].
pub async fn set(
    app: web::Data<App>,
    host: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Networked>, ApiError> {
    let is_json = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let network: NodeNetwork = if is_json {
        body::message(&request, payload, Limits::SMALL).await?
    } else {
        let bytes = body::read(&request, payload, FILE_BYTES).await?;
        let text = String::from_utf8(bytes)
            .map_err(|_| ApiError::BadRequest("such a file is text in UTF-8, and this is not".to_owned()))?;
        NodeNetwork::from_toml(&text).map_err(|error| ApiError::BadRequest(error.to_string()))?
    };
    let host = find(&app, &host).await?;
    let assignment = role(&app, &host).await?;
    let place = Place { cards: &of_host(&app, &host).await?, address: assignment.address };
    network.check_on(&place).map_err(|faults| ApiError::BadRequest(format!("{}: {faults}", host.name)))?;
    changed(&app, host, Some(network)).await
}

/// `DELETE /api/v1/hosts/{host}/network`: DHCP on the card that it boots from. It counts for the next arming.
///
/// # Errors
/// As [`show`].
pub async fn clear(app: web::Data<App>, host: web::Path<String>) -> Result<web::Json<Networked>, ApiError> {
    let host = find(&app, &host).await?;
    changed(&app, host, None).await
}

async fn changed(
    app: &App,
    host: Host,
    network: Option<NodeNetwork>,
) -> Result<web::Json<Networked>, ApiError> {
    let assignment = app.assignments.set_network(&host.id, network, OPERATOR).await?;
    let gateway = app.fronts.refresh(&assignment.cluster, OPERATOR).await?.sentences();
    Ok(web::Json(networked(app, host, assignment, gateway).await?))
}

async fn role(app: &App, host: &Host) -> Result<Assignment, ApiError> {
    Ok(app.assignments.get(&host.id).await?.ok_or_else(|| OkdError::NoRole(host.name.clone()))?)
}

async fn of_host(app: &App, host: &Host) -> Result<Vec<MacAddr>, ApiError> {
    let stored = hosts::inventory(app.store.readers(), &host.id, None).await?;
    Ok(stored.map(|stored| cards(&stored.inventory)).unwrap_or_default())
}

async fn networked(
    app: &App,
    host: Host,
    assignment: Assignment,
    gateway: Vec<String>,
) -> Result<Networked, ApiError> {
    let cluster = app.clusters.get(&assignment.cluster).await?;
    let fqdn = format!("{}.{}", assignment.hostname, cluster.domain());
    let network = assignment.network;
    let told = network.as_ref().and_then(|network| {
        let boots_from = network.likely_boot()?;
        let arguments = arguments(Some(network), boots_from, &fqdn).ok()?;
        Some(Told { boots_from, arguments: arguments.iter().map(ToString::to_string).collect() })
    });
    Ok(Networked {
        host: host.name.clone(),
        arguments: told,
        keyfiles: network.as_ref().map(keyfiles).unwrap_or_default(),
        cards: of_host(app, &host).await?,
        fqdn,
        network,
        gateway,
    })
}
