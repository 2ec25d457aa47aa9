//! Where the buttons lead that ask whether somebody in the room has done it: those in messages, and those on a host's page.
//! Each address holds the proof that this server made it, for this question and this answer.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use inventory::Id;
use power::{Answer, Via};

use crate::api::problem::ApiError;
use crate::app::App;
use crate::auth::COOKIE;

/// `POST /answer/{question}/{answer}/{proof}`: by whoever reads the topic.
///
/// # Errors
/// 400 for what is no answer, 403 for a link that is not ours, 409 for one that is good no more.
pub async fn by_message(
    app: web::Data<App>,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (question, answer, proof) = path.into_inner();
    let (question, answer) = parsed(&question, &answer)?;
    let by = "somebody who reads the message";
    let answered = app.power.answer_by_link(&question, answer, Via::Message, &proof, by).await?;
    let words = if answered.is_repeated { "This was answered before.\n" } else { "Thank you.\n" };
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(words))
}

/// `POST /hosts/{host}/answer/{question}/{answer}/{proof}`: by an operator. The session says who it is; the proof, which stands
/// on no other page, says that it was this page that sent it.
///
/// # Errors
/// 401 without a session; and as [`by_message`].
pub async fn by_page(
    app: web::Data<App>,
    request: HttpRequest,
    path: web::Path<(String, String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (host, question, answer, proof) = path.into_inner();
    let now = app.clock.now();
    if !request.cookie(COOKIE).is_some_and(|cookie| app.sessions.holds(cookie.value(), now)) {
        return Err(ApiError::Unauthorised("log in first"));
    }
    let (question, answer) = parsed(&question, &answer)?;
    app.power.answer_by_link(&question, answer, Via::Page, &proof, "operator").await?;
    let host = crate::links::escape(&host);
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, format!("/hosts/{host}"))).finish())
}

fn parsed(question: &str, answer: &str) -> Result<(Id, Answer), ApiError> {
    let question = question.parse().map_err(|_| ApiError::BadRequest("that is no question".to_owned()))?;
    let answer =
        answer.parse().map_err(|error: power::UnknownAnswer| ApiError::BadRequest(error.to_string()))?;
    Ok((question, answer))
}
