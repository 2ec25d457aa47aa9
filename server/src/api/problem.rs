//! The one place where an error becomes an HTTP answer: `application/problem+json`, also for what actix itself refuses.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};
use inventory::{Problem, Refusal};
use store::StoreError;

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// What was said can't be read or is too much.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A parameter is wrong.
    #[error("{0}")]
    BadRequest(String),
    /// No credentials, or none that are known.
    #[error("{0}")]
    Unauthorised(&'static str),
    /// Known, and not allowed.
    #[error("{detail}")]
    Forbidden {
        /// A stable name of the reason.
        kind: &'static str,
        /// What and why.
        detail: String,
    },
    /// There is no such thing.
    #[error("there is no {what} {name:?}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// Under which name.
        name: String,
    },
    /// It does not fit what is there.
    #[error("{detail}")]
    Conflict {
        /// A stable name of the reason.
        kind: &'static str,
        /// What and why.
        detail: String,
    },
    /// Too often.
    #[error("{detail}")]
    TooMany {
        /// What and why.
        detail: String,
        /// When it may be tried again.
        retry_after_secs: u64,
    },
    /// Something is missing that an operator can bring: those who ask again will get it.
    #[error("{detail}")]
    NotReady {
        /// What, and how to bring it.
        detail: String,
        /// When it may be tried again.
        retry_after_secs: u64,
    },
    /// A device of the site did not do what was asked of it.
    #[error("{detail}")]
    Upstream {
        /// A stable name of the reason.
        kind: &'static str,
        /// What and why, and what to do.
        detail: String,
    },
    /// The disk can't take it.
    #[error("{0}")]
    DiskFull(String),
    /// The database can't take it now.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something of ours is broken. The text goes to the log, not to the peer.
    #[error("{0}")]
    Internal(String),
}

impl ApiError {
    /// There is no such thing.
    #[must_use]
    pub fn not_found(what: &'static str, name: impl Into<String>) -> Self {
        Self::NotFound { what, name: name.into() }
    }

    fn kind_and_title(&self) -> (&'static str, &'static str) {
        match self {
            Self::Refused(Refusal::TooLarge { .. }) => ("too-large", "The message is too large"),
            Self::Refused(Refusal::NotJson(_)) => ("not-json", "The message is not valid JSON"),
            Self::Refused(Refusal::NewerSchema { .. }) => {
                ("newer-schema", "The message is of a newer edition")
            }
            Self::Refused(Refusal::Field { .. }) => ("invalid-field", "A field of the message is not valid"),
            Self::BadRequest(_) => ("bad-request", "The request is not valid"),
            Self::Unauthorised(_) => ("unauthorised", "Credentials are missing or unknown"),
            Self::Forbidden { kind, .. } => (kind, "Not allowed"),
            Self::NotFound { .. } => ("not-found", "Not found"),
            Self::Conflict { kind, .. } => (kind, "In conflict with what is there"),
            Self::TooMany { .. } => ("too-many", "Too many requests"),
            Self::NotReady { .. } => ("not-ready", "The server is not ready for this yet"),
            Self::Upstream { kind, .. } => (kind, "The gateway did not do this"),
            Self::Store(StoreError::Busy) => ("busy", "The server is busy"),
            Self::DiskFull(_) | Self::Store(StoreError::Full) => ("disk-full", "The server's disk is full"),
            Self::Store(StoreError::ReadOnly) => ("read-only", "The server's database can't be written"),
            Self::Store(_) | Self::Internal(_) => ("internal", "Something went wrong in the server"),
        }
    }

    fn detail(&self, request_id: &str) -> String {
        match self {
            Self::Store(StoreError::Busy | StoreError::Full | StoreError::ReadOnly) => self.to_string(),
            Self::Store(_) | Self::Internal(_) => {
                format!("the server's log tells more under request {request_id}")
            }
            _ => self.to_string(),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(Refusal::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Refused(Refusal::NotJson(_)) | Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Refused(Refusal::NewerSchema { .. } | Refusal::Field { .. }) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Unauthorised(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NotReady { .. } | Self::Store(StoreError::Busy) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Upstream { .. } => StatusCode::BAD_GATEWAY,
            Self::DiskFull(_) | Self::Store(StoreError::Full | StoreError::ReadOnly) => {
                StatusCode::INSUFFICIENT_STORAGE
            }
            Self::Store(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let status = self.status_code();
        let request_id = request_id();
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(request.id = %request_id, error = %chain(self), "a request failed");
        }
        let (kind, title) = self.kind_and_title();
        let mut response = HttpResponse::build(status);
        match self {
            Self::TooMany { retry_after_secs, .. } | Self::NotReady { retry_after_secs, .. } => {
                response.insert_header((header::RETRY_AFTER, *retry_after_secs));
            }
            Self::Store(StoreError::Busy) => {
                response.insert_header((header::RETRY_AFTER, 1));
            }
            Self::Store(StoreError::Full | StoreError::ReadOnly) => {
                response.insert_header((header::RETRY_AFTER, 60));
            }
            Self::Unauthorised(_) => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
            }
            _ => {}
        }
        render(&mut response, kind, title, status, Some(self.detail(&request_id)), Some(request_id))
    }
}

/// Gives every error answer that is not ours yet (a route that does not exist, a method that is not taken) our shape.
///
/// # Errors
/// What the service answered.
pub async fn shape<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let response = next.call(request).await?;
    let status = response.status();
    let ours =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if ours
        || !(status.is_client_error() || status.is_server_error())
        || response.request().path().starts_with("/boot/")
    {
        return Ok(response.map_into_left_body());
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut builder = HttpResponse::build(status);
    if let Some(allow) = allow {
        builder.insert_header((header::ALLOW, allow));
    }
    let (kind, title) = match status {
        StatusCode::NOT_FOUND => ("not-found", "There is nothing at this address"),
        StatusCode::METHOD_NOT_ALLOWED => ("method-not-allowed", "This address does not take this method"),
        _ => ("bad-request", status.canonical_reason().unwrap_or("The request is not valid")),
    };
    let body = render(&mut builder, kind, title, status, None, None);
    Ok(response.into_response(body).map_into_right_body())
}

fn render(
    response: &mut actix_web::HttpResponseBuilder,
    kind: &str,
    title: &str,
    status: StatusCode,
    detail: Option<String>,
    request_id: Option<String>,
) -> HttpResponse {
    let problem = Problem {
        kind: kind.to_owned(),
        title: title.to_owned(),
        status: status.as_u16(),
        detail,
        request_id,
    };
    let body = serde_json::to_string_pretty(&problem).unwrap_or_default();
    response.content_type("application/problem+json").body(body)
}

fn request_id() -> String {
    let mut bytes = [0_u8; 4];
    getrandom::fill(&mut bytes).ok();
    hex::encode(bytes)
}

/// An error with its causes, on one line.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
