//! What unproven sources said of hosts, until an operator has seen to it.

use actix_web::{HttpRequest, web};
use hosts::{Claim, Verdict};
use inventory::{Id, Limits};
use serde::{Deserialize, Serialize};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// What the operator makes of a claim.
#[derive(Debug, Serialize, Deserialize)]
pub struct Settle {
    /// The verdict.
    pub verdict: Verdict,
}
