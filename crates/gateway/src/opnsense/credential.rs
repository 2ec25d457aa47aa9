//! The key and secret of a user of OPNsense.

use std::fmt;

use futures_util::future::BoxFuture;
use zeroize::Zeroizing;

use crate::error::GatewayError;

/// OPNsense's own have 80 characters each.
const MAX_LEN: usize = 512;

/// A key and its secret. Wiped when dropped; its `Debug` hides both.
#[derive(Clone)]
pub struct Credential {
    key: Zeroizing<String>,
    secret: Zeroizing<String>,
}

/// Why a text is no [`Credential`]. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCredential {
    /// Nothing.
    #[error("there is no key and secret: expected KEY:SECRET, or the file that OPNsense's page downloads")]
    Empty,
    /// Neither of the two shapes.
    #[error(
        "that is no key and secret: expected KEY:SECRET in one line, or the two lines key=… and secret=… \
         of the file that OPNsense's page downloads"
    )]
    Shape,
    /// One of the two is missing.
    #[error("the {0} is missing: OPNsense's page downloads a file with two lines, key=… and secret=…")]
    Missing(&'static str),
    /// One of the two is there twice.
    #[error("there is more than one {0}: one user's key and secret are needed")]
    Twice(&'static str),
    /// A character that none has.
    #[error(
        "the {0} has characters that no {0} of OPNsense has: it consists of letters, digits, '+', '/', '='"
    )]
    Characters(&'static str),
    /// Too long.
    #[error("the {0} has more than {MAX_LEN} characters: OPNsense's have 80")]
    TooLong(&'static str),
}

/// Where a client takes its credential from. It is asked anew for each piece of work, so that a credential is exchanged
/// without a restart.
pub trait CredentialSource: Send + Sync {
    /// The credential as it is now.
    fn credential(&self) -> BoxFuture<'_, Result<Credential, GatewayError>>;
}

/// One that never changes: what an operator has just typed in.
impl CredentialSource for Credential {
    fn credential(&self) -> BoxFuture<'_, Result<Credential, GatewayError>> {
        Box::pin(async { Ok(self.clone()) })
    }
}

impl Credential {
    /// Reads `KEY:SECRET`, or the two lines `key=…` and `secret=…` of the file that OPNsense's page downloads.
    ///
    /// # Errors
    /// [`InvalidCredential`].
    pub fn parse(text: &str) -> Result<Self, InvalidCredential> {
        let lines: Vec<&str> = text
            .trim_start_matches('\u{feff}')
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        match lines.as_slice() {
            [] => Err(InvalidCredential::Empty),
            [line] if !is_assigned(line) => {
                let (key, secret) = line.split_once(':').ok_or(InvalidCredential::Shape)?;
                Self::new(key, secret)
            }
            lines => Self::of_lines(lines),
        }
    }

    fn of_lines(lines: &[&str]) -> Result<Self, InvalidCredential> {
        let (mut key, mut secret) = (None, None);
        for line in lines {
            let (name, value) = line.split_once('=').ok_or(InvalidCredential::Shape)?;
            let (place, what) = match name.trim_end() {
                "key" => (&mut key, "key"),
                "secret" => (&mut secret, "secret"),
                _ => return Err(InvalidCredential::Shape),
            };
            if place.replace(value).is_some() {
                return Err(InvalidCredential::Twice(what));
            }
        }
        Self::new(
            key.ok_or(InvalidCredential::Missing("key"))?,
            secret.ok_or(InvalidCredential::Missing("secret"))?,
        )
    }

    fn new(key: &str, secret: &str) -> Result<Self, InvalidCredential> {
        Ok(Self { key: part("key", key)?, secret: part("secret", secret)? })
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn secret(&self) -> &str {
        &self.secret
    }
}

fn is_assigned(line: &str) -> bool {
    let name = line.split_once('=').map(|(name, _)| name.trim_end());
    matches!(name, Some("key" | "secret"))
}

fn part(what: &'static str, text: &str) -> Result<Zeroizing<String>, InvalidCredential> {
    let text = text.trim();
    if text.is_empty() {
        return Err(InvalidCredential::Missing(what));
    }
    if text.len() > MAX_LEN {
        return Err(InvalidCredential::TooLong(what));
    }
    if !text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_')) {
        return Err(InvalidCredential::Characters(what));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "w86XNZob/8Oq8aC5r0kbNarNtdpoQU781fyoeaOBQsBwkXUt";
    const SECRET: &str = "XeD26XVrJ5ilAc/EmglCRC+0j2e57tRsjHwFepOseySWLM==";

    #[test]
    fn both_shapes_are_read_with_whatever_is_around_them() {
        for text in [
            format!("{KEY}:{SECRET}"),
            format!("  {KEY} : {SECRET}\r\n"),
            format!("key={KEY}\nsecret={SECRET}\n"),
            format!("\u{feff}key={KEY}\r\nsecret={SECRET}\r\n\r\n"),
            format!("\nsecret = {SECRET}\n key= {KEY}  \n"),
        ] {
            let credential = Credential::parse(&text).unwrap();
            assert_eq!((credential.key(), credential.secret()), (KEY, SECRET), "{text:?}");
            assert_eq!(format!("{credential:?}"), "Credential(…)");
        }
    }

    #[test]
    fn another_shape_is_named_without_repeating_it() {
        use InvalidCredential as E;
        let long = "a".repeat(MAX_LEN + 1);
        for (text, expected) in [
            (String::new(), E::Empty),
            (" \r\n ".into(), E::Empty),
            ("s3cretword".into(), E::Shape),
            ("s3cretword\nanother".into(), E::Shape),
            ("user=s3cretword\nsecret=b".into(), E::Shape),
            ("key=s3cretword".into(), E::Missing("secret")),
            ("secret=s3cretword".into(), E::Missing("key")),
            ("s3cretword:".into(), E::Missing("secret")),
            (":s3cretword".into(), E::Missing("key")),
            ("key=\nsecret=s3cretword".into(), E::Missing("key")),
            ("key=a\nkey=s3cretword\nsecret=b".into(), E::Twice("key")),
            ("s3cretword:a:b".into(), E::Characters("secret")),
            ("s3cret word:a".into(), E::Characters("key")),
            ("key=a\nsecret=\"s3cretword\"".into(), E::Characters("secret")),
            (format!("s3cretword:{long}"), E::TooLong("secret")),
        ] {
            let error = Credential::parse(&text).unwrap_err();
            assert_eq!(error, expected, "{text:?}");
            assert!(!error.to_string().contains("s3cretword"));
        }
    }

    proptest! {
        #[test]
        fn what_opnsense_makes_is_read_in_both_shapes(key in "[A-Za-z0-9+/=]{1,80}", secret in "[A-Za-z0-9+/=]{1,80}") {
            prop_assume!(!is_assigned(&key));
            for text in [format!("{key}:{secret}"), format!("key={key}\r\nsecret={secret}\r\n")] {
                let credential = Credential::parse(&text).unwrap();
                prop_assert_eq!((credential.key(), credential.secret()), (key.as_str(), secret.as_str()));
            }
        }

        #[test]
        fn no_text_makes_it_panic_and_none_is_repeated(text: String) {
            if let Err(error) = Credential::parse(&text) {
                prop_assert!(text.chars().count() < 8 || !error.to_string().contains(text.trim()));
            }
        }
    }
}
