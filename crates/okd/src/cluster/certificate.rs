//! The certificates in a text: as PEM, however it is indented or quoted, and within base64 within it (a `kubeconfig`, the
//! `data` of a Kubernetes secret). Pure.

use inventory::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer as _;
use zeroize::Zeroizing;

use super::data_url::base64;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
/// The shortest certificate has some 250 bytes.
const MIN_BASE64: usize = 300;
/// A secret with a `kubeconfig` with a certificate is three.
const MAX_DEPTH: usize = 4;

/// What is to be known of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Certificate {
    /// Since when it counts.
    pub(super) from: Timestamp,
    /// Until when.
    pub(super) until: Timestamp,
    /// Others are signed by it.
    pub(super) authority: bool,
    /// The id of its key.
    key: Option<Vec<u8>>,
    /// The id of the key that signed it.
    signed_by: Option<Vec<u8>>,
}

impl Certificate {
    /// The certificate with these bytes.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let validity = certificate.validity();
        let mut read = Self {
            from: Timestamp(validity.not_before.timestamp().saturating_mul(1000)),
            until: Timestamp(validity.not_after.timestamp().saturating_mul(1000)),
            authority: certificate.is_ca(),
            key: None,
            signed_by: None,
        };
        for extension in certificate.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(id) => read.key = Some(id.0.to_vec()),
                ParsedExtension::AuthorityKeyIdentifier(id) => {
                    read.signed_by = id.key_identifier.as_ref().map(|id| id.0.to_vec());
                }
                _ => {}
            }
        }
        Some(read)
    }

    /// Whether this is that authority, or was signed by it.
    pub(super) fn is_of(&self, authority: &Self) -> bool {
        self == authority || (authority.key.is_some() && self.signed_by == authority.key)
    }
}

/// All certificates in a text. What only looks like one (a script that searches for them) is none.
pub(super) fn find(text: &str) -> Vec<Certificate> {
    let mut found = Vec::new();
    search(text, MAX_DEPTH, &mut found);
    found
}

fn search(text: &str, depth: usize, found: &mut Vec<Certificate>) {
    for block in text.split(BEGIN).skip(1) {
        let Some((body, _)) = block.split_once(END) else { continue };
        // Within JSON a line ends by the two characters \ and n.
        let body = body.replace("\\n", "").replace("\\r", "");
        let body: Zeroizing<String> = Zeroizing::new(body.chars().filter(|c| !c.is_whitespace()).collect());
        found.extend(base64(body.as_bytes()).and_then(|der| Certificate::read(&der)));
    }
    if depth == 0 {
        return;
    }
    let other = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
    for run in text.split(other).filter(|run| run.len() >= MIN_BASE64) {
        let Some(bytes) = base64(run.as_bytes()) else { continue };
        if let Ok(inner) = std::str::from_utf8(&bytes) {
            search(inner, depth - 1, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn pem() -> String {
        let key = KeyPair::generate().unwrap();
        CertificateParams::new(vec!["api.okd1".to_owned()]).unwrap().self_signed(&key).unwrap().pem()
    }

    fn wrapped(text: &str, how: u8) -> String {
        match how {
            0 => text.lines().map(|line| format!("    {line}\r\n")).collect(),
            1 => format!("{{\"ca\": {}}}", serde_json::Value::from(text)),
            2 => format!("# a comment\n{text}\nand more\n"),
            _ => format!("data:\n  tls.crt: {}\n", STANDARD.encode(text)),
        }
    }

    #[test]
    fn what_only_looks_like_a_certificate_is_none() {
        let pem = pem();
        let key = KeyPair::generate().unwrap().serialize_pem();
        for text in [
            "sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p'",
            "-----BEGIN CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            &pem[..pem.len() / 2],
            &pem.replace("CERTIFICATE-----", "CERTIFICATE REQUEST-----"),
            &key,
            &"A".repeat(5000),
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// In whatever a certificate is packed, as deep as configs pack it: it is found, and each as often as it is there.
        #[test]
        fn a_certificate_is_found_in_what_it_is_packed_in(how in proptest::collection::vec(0_u8..4, 0..4), times in 1_usize..4) {
            let text = (0..times).map(|_| pem()).collect::<String>();
            let packed = how.iter().fold(text.clone(), |text, how| {
                // A string in a string has its quotes escaped twice: no config does that.
                if *how == 1 && text.contains('\\') { text } else { wrapped(&text, *how) }
            });
            prop_assert_eq!(find(&packed), find(&text));
            prop_assert_eq!(find(&text).len(), times);
        }
    }
}
