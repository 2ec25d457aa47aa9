//! The button by which a host is installed anew, and what it would do. It arms the plan that its page showed and no other.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use inventory::Id;
use okd::arming::ArmPlan;
use okd::progress::{Shown, State};
use okd::validation::{Finding, Verdict};

use crate::api::problem::ApiError;
use crate::api::v1::arming;
use crate::api::v1::hosts::find;
use crate::app::App;
use crate::auth::COOKIE;
use crate::format;

/// Disks that are listed; the command line lists all.
const DISKS: usize = 64;
/// Characters of a line.
const LINE: usize = 240;

/// What it would do, or what stands in its way.
pub(super) struct Reinstall {
    pub(super) disks: Vec<String>,
    pub(super) refused: Vec<String>,
    /// It is what there is to do.
    pub(super) is_due: bool,
    /// Where its button leads, where nothing stands in its way.
    pub(super) link: Option<String>,
}

/// For an installation that can be tried again.
pub(super) async fn offered(app: &App, shown: Option<&Shown>) -> Result<Option<Reinstall>, ApiError> {
    let Some(shown) = shown.filter(|shown| shown.standing.may_retry) else { return Ok(None) };
    let host = &shown.host;
    let plan = arming::plan_again(app, host).await?;
    let proof = app.sessions.proof(&words(host, &plan.digest));
    let Some(of_host) = plan.hosts.first() else { return Ok(None) };
    let link = of_host.is_good().then(|| format!("/hosts/{host}/reinstall/{}/{proof}", plan.digest));
    let is_due = shown.standing.state == State::Failed;
    Ok(Some(Reinstall { link, is_due, ..Reinstall::from(of_host) }))
}

impl From<&ArmPlan> for Reinstall {
    fn from(plan: &ArmPlan) -> Self {
        let is_refused = |finding: &&Finding| finding.verdict == Verdict::Refused;
        let sentence =
            |finding: &Finding| format::line(&format!("{}: {}", finding.words, finding.todo), LINE);
        Self {
            disks: plan.disks.iter().take(DISKS).map(|disk| format::line(&disk.words, LINE)).collect(),
            refused: plan.findings.iter().filter(is_refused).map(sentence).collect(),
            is_due: false,
            link: None,
        }
    }
}

/// `POST /hosts/{host}/reinstall/{digest}/{proof}`: by an operator. The session says who it is; the proof, which stands on no other
/// page, says that it was this page that sent it, and the digest what it showed.
///
/// # Errors
/// 401 without a session, 403 for a link that is not ours, 409 where the plan is another one by now.
pub async fn by_page(
    app: web::Data<App>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (host, digest, proof) = path.into_inner();
    let now = app.clock.now();
    if !request.cookie(COOKIE).is_some_and(|cookie| app.sessions.holds(cookie.value(), now)) {
        return Err(ApiError::Unauthorised("log in first"));
    }
    let host = find(&app, &host).await?;
    if !app.sessions.proves(&words(&host.id, &digest), &proof) {
        let detail = "this link was not made by this server's page".to_owned();
        return Err(ApiError::Forbidden { kind: "not-our-page", detail });
    }
    arming::arm_again(&app, &host.id, &digest).await?;
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, format!("/hosts/{}", host.id))).finish())
}

fn words(host: &Id, digest: &str) -> String {
    format!("reinstall {host} {digest}")
}
