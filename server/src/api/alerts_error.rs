//! What the alerts refuse, as HTTP answers.

use alerts::AlertsError;

use super::problem::{ApiError, chain};

impl From<AlertsError> for ApiError {
    fn from(error: AlertsError) -> Self {
        let detail = error.to_string();
        match error {
            AlertsError::NoProvider(name) => Self::not_found("provider", name.as_str()),
            AlertsError::NoSubscription(name) => Self::not_found("subscription", name.as_str()),
            AlertsError::ProviderExists(_) | AlertsError::SubscriptionExists(_) => {
                Self::Conflict { kind: "name-taken", detail }
            }
            AlertsError::ProviderInUse { .. } => Self::Conflict { kind: "provider-in-use", detail },
            AlertsError::NoSecret(_) | AlertsError::UselessPrefix(_) => Self::BadRequest(detail),
            AlertsError::Store(error) => error.into(),
            error => Self::Internal(chain(&error)),
        }
    }
}
