//! Files for machines: assets, kernel and initramfs of the chosen images, iPXE binaries, the agent, the certificate. Straight
//! from the disk, with ranges, and nothing but what is listed here or a boot profile refers to.

use std::path::Path;

use actix_files::NamedFile;
use actix_web::{HttpRequest, HttpResponse, web};
use boot::assets::AssetKind;
use boot::image::ImageFile;
use boot::site::ImageId;
use boot::trail::{Step, StepKind};
use boot::{Arch, AssetId};
use inventory::MacAddr;
use serde::Deserialize;

use super::sent::watched;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::transport::Connection;

/// Time for an operator to bring what is missing.
const MISSING_RETRY_SECS: u64 = 15;

/// Who asks, for the trail: what can't be read costs nobody his file.
#[derive(Debug, Deserialize)]
pub struct Who {
    mac: Option<String>,
}

impl Who {
    fn mac(&self) -> Option<MacAddr> {
        self.mac.as_ref()?.parse().ok()
    }
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
    let step = step(&connection, StepKind::Agent, who.mac(), "muster-agent");
    Ok(watched(&app.trail, step, &request, plain(file).into_response(&request)))
}

/// `GET /boot/agent/{arch}/{sha256}/muster-agent`: the agent that a node's document named.
///
/// # Errors
/// 503 where it is not there: whoever was told to fetch it must not give up.
pub async fn named_agent(
    app: web::Data<App>,
    connection: Connection,
    path: web::Path<(String, AssetId)>,
    who: web::Query<Who>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (arch, id) = path.into_inner();
    let missing = |error: &dyn std::fmt::Display| {
        tracing::warn!(%arch, sha256 = %id, %error, "a node asks for the agent that its document names, and it is not there");
        ApiError::NotReady {
            detail: format!("the agent {id} is not there; put it back where --agent says"),
            retry_after_secs: MISSING_RETRY_SECS,
        }
    };
    let agents = app.agents.clone();
    let found = web::block(move || agents.named(id)).await.map_err(|error| missing(&error))?;
    let file =
        open(&found.ok_or_else(|| missing(&"there is none"))?).await.map_err(|error| missing(&error))?;
    let step = step(&connection, StepKind::Agent, who.mac(), "muster-agent");
    Ok(watched(&app.trail, step, &request, plain(file).into_response(&request)))
}

/// `GET /boot/image/{image}/{file}`.
///
/// # Errors
/// 404 for an image that no boot profile refers to, or a file that it does not have.
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
    let missing = || ApiError::not_found("image", id.as_str());
    let path = app.served.image_file(&id, which).ok_or_else(missing)?;
    let file = open(&path).await.map_err(|error| lost(&path, &error, missing()))?;
    let step = step(&connection, kind, who.mac(), &name);
    Ok(watched(&app.trail, step, &request, plain(file).into_response(&request)))
}

/// `GET /boot/asset/{asset}/{name}`: what a boot profile refers to. The name is for people and for firmware that looks at
/// its ending.
///
/// # Errors
/// 404 for an asset that no boot profile refers to.
pub async fn asset(
    app: web::Data<App>,
    connection: Connection,
    path: web::Path<(AssetId, String)>,
    who: web::Query<Who>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (id, name) = path.into_inner();
    let missing = || ApiError::not_found("asset", id.to_string());
    let (path, kind) = app.served.asset(&id).ok_or_else(missing)?;
    let file = open(&path).await.map_err(|error| lost(&path, &error, missing()))?;
    let kind = match kind {
        AssetKind::Ipxe => StepKind::Binary,
        AssetKind::Kernel => StepKind::Kernel,
        AssetKind::Initramfs => StepKind::Initramfs,
        AssetKind::Rootfs | AssetKind::Iso | AssetKind::Image | AssetKind::Other => StepKind::Rootfs,
    };
    super::progress::fetched(&app, &connection, who.mac(), kind, &request);
    let step = step(&connection, kind, who.mac(), &name);
    Ok(watched(&app.trail, step, &request, plain(file).into_response(&request)))
}

/// `GET /boot/ipxe/{name}`: an iPXE binary for UEFI HTTP boot.
///
/// # Errors
/// 404 for one that is neither an asset nor in the folder.
pub async fn binary(
    app: web::Data<App>,
    connection: Connection,
    name: web::Path<String>,
    who: web::Query<Who>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (binaries, asked) = (app.binaries.clone(), name.clone());
    let opened = web::block(move || binaries.open(&asked)).await;
    let opened = opened.map_err(|error| ApiError::Internal(error.to_string()))?;
    let file = opened.ok().and_then(|(file, _)| NamedFile::from_file(file, name.as_str()).ok());
    let file = file.ok_or_else(|| ApiError::not_found("iPXE binary", name.as_str()))?;
    let step = step(&connection, StepKind::Binary, who.mac(), &name);
    let file = plain(file);
    // Firmware may tell a program from a disc by this, where it does not go by the name's ending.
    let efi = "application/efi".parse().ok().filter(|_| name.to_ascii_lowercase().ends_with(".efi"));
    let file = match efi {
        Some(efi) => file.set_content_type(efi),
        None => file,
    };
    Ok(watched(&app.trail, step, &request, file.into_response(&request)))
}

/// A file for whoever may have it.
pub(in crate::api) async fn whole(path: &Path, request: &HttpRequest) -> std::io::Result<HttpResponse> {
    Ok(plain(open(path).await?).into_response(request))
}

/// What is referred to and can't be read is the server's fault, and said in its log.
fn lost(path: &Path, error: &std::io::Error, missing: ApiError) -> ApiError {
    tracing::error!(path = %path.display(), %error, "a file that machines boot can't be read: see muster asset verify");
    missing
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
