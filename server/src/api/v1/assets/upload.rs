//! Assets that an operator sends.

use std::time::Duration;

use actix_web::web;
use boot::AssetId;
use boot::assets::rows::NewAsset;
use boot::assets::{Arrival, AssetKind, AssetName};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::downloads::keep;

/// How much of an asset is there.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrived {
    /// All of it.
    pub kept: bool,
    /// How many bytes have arrived.
    pub received_bytes: u64,
}

/// What an upload says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct Said {
    name: AssetName,
    kind: AssetKind,
    size_bytes: u64,
    #[serde(default)]
    offset: u64,
}

/// `GET /api/v1/assets/{asset}/arrival`: where an upload goes on.
///
/// # Errors
/// The disk's.
pub async fn arrival(app: web::Data<App>, asset: web::Path<AssetId>) -> Result<web::Json<Arrived>, ApiError> {
    Ok(web::Json(match app.assets.kept(&asset).await? {
        Some(received_bytes) => Arrived { kept: true, received_bytes },
        None => Arrived { kept: false, received_bytes: app.assets.received_bytes(&asset).await? },
    }))
}

/// `PUT /api/v1/assets/{asset}?name=…&kind=…&size_bytes=N&offset=N`: streamed to the disk from `offset` on, and kept only if it
/// is what its name says. Of one that is there already nothing is read.
///
/// # Errors
/// 400 for other bytes, 409 where it goes on elsewhere or is arriving already, 507 where the disk is full.
pub async fn upload(
    app: web::Data<App>,
    asset: web::Path<AssetId>,
    said: web::Query<Said>,
    mut payload: web::Payload,
) -> Result<web::Json<()>, ApiError> {
    let (id, Said { name, kind, size_bytes, offset }) = (*asset, said.into_inner());
    refuse_image(kind)?;
    let idle = Duration::from_secs(app.settings.assets.idle_secs);
    let taken = async {
        match app.assets.receive(id, Some(size_bytes), offset).await? {
            Some(arrival) => take(arrival, &mut payload, idle).await,
            None => Ok(()),
        }
    };
    if let Err(error) = taken.await {
        timeout(idle, body::drain(&mut payload)).await.ok();
        return Err(error);
    }
    let size_bytes = app.assets.kept(&id).await?.unwrap_or(size_bytes);
    keep(&app, NewAsset { id, name, kind, size_bytes, source: "uploaded".to_owned() }).await?;
    Ok(web::Json(()))
}

async fn take(mut arrival: Arrival, payload: &mut web::Payload, idle: Duration) -> Result<(), ApiError> {
    let broke_off = |why: String, arrival: &Arrival| {
        ApiError::BadRequest(format!(
            "the upload {why} after {} bytes; sent again, it goes on from there",
            arrival.received_bytes()
        ))
    };
    loop {
        match timeout(idle, payload.next()).await {
            Ok(Some(Ok(bytes))) => arrival.write(&bytes).await?,
            Ok(Some(Err(error))) => return Err(broke_off(format!("broke off ({error})"), &arrival)),
            Ok(None) => break,
            Err(_) => return Err(broke_off("fell silent".to_owned(), &arrival)),
        }
    }
    arrival.finish().await?;
    Ok(())
}

/// An image is more than its `image.json`.
pub(super) fn refuse_image(kind: AssetKind) -> Result<(), ApiError> {
    if kind == AssetKind::Image {
        return Err(ApiError::BadRequest("an image is handed over with muster image use DIR".to_owned()));
    }
    Ok(())
}
