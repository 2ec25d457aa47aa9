//! The style sheet, the script and the icon, compiled in.

use actix_web::{HttpResponse, web};

use crate::api::problem::ApiError;

/// `GET /static/{file}`.
///
/// # Errors
/// There is no such file.
pub async fn show(file: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let (kind, content) = match file.as_str() {
        "style.css" => ("text/css; charset=utf-8", include_str!("../../static/style.css")),
        "live.js" => ("text/javascript; charset=utf-8", include_str!("../../static/live.js")),
        "icon.svg" => ("image/svg+xml", include_str!("../../static/icon.svg")),
        _ => return Err(ApiError::not_found("file", file.into_inner())),
    };
    Ok(HttpResponse::Ok().content_type(kind).insert_header(("Cache-Control", "max-age=3600")).body(content))
}
