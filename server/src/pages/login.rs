//! Logging in with the operator's token, and out.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::page;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::auth::{COOKIE, Sessions};

#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    error: Option<&'a str>,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Form {
    token: String,
}

/// `GET /login`.
///
/// # Errors
/// The page can't be rendered.
pub async fn show() -> Result<HttpResponse, ApiError> {
    page(&Login { error: None })
}

/// `POST /login`.
///
/// # Errors
/// The page can't be rendered.
pub async fn log_in(app: web::Data<App>, form: web::Form<Form>) -> Result<HttpResponse, ApiError> {
    if !app.admin_token.is(form.token.trim()) {
        let mut refused = page(&Login { error: Some("That is not the token.") })?;
        *refused.status_mut() = actix_web::http::StatusCode::UNAUTHORIZED;
        return Ok(refused);
    }
    let life = i64::try_from(Sessions::LIFE.as_secs()).unwrap_or_default();
    Ok(see_home(cookie(app.sessions.begin(app.clock.now()), life)))
}

/// `POST /logout`.
pub async fn log_out() -> HttpResponse {
    see_home(cookie(String::new(), 0))
}

fn see_home(cookie: Cookie<'_>) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, "/")).cookie(cookie).finish()
}

fn cookie(value: String, life_secs: i64) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(time::Duration::seconds(life_secs))
        .finish()
}
