//! Kernel and distribution.

use serde::{Deserialize, Serialize};

/// What runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Os {
    /// Kernel release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// Which build of it (`#1 SMP PREEMPT_DYNAMIC Debian …`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel_build: Option<String>,
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
    /// `VARIANT_ID` of os-release (`coreos`, `server`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Which build of an image: `OSTREE_VERSION`, `IMAGE_VERSION` or `BUILD_ID` of os-release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// The machine's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// The first process (`systemd`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init: Option<String>,
    /// The kernel's command line, secrets taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel_arguments: Option<String>,
    /// Loaded kernel modules, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<String>,
    /// Why the kernel's makers would not take a bug report: the letters of its taint flags (`POE`); absent where it is
    /// clean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taint: Option<String>,
    /// By what the kernel tells time (`tsc`, `kvm-clock`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_source: Option<String>,
    /// The public keys of its SSH server, kind and base64 each: by these it is known to whoever logs in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ssh_host_keys: Vec<String>,
}
