//! The TPM, as it answers itself. (What the kernel tells of it is the firmware's.)

use serde::{Deserialize, Serialize};

/// What a TPM 2.0 answers. Empty where there is none, or one that may not be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TpmAnswers {
    /// The maker, in four letters (`INTC`, `STM`, `IFX`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// Firmware version: two numbers of 32 bits, in hex (`00070055.00000000`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// The endorsement key's certificates, which tell one TPM from all others. Many firmware TPMs have none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<EkCertificate>,
}

/// A certificate of the endorsement key.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct EkCertificate {
    /// The key's kind: `rsa` or `ecc`, the usual ones of 2048 bits and of P-256. With its strength (`rsa-3072`, `ecc-p384`) one of
    /// those that the profile's high range names.
    pub key: String,
    /// SHA-256 of the certificate as it is stored, in hex.
    pub sha256: String,
}
