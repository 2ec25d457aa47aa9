//! How an HTTP answer says what went wrong (RFC 9457, `application/problem+json`).

use serde::{Deserialize, Serialize};

/// A problem, for people and programs. `kind` is stable and short (`ticket-expired`); `detail` names the thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A stable name that programs may match.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind, in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What failed, on which thing, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Where the server's log tells more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}
