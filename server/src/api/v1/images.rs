//! The boot images: taking them in, and choosing what unknown machines boot.

use actix_web::{HttpRequest, web};
use boot::Arch;
use boot::image::{self, ChooseError, ImageFile, KnownImage, LibraryError, Manifest};
use boot::site::{Centos, CoreOs, DiscoverySystem, Image, ImageId};
use futures_util::StreamExt as _;
use inventory::Limits;
use serde::{Deserialize, Serialize};
use store::StoreError;

use crate::api::body;
use crate::api::problem::{ApiError, chain};
use crate::app::App;

/// An image, on its way in or there.
#[derive(Debug, Serialize, Deserialize)]
pub struct Named {
    /// Its name.
    pub image: ImageId,
}

/// What unknown machines shall boot: one of these.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Choice {
    /// One of Muster's own images.
    Image {
        /// Which.
        image: ImageId,
    },
    /// The installer of CentOS Stream.
    Centos {
        /// For which processor.
        #[serde(default = "x86_64")]
        arch: Arch,
        /// 9 or 10.
        stream: boot::site::Stream,
        /// The folder on a mirror that holds `images/`.
        repo: boot::BaseUrl,
    },
    /// A live CoreOS.
    Coreos(CoreOs),
}

/// What was chosen, and what to know about it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Chosen {
    /// In words.
    pub discovery: String,
    /// What an operator should look at.
    pub notices: Vec<String>,
}

/// `GET /api/v1/images`.
///
/// # Errors
/// The database's.
pub async fn list(app: web::Data<App>) -> Result<web::Json<Vec<KnownImage>>, ApiError> {
    Ok(web::Json(image::known(app.store.readers()).await?))
}

/// `POST /api/v1/images`: the image's `image.json`, which begins its upload.
///
/// # Errors
/// 400 for a manifest that can't be used.
pub async fn begin(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Named>, ApiError> {
    let manifest = body::read(&request, payload, Limits::SMALL.body_bytes).await?;
    let (image, _) = app.images.begin(&manifest).await?;
    Ok(web::Json(Named { image }))
}

/// `PUT /api/v1/images/{image}/{file}`: streamed to the disk, and kept only if it is what the manifest says.
///
/// # Errors
/// 400 for other bytes than the manifest says, 404 for an upload that was not begun.
pub async fn upload(
    app: web::Data<App>,
    path: web::Path<(ImageId, String)>,
    mut payload: web::Payload,
) -> Result<web::Json<()>, ApiError> {
    let (image, name) = path.into_inner();
    let file: ImageFile = name.parse().map_err(|_| ApiError::not_found("file of an image", name))?;
    let mut receiver = app.images.receive(&image, file).await?;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| ApiError::BadRequest(format!("the upload broke off: {error}")))?;
        receiver.write(&chunk).await?;
    }
    receiver.finish().await?;
    Ok(web::Json(()))
}

/// `POST /api/v1/images/{image}/publish`: all of it has arrived.
///
/// # Errors
/// 409 while a file is missing.
pub async fn publish(
    app: web::Data<App>,
    image: web::Path<ImageId>,
) -> Result<web::Json<Manifest>, ApiError> {
    let manifest = app.images.publish(&image).await?;
    let (image, adopted, now) = (image.into_inner(), manifest.clone(), app.clock.now());
    app.store
        .write(move |tx| Box::pin(async move { image::adopt(tx, &image, &adopted, now).await }))
        .await
        .map_err(|error: StoreError| ApiError::from(error))?;
    Ok(web::Json(manifest))
}

const fn x86_64() -> Arch {
    Arch::X86_64
}

/// `POST /api/v1/discovery`: what unknown machines boot from now on.
///
/// # Errors
/// 404 for an image that is not there.
pub async fn choose(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Chosen>, ApiError> {
    let system = match body::message(&request, payload, Limits::SMALL).await? {
        Choice::Image { image } => {
            let manifest = app
                .images
                .manifest(&image)
                .await
                .map_err(|_| ApiError::not_found("image", image.as_str()))?;
            DiscoverySystem::Image(Image { arch: Arch::named(&manifest.arch), id: image })
        }
        Choice::Centos { arch, stream, repo } => DiscoverySystem::Centos(Centos { arch, stream, repo }),
        Choice::Coreos(coreos) => DiscoverySystem::CoreOs(coreos),
    };
    system.check().map_err(|error| ApiError::BadRequest(error.to_string()))?;
    let (chosen, now) = (system.clone(), app.clock.now());
    app.store
        .write(move |tx| Box::pin(async move { image::choose(tx, &chosen, "operator", now).await }))
        .await?;
    app.set_site(image::site(app.store.readers()).await?);
    Ok(web::Json(Chosen { discovery: system.to_string(), notices: app.notices().await? }))
}

impl From<LibraryError> for ApiError {
    fn from(error: LibraryError) -> Self {
        let detail = error.to_string();
        match error {
            LibraryError::NotBegun(id) => Self::not_found("upload of image", id.as_str()),
            LibraryError::Incomplete { .. } => Self::Conflict { kind: "image-incomplete", detail },
            LibraryError::Manifest(_) | LibraryError::Size { .. } | LibraryError::Hash { .. } => {
                Self::BadRequest(detail)
            }
            LibraryError::Io { .. } => Self::Internal(chain(&error)),
        }
    }
}

impl From<ChooseError> for ApiError {
    fn from(error: ChooseError) -> Self {
        match error {
            ChooseError::UnknownImage(id) => Self::not_found("image", id.as_str()),
            ChooseError::Store(error) => error.into(),
        }
    }
}
