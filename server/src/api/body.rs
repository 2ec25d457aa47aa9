//! A request's body, read up to a limit.

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use futures_util::StreamExt as _;
use inventory::{Limits, Refusal};
use serde::de::DeserializeOwned;

use super::problem::ApiError;

/// How much of a body that is too large is read and thrown away, so that its sender reads our answer and no reset.
const DRAIN_BYTES: usize = 32 << 20;

/// Reads the body and makes a message of it.
///
/// # Errors
/// [`ApiError::Refused`], which names the field; or the connection broke.
pub async fn message<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: web::Payload,
    limits: Limits,
) -> Result<T, ApiError> {
    let body = read(request, payload, limits.body_bytes).await?;
    Ok(inventory::parse(&body, limits)?)
}

/// Reads what is left of a body that is refused, and throws it away, so that its sender reads our answer and no reset.
pub async fn drain(payload: &mut web::Payload) {
    let mut read = 0_usize;
    while let Some(Ok(chunk)) = payload.next().await {
        read = read.saturating_add(chunk.len());
        if read > DRAIN_BYTES {
            break;
        }
    }
}

/// Reads the body as it is.
///
/// # Errors
/// It is larger than `limit`, or the connection broke.
pub async fn read(
    request: &HttpRequest,
    mut payload: web::Payload,
    limit: usize,
) -> Result<Vec<u8>, ApiError> {
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let mut body = Vec::with_capacity(announced.unwrap_or(0).min(limit));
    let mut read = 0_usize;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| ApiError::BadRequest(format!("the body broke off: {error}")))?;
        read = read.saturating_add(chunk.len());
        if read <= limit {
            body.extend_from_slice(&chunk);
        } else if read > DRAIN_BYTES {
            break;
        }
    }
    if read > limit { Err(Refusal::TooLarge { limit_bytes: limit }.into()) } else { Ok(body) }
}
