//! Named secrets. Their values go in and never come out.

use actix_web::{HttpRequest, web};
use secrets::{Listed, MAX_VALUE_BYTES, Name, SecretValue, SecretsError};

use crate::api::body;
use crate::api::problem::{ApiError, chain};
use crate::app::App;

/// `GET /api/v1/secrets`.
///
/// # Errors
/// The database's.
pub async fn list(app: web::Data<App>) -> Result<web::Json<Vec<Listed>>, ApiError> {
    Ok(web::Json(app.secrets.list().await?))
}

/// `PUT /api/v1/secrets/{name}`: the body is the value, as it is.
///
/// # Errors
/// 400 for a name or a value that can't be.
pub async fn set(
    app: web::Data<App>,
    name: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<()>, ApiError> {
    let name = parse(&name)?;
    let value = SecretValue::new(body::read(&request, payload, MAX_VALUE_BYTES).await?);
    let value = value.map_err(SecretsError::from)?;
    app.secrets.set(&name, &value, "operator", app.clock.now()).await?;
    Ok(web::Json(()))
}

/// `DELETE /api/v1/secrets/{name}`.
///
/// # Errors
/// 404 for a secret that is not known, 409 for one that is used.
pub async fn remove(app: web::Data<App>, name: web::Path<String>) -> Result<web::Json<()>, ApiError> {
    let name = parse(&name)?;
    let now = app.clock.now();
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let mut users = alerts::uses_secret(tx, &name).await?;
                let gateways = gateway::uses_secret(tx, &name).await?;
                users.extend(gateways.into_iter().map(|name| format!("the gateway {name}")));
                users.extend(power::uses_secret(tx, &name).await?);
                secrets::remove(tx, &name, &users, "operator", now).await
            })
        })
        .await?;
    Ok(web::Json(()))
}

fn parse(name: &str) -> Result<Name, ApiError> {
    Ok(name.parse().map_err(SecretsError::Name)?)
}

impl From<SecretsError> for ApiError {
    fn from(error: SecretsError) -> Self {
        let detail = error.to_string();
        match error {
            SecretsError::Name(_) | SecretsError::Value(_) => Self::BadRequest(detail),
            SecretsError::NoSecret(name) => Self::not_found("secret", name.as_str()),
            SecretsError::InUse { .. } => Self::Conflict { kind: "secret-in-use", detail },
            SecretsError::DocumentSize { .. } => Self::BadRequest(detail),
            SecretsError::Closed { .. } | SecretsError::ClosedDocument { .. } | SecretsError::Seal(_) => {
                Self::Internal(chain(&error))
            }
            SecretsError::Store(error) => error.into(),
        }
    }
}
