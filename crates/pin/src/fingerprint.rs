//! The name of a certificate that can't be forged.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The SHA-256 of a certificate's DER. Written as 64 lower-case hex digits; read also in upper case and with the colons
/// that `openssl x509 -fingerprint` puts between the octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// Why a string is no [`Fingerprint`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no SHA-256 fingerprint: expected 64 hex digits, with or without colons between the octets")]
pub struct InvalidFingerprint(String);

impl Fingerprint {
    /// The fingerprint of a certificate in DER.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    fn from_str(text: &str) -> Result<Self, InvalidFingerprint> {
        let invalid = || InvalidFingerprint(text.chars().take(100).collect());
        // Colons stand between all octets or nowhere: anything else is a slip of the hand, and half a pin is none.
        let digits = match text.len() {
            64 => text.to_owned(),
            95 if text.bytes().skip(2).step_by(3).all(|b| b == b':') => text.replace(':', ""),
            _ => return Err(invalid()),
        };
        let octets = hex::decode(digits).map_err(|_| invalid())?;
        octets.try_into().map(Self).map_err(|_| invalid())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_is_the_sha_256_that_everybody_else_computes() {
        assert_eq!(
            Fingerprint::of(b"abc").to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn half_a_pin_is_none() {
        let good = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let colon_astray = format!("{}:{}", &good[..1], &good[1..]);
        for bad in
            ["", "00", &good[1..], &format!("{good}0"), &colon_astray, &"g".repeat(64), &"é".repeat(32)]
        {
            assert!(bad.parse::<Fingerprint>().is_err(), "{bad:?}");
        }
        let long = "a".repeat(10_000).parse::<Fingerprint>().unwrap_err().to_string();
        assert!(long.len() < 250 && long.contains("expected 64 hex digits"), "{long}");
    }

    proptest! {
        #[test]
        fn every_way_of_writing_is_the_same_pin(octets: [u8; 32], upper: bool) {
            let pin = Fingerprint(octets);
            let mut colons: String =
                octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(":");
            if upper {
                colons.make_ascii_uppercase();
            }
            prop_assert_eq!(pin.to_string().parse::<Fingerprint>().unwrap(), pin);
            prop_assert_eq!(colons.parse::<Fingerprint>().unwrap(), pin);
        }

        #[test]
        fn no_string_makes_it_panic(text: String) {
            text.parse::<Fingerprint>().ok();
        }
    }
}
