//! What clusters and installations refuse, as HTTP answers. Words of a machine may be in the text: they are one bounded line.

use okd::OkdError;

use super::problem::ApiError;
use crate::format::line;

/// Characters of what is said.
const DETAIL: usize = 4000;

impl From<OkdError> for ApiError {
    fn from(error: OkdError) -> Self {
        let said = error.to_string();
        let detail = line(&said, DETAIL);
        let conflict = |kind, detail| Self::Conflict { kind, detail };
        match error {
            OkdError::NoCluster(name) => Self::not_found("cluster", name),
            OkdError::NoHost(id) => Self::not_found("host", id.as_str()),
            OkdError::ClusterExists(_) | OkdError::NameTaken { .. } => conflict("name-taken", detail),
            OkdError::ClusterInUse { .. } => conflict("cluster-in-use", detail),
            OkdError::ClusterArmed { .. } => conflict("cluster-armed", detail),
            OkdError::Wiped(_) => conflict("cluster-wiped", detail),
            OkdError::OutOfTime(_) => conflict("out-of-time", detail),
            OkdError::NoRole(_) => conflict("no-role", detail),
            OkdError::NotArmed(_) => conflict("not-armed", detail),
            OkdError::State { .. } => conflict("illegal-transition", detail),
            OkdError::Refused { .. } => conflict("not-installable", detail),
            OkdError::Life | OkdError::TooMany { .. } => Self::BadRequest(detail),
            OkdError::PlanChanged => conflict("plan-changed", detail),
            OkdError::Changed(_) => conflict("changed-meanwhile", detail),
            OkdError::Disk(_) => Self::BadRequest(detail),
            // The operator's own files: where in them something is wrong takes several lines to show.
            OkdError::Folder { .. } | OkdError::Image(_) | OkdError::Network(_) => Self::BadRequest(said),
            OkdError::Host(error) => error.into(),
            OkdError::Gateway(error) => error.into(),
            OkdError::Secrets(error) => error.into(),
            OkdError::Store(error) => error.into(),
        }
    }
}
