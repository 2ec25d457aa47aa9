//! What gateways refuse, as HTTP answers. A gateway's own words may be in the text: they are one bounded line.

use gateway::GatewayError;

use super::problem::ApiError;
use crate::format::line;

/// Characters of what is said.
const DETAIL: usize = 2000;

impl From<GatewayError> for ApiError {
    fn from(error: GatewayError) -> Self {
        let detail = line(&error.to_string(), DETAIL);
        let conflict = |kind, detail| Self::Conflict { kind, detail };
        let upstream = |kind, detail| Self::Upstream { kind, detail };
        match error {
            GatewayError::NoGateway(name) => Self::not_found("gateway", name.as_str()),
            GatewayError::NoApply { id, .. } => Self::not_found("apply", id),
            GatewayError::Exists(_) => conflict("name-taken", detail),
            GatewayError::Busy { .. } => conflict("gateway-busy", detail),
            GatewayError::StandsOn { .. } => conflict("gateway-in-use", detail),
            GatewayError::PlanChanged => conflict("plan-changed", detail),
            GatewayError::Conflicts(_) => conflict("gateway-conflicts", detail),
            GatewayError::ChangedMeanwhile(_) => conflict("changed-meanwhile", detail),
            GatewayError::NotUndoable { .. } => conflict("not-undoable", detail),
            GatewayError::Wish(_) => conflict("wish-contradiction", detail),
            GatewayError::Stopping => conflict("stopping", detail),
            GatewayError::Incapable(_) | GatewayError::Part(_) | GatewayError::Address(_) => {
                Self::BadRequest(detail)
            }
            GatewayError::Unreachable { .. } => upstream("gateway-unreachable", detail),
            GatewayError::Timeout { .. } => upstream("gateway-timeout", detail),
            GatewayError::Certificate { .. } => upstream("gateway-certificate", detail),
            GatewayError::Credential(_) | GatewayError::NotAuthorised { .. } => {
                upstream("gateway-credential", detail)
            }
            GatewayError::Forbidden { .. } => upstream("gateway-privilege", detail),
            GatewayError::Absent { .. } => upstream("gateway-absent", detail),
            GatewayError::TooOld { .. } => upstream("gateway-too-old", detail),
            GatewayError::Refused { .. } | GatewayError::NotAsWritten { .. } => {
                upstream("gateway-refused", detail)
            }
            GatewayError::Answer { .. } => upstream("gateway-answer", detail),
            GatewayError::Down { .. } => upstream("gateway-service-down", detail),
            GatewayError::File { .. } => upstream("gateway-file", detail),
            GatewayError::Secrets(error) => error.into(),
            GatewayError::Store(error) => error.into(),
        }
    }
}
