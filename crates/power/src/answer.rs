//! How somebody in the room answers, and the links by which they do: good for one answer to one question, and for nothing
//! else. A link holds no secret of the server's, only what this key makes of question and answer; whether it has been used,
//! and until when it is good, stands in the question's row.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD_NOCASE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use inventory::Id;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Bytes of a link's proof: nobody guesses one of 2^128.
const PROOF_BYTES: usize = 16;

/// What somebody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is done.
    Done,
    /// It can't be done.
    Cannot,
}

/// Where the link stands: in a message, which all who read the topic see, or on a page, which only operators see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// In a message.
    Message,
    /// On a page.
    Page,
}

/// A word that is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no answer: expected done or cannot")]
pub struct UnknownAnswer(String);

impl Answer {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Done, Self::Cannot];

    /// As it is written in the database, in links and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Cannot => "cannot",
        }
    }

    /// What stands on the button.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::Cannot => "Can't",
        }
    }
}

impl FromStr for Answer {
    type Err = UnknownAnswer;

    fn from_str(text: &str) -> Result<Self, UnknownAnswer> {
        let known = Self::ALL.into_iter().find(|answer| answer.as_str() == text);
        known.ok_or_else(|| UnknownAnswer(text.chars().take(32).collect()))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Makes and checks the proofs of links.
#[derive(Clone)]
pub struct AnswerKey([u8; 32]);

impl fmt::Debug for AnswerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnswerKey(…)")
    }
}

impl AnswerKey {
    /// Drawn from the server's own key, so that no other proof of the server's is one of these.
    #[must_use]
    pub fn new(signing_key: &[u8; 32]) -> Self {
        Self(mac(signing_key, &[b"power answer"]).finalize().into_bytes().into())
    }

    /// The proof of a link.
    #[must_use]
    pub fn prove(&self, question: &Id, answer: Answer, via: Via) -> String {
        let proof = self.mac(question, answer, via).finalize().into_bytes();
        BASE32_NOPAD_NOCASE.encode(proof.get(..PROOF_BYTES).unwrap_or_default()).to_lowercase()
    }

    /// Whether `proof` is that link's.
    #[must_use]
    pub fn holds(&self, question: &Id, answer: Answer, via: Via, proof: &str) -> bool {
        let Ok(proof) = BASE32_NOPAD_NOCASE.decode(proof.as_bytes()) else { return false };
        proof.len() == PROOF_BYTES && self.mac(question, answer, via).verify_truncated_left(&proof).is_ok()
    }

    fn mac(&self, question: &Id, answer: Answer, via: Via) -> Hmac<Sha256> {
        let via: &[u8] = match via {
            Via::Message => b"message",
            Via::Page => b"page",
        };
        // None of the parts can hold a zero byte.
        mac(&self.0, &[question.as_str().as_bytes(), b"\0", answer.as_str().as_bytes(), b"\0", via])
    }
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Hmac<Sha256> {
    // A block of SHA-256 is 64 bytes: the key, padded with zeros, is one (RFC 2104).
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(key);
    parts.iter().fold(Hmac::<Sha256>::new(&block.into()), |mac, part| mac.chain_update(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_for_one_answer_to_one_question_in_one_place() {
        let key = AnswerKey::new(&[1; 32]);
        let (question, other): (Id, Id) = ("q1".parse().unwrap(), "q2".parse().unwrap());
        let proof = key.prove(&question, Answer::Done, Via::Message);
        assert!(proof.len() >= 26 && proof.bytes().all(|b| b.is_ascii_alphanumeric()), "{proof}");
        assert!(key.holds(&question, Answer::Done, Via::Message, &proof));
        assert!(!key.holds(&question, Answer::Cannot, Via::Message, &proof));
        assert!(!key.holds(&question, Answer::Done, Via::Page, &proof));
        assert!(!key.holds(&other, Answer::Done, Via::Message, &proof));
        assert!(!AnswerKey::new(&[2; 32]).holds(&question, Answer::Done, Via::Message, &proof));
        let forged = ["", "a", "ä", &proof[1..], &format!("{proof}aa"), &"a".repeat(26), &"x".repeat(9999)];
        for forged in forged {
            assert!(!key.holds(&question, Answer::Done, Via::Message, forged), "{forged}");
        }
    }
}
