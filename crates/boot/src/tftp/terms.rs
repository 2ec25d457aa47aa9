//! What client and server agree on for one transfer (RFC 2348, 2349). Pure.

use std::time::Duration;

use super::packet::ReadRequest;

/// Fits into an Ethernet frame of 1500 bytes with the headers of IPv4, UDP and TFTP: old firmware can't put fragments
/// together.
const MAX_BLOCK: usize = 1468;
const DEFAULT_BLOCK: usize = 512;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) block_bytes: usize,
    /// How long the client wants us to wait before we send again.
    pub(super) resend_after: Option<Duration>,
    /// What is agreed to in an OACK; nothing, where the client asked for nothing that we know.
    pub(super) agreed: Vec<(&'static str, u64)>,
}

/// Agrees to what can be agreed to. What is unknown, repeated or out of bounds is passed over, as RFC 2347 has it.
pub(super) fn agree(request: &ReadRequest, size_bytes: u64) -> Terms {
    let mut terms = Terms { block_bytes: DEFAULT_BLOCK, resend_after: None, agreed: Vec::new() };
    for (name, value) in &request.options {
        let Ok(value) = value.parse::<u64>() else { continue };
        if terms.agreed.iter().any(|(known, _)| known == name) {
            continue;
        }
        match (name.as_str(), value) {
            ("blksize", 8..=65464) => {
                terms.block_bytes = usize::try_from(value).unwrap_or(MAX_BLOCK).min(MAX_BLOCK);
                terms.agreed.push(("blksize", terms.block_bytes as u64));
            }
            ("tsize", _) => terms.agreed.push(("tsize", size_bytes)),
            // RFC 2349 allows up to 255 seconds; a transfer that waits so long only holds a place.
            ("timeout", 1..=30) => {
                terms.resend_after = Some(Duration::from_secs(value));
                terms.agreed.push(("timeout", value));
            }
            _ => {}
        }
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(options: &[(&str, &str)]) -> Terms {
        let options = options.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        agree(&ReadRequest { name: "x".to_owned(), mode: "octet".to_owned(), options }, 1000)
    }

    #[test]
    fn nothing_asked_nothing_agreed() {
        let plain = Terms { block_bytes: 512, resend_after: None, agreed: vec![] };
        assert_eq!(agreed(&[]), plain);
        for passed_over in
            [("blksize", "7"), ("blksize", "x"), ("timeout", "0"), ("timeout", "255"), ("windowsize", "4")]
        {
            assert_eq!(agreed(&[passed_over]), plain, "{passed_over:?}");
        }
    }

    #[test]
    fn what_is_known_is_agreed_to_once_and_within_bounds() {
        let terms = agreed(&[("tsize", "0"), ("blksize", "65464"), ("timeout", "3"), ("blksize", "8")]);
        assert_eq!(terms.agreed, [("tsize", 1000), ("blksize", 1468), ("timeout", 3)]);
        assert_eq!((terms.block_bytes, terms.resend_after), (1468, Some(Duration::from_secs(3))));
        assert_eq!(agreed(&[("blksize", "1024")]).block_bytes, 1024);
    }
}
