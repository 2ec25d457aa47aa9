//! What the hosts refuse, as HTTP answers.

use hosts::{EnrolError, HostError};

use super::problem::ApiError;

impl From<HostError> for ApiError {
    fn from(error: HostError) -> Self {
        let detail = error.to_string();
        match error {
            HostError::NoHost(id) => Self::not_found("host", id.as_str()),
            HostError::NoClaim(id) => Self::not_found("claim", id.as_str()),
            HostError::NoAction(id) => Self::not_found("action", id.as_str()),
            HostError::TooManyActions { .. } => Self::TooMany { detail, retry_after_secs: 60 },
            HostError::Illegal(_) | HostError::UnderWay { .. } => {
                Self::Conflict { kind: "illegal-transition", detail }
            }
            HostError::Changed(_) => Self::Conflict { kind: "changed-meanwhile", detail },
            HostError::NameTaken(_) => Self::Conflict { kind: "name-taken", detail },
            HostError::KeyInUse(_) => Self::Conflict { kind: "key-in-use", detail },
            HostError::AlreadySettled(_) => Self::Conflict { kind: "already-settled", detail },
            HostError::PlaceTaken { .. } => Self::Conflict { kind: "place-taken", detail },
            HostError::BadName(_) | HostError::BadPlace(_) | HostError::NoIdentity => {
                Self::BadRequest(detail)
            }
            HostError::TooManyUnapproved { .. } => Self::TooMany { detail, retry_after_secs: 600 },
            HostError::Document { .. } => Self::Internal(super::problem::chain(&error)),
            HostError::Store(error) => error.into(),
        }
    }
}

impl From<EnrolError> for ApiError {
    fn from(error: EnrolError) -> Self {
        let detail = error.to_string();
        match error {
            EnrolError::NoIdentity => Self::BadRequest(detail),
            EnrolError::ForeignTicket(_) => Self::Forbidden { kind: "ticket-foreign", detail },
            EnrolError::KeyInUse => Self::Conflict { kind: "key-in-use", detail },
            EnrolError::TooManyUnapproved { .. } | EnrolError::TooManyClaims { .. } => {
                Self::TooMany { detail, retry_after_secs: 600 }
            }
            EnrolError::Store(error) => error.into(),
        }
    }
}
