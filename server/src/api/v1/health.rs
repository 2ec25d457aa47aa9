//! Whether the server lives, and whether it can do its work.

use actix_web::{HttpResponse, web};

use crate::api::problem::ApiError;
use crate::app::App;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: the database can be read and written.
///
/// # Errors
/// It can't.
pub async fn ready(app: web::Data<App>) -> Result<HttpResponse, ApiError> {
    app.store.check().await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready\n"))
}
