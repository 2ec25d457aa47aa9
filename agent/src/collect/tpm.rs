//! The TPM, asked itself: who made it, and the certificate that tells it from all others.

use decode::tpm;
use inventory::sections::{EkCertificate, TpmAnswers};
use sha2::{Digest, Sha256};

use super::Nothing;
use crate::probe::{Probe, clean};
use crate::root::Question;

const CLASS: &str = "/sys/class/tpmrm";
const CLASSES: &str = "/sys/class";
/// TCG EK Credential Profile 2.5: where the certificates are stored, of the two usual keys (2.2.1.4) and of those that are made
/// in another way, or stronger (2.2.1.5).
const CERTIFICATES: [(&str, u32); 9] = [
    ("ecc", 0x01c0_000a),
    ("ecc-p256", 0x01c0_0014),
    ("ecc-p384", 0x01c0_0016),
    ("ecc-p521", 0x01c0_0018),
    ("ecc-sm2", 0x01c0_001a),
    ("rsa", 0x01c0_0002),
    ("rsa-2048", 0x01c0_0012),
    ("rsa-3072", 0x01c0_001c),
    ("rsa-4096", 0x01c0_001e),
];
/// Every TPM gives as much at once.
const PART_BYTES: u16 = 512;
/// The longest real ones have two.
const CERTIFICATE_LIMIT_BYTES: u16 = 8 << 10;

pub(super) fn collect(probe: &Probe) -> Result<TpmAnswers, Nothing> {
    // Through the kernel's resource manager, which keeps whoever else speaks with the TPM apart.
    let Some(name) = probe.names(CLASS).into_iter().next() else {
        return if probe.exists(CLASSES) { Ok(TpmAnswers::default()) } else { Err(Nothing::NotThere(CLASS)) };
    };
    let device = format!("/dev/{name}");
    let ask = |command: Vec<u8>| probe.ask(&device, &Question::Tpm { device: device.clone(), command });
    // One that does not answer the first question need not be asked the next.
    let Some(properties) = ask(tpm::get_properties()) else { return Ok(TpmAnswers::default()) };
    let properties = tpm::properties(&properties).unwrap_or_default();
    let certificate = |(key, index): (&str, u32)| {
        let value = stored(&ask, index)?;
        let sha256 = hex::encode(Sha256::digest(tpm::certificate(&value)));
        Some(EkCertificate { key: key.to_owned(), sha256 })
    };
    Ok(TpmAnswers {
        manufacturer: properties.manufacturer.and_then(|letters| clean(&letters)),
        firmware: properties.firmware.map(|(first, second)| format!("{first:08x}.{second:08x}")),
        certificates: CERTIFICATES.into_iter().filter_map(certificate).collect(),
    })
}

/// A stored value, whole; `None` where there is none, or it is not for everybody.
fn stored(ask: &impl Fn(Vec<u8>) -> Option<Vec<u8>>, index: u32) -> Option<Vec<u8>> {
    let value = tpm::stored_value(&ask(tpm::read_public(index))?)?;
    let length =
        Some(value.length).filter(|length| value.is_free_to_read() && *length <= CERTIFICATE_LIMIT_BYTES)?;
    let mut bytes = Vec::new();
    while let Some(left) = length.checked_sub(u16::try_from(bytes.len()).ok()?).filter(|left| *left > 0) {
        let offset = length - left;
        let answer = ask(tpm::read(index, offset, left.min(PART_BYTES)))?;
        let part = tpm::part(&answer).filter(|part| !part.is_empty())?;
        bytes.extend(part.get(..left.into()).unwrap_or(part));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    fn answer(tag: u16, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(10 + body.len()).unwrap();
        [&tag.to_be_bytes()[..], &length.to_be_bytes(), &[0; 4], body].concat()
    }

    fn part(bytes: &[u8]) -> Vec<u8> {
        let length = u16::try_from(bytes.len()).unwrap();
        let mut body = u32::from(length + 2).to_be_bytes().to_vec();
        body.extend(length.to_be_bytes());
        body.extend(bytes);
        answer(0x8002, &body)
    }

    fn asked(tree: Builder, command: Vec<u8>, answer: &[u8]) -> Builder {
        tree.answer(&Question::Tpm { device: "/dev/tpmrm0".into(), command }, answer)
    }

    /// What is to be said of a value that anybody may read.
    fn public(index: u32, length: u16) -> Vec<u8> {
        let mut public = vec![0, 0];
        public.extend(index.to_be_bytes());
        public.extend([0, 0x0b]);
        public.extend((1_u32 << 18 | 1 << 25 | 1 << 29).to_be_bytes());
        public.extend([0, 0]);
        public.extend(length.to_be_bytes());
        answer(0x8001, &public)
    }

    #[test]
    fn a_certificate_is_read_in_parts_and_its_padding_left_out() {
        let index = 0x01c0_0002_u32;
        let mut stored = vec![0x30, 0x82, 2, 0x54];
        stored.resize(600, 7);
        let certificate = stored.clone();
        stored.extend([0xff; 20]);
        let mut properties = vec![0];
        properties.extend([6, 1, 0x105, u32::from_be_bytes(*b"STM ")].map(u32::to_be_bytes).concat());
        let tree = Builder::new().folder("/sys/class/tpmrm/tpmrm0");
        let tree = asked(tree, tpm::get_properties(), &answer(0x8001, &properties));
        let tree = asked(tree, tpm::read_public(index), &public(index, 620));
        let tree = asked(tree, tpm::read(index, 0, 512), &part(&stored[..512]));
        let tree = asked(tree, tpm::read(index, 512, 108), &part(&stored[512..]));
        let probe = Probe::new(tree.root());
        let found = collect(&probe).unwrap();
        assert_eq!(found.manufacturer.as_deref(), Some("STM"));
        let [one] = found.certificates.as_slice() else { panic!("{found:?}") };
        assert_eq!((one.key.as_str(), &one.sha256), ("rsa", &hex::encode(Sha256::digest(&certificate))));
        assert_eq!(probe.into_warnings(), []);
    }

    #[test]
    fn the_certificates_of_all_keys_are_told_sorted_by_their_kinds() {
        let tree = Builder::new().folder("/sys/class/tpmrm/tpmrm0");
        let tree = asked(tree, tpm::get_properties(), b"");
        let tree = CERTIFICATES.iter().fold(tree, |tree, (_, index)| {
            let own = index.to_be_bytes();
            let tree = asked(tree, tpm::read_public(*index), &public(*index, 4));
            asked(tree, tpm::read(*index, 0, 4), &part(&own))
        });
        let found = collect(&Probe::new(tree.root())).unwrap().certificates;
        assert!(found.len() == CERTIFICATES.len() && found.is_sorted(), "{found:?}");
        let of = |key: &str| found.iter().find(|it| it.key == key).unwrap().sha256.clone();
        assert_eq!(of("ecc-p384"), hex::encode(Sha256::digest([1, 0xc0, 0, 0x16])));
    }

    #[test]
    fn no_tpm_and_a_forbidden_one_have_nothing_to_say() {
        let probe = Probe::new(Builder::new().folder("/sys/class").root());
        assert_eq!(collect(&probe).unwrap(), TpmAnswers::default());
        assert!(collect(&Probe::new(Builder::new().root())).is_err());
        let question = Question::Tpm { device: "/dev/tpmrm0".into(), command: tpm::get_properties() };
        let tree = Builder::new().folder("/sys/class/tpmrm/tpmrm0").refused(&question.name());
        let probe = Probe::new(tree.root());
        assert_eq!(collect(&probe).unwrap(), TpmAnswers::default());
        let warnings = probe.into_warnings();
        assert_eq!(
            (warnings[0].path.as_str(), warnings[0].reason.as_str()),
            ("/dev/tpmrm0", "permission denied")
        );
    }
}
