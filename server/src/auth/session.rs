//! An operator's browser, once it has shown the token: a signed cookie, good for reading only.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use inventory::Timestamp;
use sha2::Sha256;

/// The cookie's name. The prefix makes browsers refuse it unless it is Secure and of this host alone.
pub const COOKIE: &str = "__Host-muster";

/// Signs and checks session cookies.
#[derive(Clone)]
pub struct Sessions {
    key: [u8; 32],
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions(…)")
    }
}

impl Sessions {
    /// How long a browser stays logged in.
    pub const LIFE: Duration = Duration::from_secs(12 * 3600);

    /// Signs with a key drawn from the server's own, and from the token: a changed token ends every session.
    #[must_use]
    pub fn new(signing_key: &[u8; 32], admin_token: &str) -> Self {
        let key = sign(signing_key, format!("session {admin_token}").as_bytes());
        Self { key }
    }

    /// A session that begins now.
    #[must_use]
    pub fn begin(&self, now: Timestamp) -> String {
        let expiry = now.plus(Self::LIFE).millis().to_be_bytes();
        let mut cookie = expiry.to_vec();
        cookie.extend_from_slice(&sign(&self.key, &expiry));
        URL_SAFE_NO_PAD.encode(cookie)
    }

    /// Whether `cookie` is one of ours that has not ended.
    #[must_use]
    pub fn holds(&self, cookie: &str, now: Timestamp) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(cookie) else { return false };
        let Some((expiry, signature)) = bytes.split_first_chunk::<8>() else { return false };
        mac(&self.key, expiry).verify_slice(signature).is_ok() && Timestamp(i64::from_be_bytes(*expiry)) > now
    }

    /// What stands on a page of ours and nowhere else: who sends it has that page.
    #[must_use]
    pub fn proof(&self, of: &str) -> String {
        URL_SAFE_NO_PAD.encode(sign(&self.key, format!("page {of}").as_bytes()))
    }

    /// Whether this is the proof of that.
    #[must_use]
    pub fn proves(&self, of: &str, proof: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(proof) else { return false };
        mac(&self.key, format!("page {of}").as_bytes()).verify_slice(&bytes).is_ok()
    }
}

fn mac(key: &[u8; 32], message: &[u8]) -> Hmac<Sha256> {
    // A block of SHA-256 is 64 bytes: the key, padded with zeros, is one (RFC 2104).
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(key);
    Hmac::<Sha256>::new(&block.into()).chain_update(message)
}

fn sign(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    mac(key, message).finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_holds_until_it_ends_and_can_not_be_forged() {
        let sessions = Sessions::new(&[1; 32], "token");
        let now = Timestamp(1_000_000);
        let cookie = sessions.begin(now);
        assert!(sessions.holds(&cookie, now));
        assert!(!sessions.holds(&cookie, now.plus(Sessions::LIFE)));
        assert!(!Sessions::new(&[2; 32], "token").holds(&cookie, now));
        assert!(!Sessions::new(&[1; 32], "another").holds(&cookie, now));
        let proof = sessions.proof("this");
        assert!(sessions.proves("this", &proof) && !sessions.proves("that", &proof));
        assert!(!sessions.proves("this", "") && !Sessions::new(&[1; 32], "another").proves("this", &proof));
        for forged in ["", "AAAA", &cookie[1..], &format!("{cookie}AAAA")] {
            assert!(!sessions.holds(forged, now), "{forged}");
        }
        let mut longer = URL_SAFE_NO_PAD.decode(&cookie).unwrap();
        longer[0] ^= 0x01;
        assert!(!sessions.holds(&URL_SAFE_NO_PAD.encode(longer), now));
    }
}
