//! The assets: what there is, taking them in, reading them through, taking off what nothing refers to.

mod downloads;
mod upload;

use actix_web::{HttpRequest, HttpResponse, web};
use boot::AssetId;
use boot::assets::rows::{self, Asset};
use boot::assets::{AssetError, AssetName, Verdict};
use boot::image;
use inventory::{Limits, Timestamp};
use serde::{Deserialize, Serialize};
use store::StoreError;

use crate::api::body;
use crate::api::boot::file;
use crate::api::problem::{ApiError, chain};
use crate::app::App;
use crate::downloads::KeepError;

pub use downloads::{Begin, cancel, show, start};
pub use upload::{Arrived, arrival, upload};

/// An asset, and what it is used for.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listed {
    /// The asset.
    #[serde(flatten)]
    pub asset: Asset,
    /// A boot profile refers to it: machines may fetch it.
    pub in_use: bool,
    /// None does any more, and until then machines may fetch it all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lingers_until: Option<Timestamp>,
    /// The names under which firmware is given it.
    pub binaries: Vec<AssetName>,
}

/// Which assets shall go.
#[derive(Debug, Serialize, Deserialize)]
pub struct Wanted {
    /// Those that were shown.
    pub assets: Vec<AssetId>,
}

/// What is true of an asset on the disk.
#[derive(Debug, Serialize, Deserialize)]
pub struct Verified {
    /// Which asset.
    pub asset: AssetId,
    /// How it was found.
    pub verdict: Verdict,
}

/// `GET /api/v1/assets`.
///
/// # Errors
/// The database's.
pub async fn list(app: web::Data<App>) -> Result<web::Json<Vec<Listed>>, ApiError> {
    let referenced = app.served.referenced();
    let listed = |asset: Asset| {
        let binaries = referenced.binaries().iter().filter(|(_, id)| **id == asset.id);
        Listed {
            in_use: referenced.asset(&asset.id).is_some()
                || referenced.image(&boot::site::ImageId::of_digest(asset.id.digest())),
            lingers_until: app.served.lingers_until(&asset.id),
            binaries: binaries.map(|(name, _)| name.clone()).collect(),
            asset,
        }
    };
    Ok(web::Json(rows::all(app.store.readers()).await?.into_iter().map(listed).collect()))
}

/// `GET /api/v1/assets/unused`: what no boot profile refers to, nor did until lately.
///
/// # Errors
/// The database's.
pub async fn unused(app: web::Data<App>) -> Result<web::Json<Vec<Asset>>, ApiError> {
    let all = rows::all(app.store.readers()).await?;
    let images = image::known(app.store.readers()).await?;
    Ok(web::Json(rows::unused(all, &images, &app.served.needed())))
}

/// `POST /api/v1/assets/prune`: takes off those of the named assets that nothing refers to, and answers which went.
///
/// # Errors
/// The database's, or the disk's.
pub async fn prune(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Wanted>, ApiError> {
    let Wanted { assets } = body::message(&request, payload, Limits::SMALL).await?;
    let now = app.clock.now();
    let gone = app
        .store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { rows::prune(tx, &assets, "operator", now).await })
        })
        .await?;
    app.refresh_served().await?;
    // The rows first: a file without a row is swept out, a row without its file would be a promise.
    for asset in &gone {
        app.assets.remove(asset).await?;
    }
    Ok(web::Json(Wanted { assets: gone }))
}

/// `POST /api/v1/assets/{asset}/verify`: reads it through.
///
/// # Errors
/// 404 for an asset that is not known, or the disk's.
pub async fn verify(app: web::Data<App>, asset: web::Path<AssetId>) -> Result<web::Json<Verified>, ApiError> {
    let asset = known(&app, &asset).await?;
    let (id, now) = (asset.id, app.clock.now());
    let verdict = app.assets.verify(&id).await?;
    app.store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                match verdict {
                    Verdict::Whole => rows::verified(tx, &id, now).await,
                    Verdict::Damaged => rows::damaged(tx, &asset, "damaged", now).await,
                    Verdict::Missing => rows::damaged(tx, &asset, "missing", now).await,
                }
            })
        })
        .await?;
    Ok(web::Json(Verified { asset: id, verdict }))
}

/// `GET /api/v1/assets/{asset}/content`: any asset, for operators.
///
/// # Errors
/// 404 for an asset that is not known, or not there.
pub async fn content(
    app: web::Data<App>,
    asset: web::Path<AssetId>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let asset = known(&app, &asset).await?;
    file::whole(&app.assets.path(&asset.id), &request).await.map_err(|error| {
        tracing::error!(asset = %asset.id, %error, "an asset can't be read");
        ApiError::not_found("file of asset", asset.id.to_string())
    })
}

/// `DELETE /api/v1/ipxe/{name}`: no asset is handed out as this iPXE binary any more.
///
/// # Errors
/// 404 where none is.
pub async fn withdraw(app: web::Data<App>, name: web::Path<AssetName>) -> Result<web::Json<()>, ApiError> {
    let (name, asked) = (name.into_inner(), app.clock.now());
    let withdrawn = name.clone();
    let was = app
        .store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { rows::withdraw_binary(tx, &withdrawn, "operator", asked).await })
        })
        .await?;
    app.refresh_served().await?;
    if was { Ok(web::Json(())) } else { Err(ApiError::not_found("asset for the iPXE binary", name.as_str())) }
}

async fn known(app: &App, id: &AssetId) -> Result<Asset, ApiError> {
    rows::get(app.store.readers(), id).await?.ok_or_else(|| ApiError::not_found("asset", id.to_string()))
}

impl From<AssetError> for ApiError {
    fn from(error: AssetError) -> Self {
        let detail = error.to_string();
        match error {
            AssetError::Busy(_) => Self::Conflict { kind: "asset-busy", detail },
            AssetError::Offset { .. } => Self::Conflict { kind: "asset-offset", detail },
            AssetError::Full { .. } => Self::DiskFull(detail),
            AssetError::Longer { .. }
            | AssetError::Shorter { .. }
            | AssetError::TooLarge { .. }
            | AssetError::Empty(_)
            | AssetError::Hash { .. } => Self::BadRequest(detail),
            AssetError::Io { .. } => Self::Internal(chain(&error)),
        }
    }
}

impl From<KeepError> for ApiError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Binary(fault) => Self::BadRequest(fault.to_string()),
            KeepError::Io(_) => Self::Internal(chain(&error)),
            KeepError::Store(error) => error.into(),
        }
    }
}
