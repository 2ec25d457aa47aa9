//! The boot images: taking them in, and choosing what unknown machines boot.

use actix_web::{HttpRequest, web};
use boot::Arch;
use boot::image::{self, ChooseError, KnownImage, TakeInError};
use boot::site::{Centos, CoreOs, DiscoverySystem, Image, ImageId};
use inventory::Limits;
use serde::{Deserialize, Serialize};
use store::StoreError;

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// An image.
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

/// `POST /api/v1/images`: the image's `image.json`, when the two files that it names are there as assets.
///
/// # Errors
/// 400 for a manifest that can't be used, 409 while a file is missing.
pub async fn add(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Named>, ApiError> {
    let document = body::read(&request, payload, Limits::SMALL.body_bytes).await?;
    let taken = image::take_in(&app.assets, &document).await?;
    let (image, now) = (taken.id.clone(), app.clock.now());
    app.store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { image::adopt(tx, &taken, "operator", now).await })
        })
        .await?;
    Ok(web::Json(Named { image }))
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
            let arch = image::arch(app.store.readers(), &image).await?;
            let arch = arch.ok_or_else(|| ApiError::not_found("image", image.as_str()))?;
            DiscoverySystem::Image(Image { arch, id: image })
        }
        Choice::Centos { arch, stream, repo } => DiscoverySystem::Centos(Centos { arch, stream, repo }),
        Choice::Coreos(coreos) => DiscoverySystem::CoreOs(coreos),
    };
    system.check().map_err(|error| ApiError::BadRequest(error.to_string()))?;
    let (chosen, now) = (system.clone(), app.clock.now());
    app.store
        .write(move |tx| Box::pin(async move { image::choose(tx, &chosen, "operator", now).await }))
        .await?;
    app.refresh_served().await?;
    app.set_site(image::site(app.store.readers()).await?);
    Ok(web::Json(Chosen { discovery: system.to_string(), notices: app.notices().await? }))
}

impl From<TakeInError> for ApiError {
    fn from(error: TakeInError) -> Self {
        let detail = error.to_string();
        match error {
            TakeInError::Incomplete { .. } => Self::Conflict { kind: "image-incomplete", detail },
            TakeInError::Manifest(_) | TakeInError::Size { .. } => Self::BadRequest(detail),
            TakeInError::Asset(error) => error.into(),
        }
    }
}

impl From<ChooseError> for ApiError {
    fn from(error: ChooseError) -> Self {
        match error {
            ChooseError::UnknownImage(id) => Self::not_found("image", id.as_str()),
            ChooseError::UnknownAsset(id) => Self::not_found("asset", id.to_string()),
            ChooseError::Store(error) => error.into(),
        }
    }
}
