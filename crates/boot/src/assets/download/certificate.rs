//! Why a mirror's certificate is not believed, in words. It does not change by asking again.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// What is wrong with the certificate, where that is why a request failed.
pub(super) fn fault(error: &reqwest::Error) -> Option<String> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(fault)) = error.downcast_ref() {
            return Some(in_words(fault));
        }
        // What an `io::Error` was made of is not its source, but itself.
        cause = match error.downcast_ref::<io::Error>() {
            Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    None
}

fn in_words(fault: &CertificateError) -> String {
    match fault {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "is from no authority that this server knows: name the authority's own certificate with --ca FILE"
                .to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "has expired, by this server's clock".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "is not valid yet, by this server's clock".to_owned()
        }
        CertificateError::NotValidForName => "is for another name".to_owned(),
        CertificateError::NotValidForNameContext { presented, .. } => match presented.as_slice() {
            [] => "names no server".to_owned(),
            names => {
                // Each is written as `DnsName("mirror.lan")`.
                let names = names.iter().map(|name| name.split('"').nth(1).unwrap_or(name));
                format!("is for another name: {}", plain(&names.collect::<Vec<_>>().join(", ")))
            }
        },
        other => format!("can't be used: {}", plain(&other.to_string())),
    }
}

/// The names are the mirror's words.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
