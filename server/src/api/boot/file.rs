//! Files for machines: kernel and initramfs of the chosen images, the agent, the certificate. Straight from the disk, with
//! ranges, and nothing but what is listed here.

use std::path::Path;

use actix_files::NamedFile;
use actix_web::{HttpRequest, HttpResponse, web};
use boot::Arch;
use boot::image::ImageFile;
use boot::site::ImageId;
use boot::trail::{Step, StepKind};
use inventory::MacAddr;
use serde::Deserialize;

use super::sent::watched;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::transport::Connection;

/// Who asks, for the trail.
#[derive(Debug, Deserialize)]
pub struct Who {
    mac: Option<MacAddr>,
}

/// `GET /boot/ca.pem`: the server's certificate, for people and their tools. Agents know it by its SHA-256.
pub async fn certificate(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/x-pem-file").body(app.certificate_pem.clone())
}

/// `GET /boot/agent/{arch}/muster-agent`.
///
/// # Errors
/// 404 while the server has no agent for this processor.
pub async fn agent(
    app: web::Data<App>,
    connection: Connection,
    arch: web::Path<String>,
    who: web::Query<Who>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let missing = |error: &dyn std::fmt::Display| {
        tracing::warn!(places = %app.agents.places(), arch = %arch.as_str(), %error, "no agent to hand out; name it with --agent");
        ApiError::not_found("agent for the processor", arch.as_str())
    };
    let (agents, wanted) = (app.agents.clone(), Arch::named(&arch));
    let found = web::block(move || agents.for_arch(wanted)).await.map_err(|error| missing(&error))?;
    let path = found.ok_or_else(|| missing(&"there is none"))?.path;
    let file = open(&path).await.map_err(|error| missing(&error))?;
    let step = step(&connection, StepKind::Agent, who.mac, "muster-agent");
    Ok(watched(&app.trail, step, &request, plain(file).into_response(&request)))
}

/// `GET /boot/image/{image}/{file}`.
///
/// # Errors
/// 404 for an image that is not kept, or a file that it does not have.
pub async fn image(
    app: web::Data<App>,
    connection: Connection,
    path: web::Path<(ImageId, String)>,
    who: web::Query<Who>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (id, name) = path.into_inner();
    let which: ImageFile = name.parse().map_err(|_| ApiError::not_found("file", name.clone()))?;
    let kind = match which {
        ImageFile::Kernel => StepKind::Kernel,
        ImageFile::Initramfs => StepKind::Initramfs,
    };
    let file =
        open(&app.images.path(&id, which)).await.map_err(|_| ApiError::not_found("image", id.as_str()))?;
    let step = step(&connection, kind, who.mac, &name);
    Ok(watched(&app.trail, step, &request, plain(file).into_response(&request)))
}

async fn open(path: &Path) -> std::io::Result<NamedFile> {
    let path = path.to_owned();
    web::block(move || NamedFile::open(path)).await.map_err(std::io::Error::other)?
}

fn plain(file: NamedFile) -> NamedFile {
    file.set_content_type(mime::APPLICATION_OCTET_STREAM).prefer_utf8(false).disable_content_disposition()
}

fn step(connection: &Connection, kind: StepKind, mac: Option<MacAddr>, name: &str) -> Step {
    let step = Step::new(kind, connection.peer_ip()).detail(name);
    if let Some(mac) = mac { step.mac(mac) } else { step }
}
