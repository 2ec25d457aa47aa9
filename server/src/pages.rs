//! What humans see. Every page has its JSON twin below `/api/v1`; no script, no style and no picture comes from
//! elsewhere, and every page is whole without the one script that there is.

pub mod answer;
pub mod clusters;
pub mod files;
pub mod gateways;
pub mod host;
pub mod hosts;
mod incident;
pub mod install;
pub(crate) mod inventory_view;
pub mod login;
pub mod reinstall;
pub mod trail;

use actix_web::HttpResponse;
use askama::Template;

use crate::api::problem::ApiError;

/// A page, with the headers that keep foreign content out of it and it out of foreign pages.
///
/// # Errors
/// The template can't be rendered.
fn page(template: &impl Template) -> Result<HttpResponse, ApiError> {
    let html = template.render().map_err(|error| ApiError::Internal(format!("rendering a page: {error}")))?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"))
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .body(html))
}
