//! The document of the live system that installs a node: who looks at the disk first, and says how far it is. No secret of the
//! cluster is in it, and its machine may fetch it as often as it boots, while its arming stands.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use boot::tickets::Purpose;
use boot::trail::{Step, StepKind};
use okd::documents::{LiveBriefing, live};

use super::install::Receiver;
use super::sent::watched;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::transport::Connection;

/// `GET /boot/live/{ticket}.ign`.
///
/// # Errors
/// 403 for a ticket that is not good, or whose arming does not stand; 503 while the database does not answer.
pub async fn show(
    app: web::Data<App>,
    connection: Connection,
    ticket: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let receiver = Receiver::of_ticket(&app, &connection, &ticket, Purpose::Live).await?;
    let document = live(&LiveBriefing {
        arming: &receiver.arming,
        links: &receiver.links,
        progress: &receiver.progress,
        ssh_key: &app.ssh_public_key,
    });
    let answer = HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .body(document);
    if request.method() == Method::HEAD {
        return Ok(answer);
    }
    app.progress.saw(&receiver.host.id, okd::progress::Step::Live, "");
    let detail = format!("the live system that installs {}", receiver.arming.words());
    let step = Step::new(StepKind::Ignition, receiver.address).mac(receiver.mac).detail(&detail);
    Ok(watched(&app.trail, step, &request, answer))
}
