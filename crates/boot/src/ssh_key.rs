//! The public half of the key by which an operator can log in to a machine that Muster booted.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// One line for `authorized_keys`, without options: a kind of key, the key, and perhaps a comment of plain characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshPublicKey(String);

/// Why a string is no [`SshPublicKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is no OpenSSH public key: {0}; expected one line such as \"ssh-ed25519 AAAA… name\"")]
pub struct InvalidSshKey(&'static str);

const KINDS: [&str; 7] = [
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// An RSA key of 16384 bits has 2,800 characters; a kickstart line must stay readable.
const MAX_LEN: usize = 4096;

impl SshPublicKey {
    /// The line, without a line end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SshPublicKey {
    type Err = InvalidSshKey;

    fn from_str(text: &str) -> Result<Self, InvalidSshKey> {
        let line = text.strip_suffix('\n').unwrap_or(text).trim_end_matches(['\r', ' ']);
        if line.len() > MAX_LEN || line.chars().any(char::is_control) {
            return Err(InvalidSshKey("it is too long, or has more than one line"));
        }
        let mut words = line.split(' ').filter(|word| !word.is_empty());
        let (Some(kind), Some(key)) = (words.next(), words.next()) else {
            return Err(InvalidSshKey("it has less than two words"));
        };
        if !KINDS.contains(&kind) {
            return Err(InvalidSshKey("its kind is not known"));
        }
        let blob = STANDARD.decode(key).map_err(|_| InvalidSshKey("its key is not base64"))?;
        if first_string(&blob) != Some(kind.as_bytes()) {
            return Err(InvalidSshKey("its key is not of the kind that it says"));
        }
        // The comment is only for people; what could not stand in a script is left out of it.
        let comment: Vec<String> = words.map(plain_word).filter(|word| !word.is_empty()).collect();
        let mut parts = vec![kind.to_owned(), key.to_owned()];
        parts.extend(comment);
        Ok(Self(parts.join(" ")))
    }
}

fn plain_word(word: &str) -> String {
    word.chars().filter(|c| c.is_ascii_alphanumeric() || "@._-+".contains(*c)).collect()
}

/// RFC 4253, 6.6: a key begins with its kind, as a string with its length in front.
fn first_string(blob: &[u8]) -> Option<&[u8]> {
    let (length, rest) = blob.split_first_chunk::<4>()?;
    rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

impl fmt::Display for SshPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIKd1bDrz8PLLbyKxXfCCDhmAz0ATDQLuBUSTrEFcyC2m";

    #[test]
    fn a_key_is_kept_and_its_comment_made_plain() {
        let key: SshPublicKey = format!("ssh-ed25519 {KEY} me@home $(reboot)\n").parse().unwrap();
        assert_eq!(key.as_str(), format!("ssh-ed25519 {KEY} me@home reboot"));
        assert_eq!(
            format!("ssh-ed25519 {KEY}").parse::<SshPublicKey>().unwrap().as_str().len(),
            12 + KEY.len()
        );
    }

    #[test]
    fn what_is_no_single_public_key_is_refused() {
        for bad in [
            String::new(),
            "ssh-ed25519".to_owned(),
            format!("ssh-ed25519 {KEY}\nssh-ed25519 {KEY}"),
            format!("ssh-rsa {KEY}"),
            format!("command=\"reboot\" ssh-ed25519 {KEY}"),
            "ssh-ed25519 \"; reboot".to_owned(),
            "-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(),
        ] {
            assert!(bad.parse::<SshPublicKey>().is_err(), "{bad:?}");
        }
    }
}
