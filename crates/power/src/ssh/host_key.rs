//! The keys that a machine's agent told of its SSH server. They come from a machine: what does not read as a key is nobody's.

use data_encoding::{BASE64, BASE64_NOPAD};
use sha2::{Digest as _, Sha256};

/// Kinds that we can meet, the one that is asked for first coming first, and what the exchange of keys calls them.
const KINDS: [(&str, &str); 5] = [
    ("ssh-ed25519", "ssh-ed25519"),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"),
    ("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"),
    ("ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521"),
    ("ssh-rsa", "rsa-sha2-512,rsa-sha2-256"),
];
/// Keys of one machine, and bytes of one: RSA of 16384 bits has 2 KiB.
const MAX_KEYS: usize = 8;
const MAX_BYTES: usize = 2200;

/// The keys of one machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostKeys(Vec<(&'static str, Vec<u8>)>);

impl HostKeys {
    /// Reads lines of kind and base64. Kinds that are not known here, and what is no key, are left out.
    #[must_use]
    pub fn read(lines: &[String]) -> Self {
        let mut keys: Vec<_> = lines.iter().filter_map(|line| key(line)).take(MAX_KEYS).collect();
        keys.dedup();
        Self(keys)
    }

    /// None can be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the server's key is one of them.
    #[must_use]
    pub fn holds(&self, shown: &[u8]) -> bool {
        self.0.iter().any(|(_, known)| known == shown)
    }

    /// What is to be asked for in the exchange of keys: a server has several, and only these prove anything.
    #[must_use]
    pub fn preference(&self) -> String {
        let known = KINDS.iter().filter(|(kind, _)| self.0.iter().any(|(of, _)| of == kind));
        known.map(|(_, methods)| *methods).collect::<Vec<_>>().join(",")
    }

    /// For people, as `ssh-keygen -l` shows them.
    #[must_use]
    pub fn fingerprints(&self) -> String {
        self.0.iter().map(|(_, key)| fingerprint(key)).collect::<Vec<_>>().join(", ")
    }
}

/// `SHA256:` and base64.
pub(super) fn fingerprint(key: &[u8]) -> String {
    format!("SHA256:{}", BASE64_NOPAD.encode(&Sha256::digest(key)))
}

fn key(line: &str) -> Option<(&'static str, Vec<u8>)> {
    let mut words = line.split_ascii_whitespace();
    let (kind, base64) = (words.next()?, words.next()?);
    let (kind, _) = KINDS.into_iter().find(|(known, _)| *known == kind)?;
    let blob = BASE64.decode(base64.as_bytes().get(..base64.len().min(MAX_BYTES * 2))?).ok()?;
    // A key says itself of which kind it is (RFC 4253, 6.6).
    let (length, rest) = blob.split_first_chunk::<4>()?;
    let says = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    (says == kind.as_bytes() && blob.len() <= MAX_BYTES && rest.len() > says.len()).then_some((kind, blob))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFwZkx4bgWvJpRBlqRdSkPRdBxoUUP4PEYxKXMmrV/fC";

    #[test]
    fn only_keys_of_known_kinds_count() {
        let rsa = format!("ssh-rsa {}", BASE64.encode(b"\0\0\0\x07ssh-rsa\0\0\0\x01\x03"));
        let keys = HostKeys::read(&[ED25519.to_owned(), ED25519.to_owned(), rsa]);
        assert_eq!(keys.preference(), "ssh-ed25519,rsa-sha2-512,rsa-sha2-256");
        assert!(keys.fingerprints().starts_with("SHA256:"), "{}", keys.fingerprints());
        assert!(keys.holds(&BASE64.decode(&ED25519.as_bytes()[12..]).unwrap()));
        assert!(!keys.holds(b"") && !keys.holds(b"\0\0\0\x0bssh-ed25519"));
        for bad in [
            "",
            "ssh-ed25519",
            "ssh-ed25519 !!!!",
            "ssh-dss AAAAB3NzaC1kc3M=",
            "sk-ssh-ed25519@openssh.com AAAA",
            "ecdsa-sha2-nistp256 AAAAC3NzaC1lZDI1NTE5AAAAIFwZkx4bgWvJpRBlqRdSkPRdBxoUUP4PEYxKXMmrV/fC",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
            "ssh-ed25519 /////w==",
            &format!("ssh-rsa {}", BASE64.encode(&[&b"\0\0\0\x07ssh-rsa"[..], &[1; 9999]].concat())),
        ] {
            assert!(HostKeys::read(&[bad.to_owned()]).is_empty(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_machine_tells_is_read_without_harm(lines in proptest::collection::vec(".{0,80}", 0..20)) {
            let keys = HostKeys::read(&lines);
            prop_assert!(keys.is_empty() || !keys.preference().is_empty());
        }
    }
}
