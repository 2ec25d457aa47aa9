//! Kernel and distribution.

use serde::{Deserialize, Serialize};

/// What runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Os {
    /// Kernel release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// As `uname -m` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// `PRETTY_NAME` of os-release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `ID` of os-release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `VERSION_ID` of os-release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The machine's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// The kernel's command line, secrets taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel_arguments: Option<String>,
}
