//! The gate before every route: decides whether the caller may pass, and tells the handler who it is.
//!
//! Each route of the table is wrapped in its own gate. One gate that looked the request's path up would be two readers of
//! one path, the router's and its own, and where they read it differently (`/api/v1/%68osts`) an open door.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, dev, web};
use hosts::HostFacts;
use inventory::AgentKey;

use super::Right;
use super::session::COOKIE;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::transport;

/// Who asks.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Somebody who showed nothing, where nothing is needed.
    Stranger,
    /// The agent of this host.
    Agent(HostFacts),
    /// An operator.
    Operator,
}

impl Caller {
    /// The host whose agent asks.
    ///
    /// # Errors
    /// The caller is no agent.
    pub fn host(&self) -> Result<&HostFacts, ApiError> {
        match self {
            Self::Agent(host) => Ok(host),
            Self::Stranger | Self::Operator => Err(ApiError::Unauthorised("an agent's key is needed here")),
        }
    }
}

/// Lets a request through to the handler of a route that asks for this right, or answers it here.
///
/// # Errors
/// 401 without known credentials, 403 over plain HTTP from another machine.
pub async fn gate<B: MessageBody>(
    right: Right,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let connection = transport::of(request.request())?;
    if right != Right::Anybody && !connection.tls && !connection.from_this_machine() {
        return Err(ApiError::Forbidden {
            kind: "needs-tls",
            detail: "plain HTTP is for booting machines: use https on the server's TLS port (8443 unless it was changed)"
                .to_owned(),
        }
        .into());
    }
    match admit(&request, right).await {
        Ok(caller) => request.extensions_mut().insert(caller),
        Err(ApiError::Unauthorised(_)) if right == Right::Viewer => {
            let login = HttpResponse::SeeOther().insert_header((header::LOCATION, "/login")).finish();
            return Ok(request.into_response(login).map_into_right_body());
        }
        Err(error) => return Err(error.into()),
    };
    Ok(next.call(request).await?.map_into_left_body())
}

async fn admit(request: &ServiceRequest, right: Right) -> Result<Caller, ApiError> {
    let app = request
        .app_data::<web::Data<App>>()
        .ok_or_else(|| ApiError::Internal("the application's data is missing".to_owned()))?;
    match right {
        Right::Anybody | Right::Stranger => Ok(Caller::Stranger),
        Right::AnyAgent if !request.headers().contains_key(header::AUTHORIZATION) => Ok(Caller::Stranger),
        Right::Agent | Right::AnyAgent => {
            let unknown = "this agent's key is not known here: enrol again";
            let key = bearer(request).ok_or(ApiError::Unauthorised("an agent's key is needed here"))?;
            let key = AgentKey::try_from(key.to_owned()).map_err(|_| ApiError::Unauthorised(unknown))?;
            let host = hosts::authenticate(app.store.readers(), &key.hash()).await?;
            host.map(Caller::Agent).ok_or(ApiError::Unauthorised(unknown))
        }
        Right::Operator | Right::Viewer => {
            let reading = matches!(*request.method(), Method::GET | Method::HEAD);
            let by_token = bearer(request).is_some_and(|token| app.admin_token.is(token));
            // A session can only read: a page elsewhere that makes the browser send a form changes nothing here.
            let by_session =
                || request.cookie(COOKIE).is_some_and(|c| app.sessions.holds(c.value(), app.clock.now()));
            if by_token || (reading && by_session()) {
                Ok(Caller::Operator)
            } else {
                Err(ApiError::Unauthorised(
                    "the operator's token is needed here (data folder, file admin-token)",
                ))
            }
        }
    }
}

fn bearer(request: &ServiceRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let caller = request.extensions().get::<Self>().cloned();
        std::future::ready(caller.ok_or_else(|| ApiError::Internal("a handler behind no gate".to_owned())))
    }
}
