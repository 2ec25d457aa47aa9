//! The public keys of the machine's SSH server: by these it is known to whoever logs in. Private keys are never read.

use crate::probe::Probe;

/// Where servers keep them, by the names that they give them; the last ones are those of Muster's own kickstart and image.
const FILES: [&str; 5] = [
    "/etc/ssh/ssh_host_ed25519_key.pub",
    "/etc/ssh/ssh_host_ecdsa_key.pub",
    "/etc/ssh/ssh_host_rsa_key.pub",
    "/run/muster/ssh_host_key.pub",
    "/etc/dropbear/dropbear_ed25519_host_key.pub",
];
/// An RSA key of 16384 bits has 2800 characters.
const FILE_LIMIT_BYTES: usize = 4096;
const KIND_LIMIT: usize = 40;

/// Kind and base64 of each, without the comment: that names who made it.
pub(super) fn read(probe: &Probe) -> Vec<String> {
    FILES.iter().filter_map(|path| key(&probe.lines(path, FILE_LIMIT_BYTES)?)).collect()
}

fn key(text: &str) -> Option<String> {
    let mut words = text.split_ascii_whitespace();
    let (kind, base64) = (words.next()?, words.next()?);
    let is_kind = kind.len() <= KIND_LIMIT
        && kind.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'@' | b'.'));
    let is_base64 = base64.starts_with("AAAA")
        && base64.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    (is_kind && is_base64).then(|| format!("{kind} {base64}"))
}
