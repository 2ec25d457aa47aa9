//! TPM 2.0 commands that read, and their answers (TCG TPM 2.0 Library, parts 2 and 3).

/// `TPM_CC_NV_ReadPublic`, `TPM_CC_NV_Read`, `TPM_CC_GetCapability`.
pub const NV_READ_PUBLIC: u32 = 0x0000_0169;
/// See [`NV_READ_PUBLIC`].
pub const NV_READ: u32 = 0x0000_014e;
/// See [`NV_READ_PUBLIC`].
pub const GET_CAPABILITY: u32 = 0x0000_017a;

const NO_SESSIONS: u16 = 0x8001;
const SESSIONS: u16 = 0x8002;
const CAPABILITY_PROPERTIES: u32 = 6;
const PROPERTY_MANUFACTURER: u32 = 0x105;
const PROPERTY_FIRMWARE: [u32; 2] = [0x10b, 0x10c];
/// `TPM_RS_PW`: authorisation by a password.
const PASSWORD_SESSION: u32 = 0x4000_0009;
/// `TPMA_NV_AUTHREAD`, `TPMA_NV_NO_DA`, `TPMA_NV_WRITTEN` (part 2, 13.4).
const READ_BY_OWN_PASSWORD: u32 = 1 << 18;
const NO_LOCKOUT: u32 = 1 << 25;
const WRITTEN: u32 = 1 << 29;

/// What a stored value is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredValue {
    /// Its size.
    pub length: u16,
    attributes: u32,
}

impl StoredValue {
    /// Whether it may be read with its own empty password, and a refusal does not count towards the TPM's lockout.
    #[must_use]
    pub const fn is_free_to_read(&self) -> bool {
        const NEEDED: u32 = READ_BY_OWN_PASSWORD | NO_LOCKOUT | WRITTEN;
        self.attributes & NEEDED == NEEDED
    }
}

/// What a TPM says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    /// The maker, in four letters.
    pub manufacturer: Option<[u8; 4]>,
    /// The firmware's version, its two halves.
    pub firmware: Option<(u32, u32)>,
}

/// Which command these bytes are; `None` where they are none.
#[must_use]
pub fn command_code(command: &[u8]) -> Option<u32> {
    word(command, 6)
}

/// Asks for the properties from the maker on.
#[must_use]
pub fn get_properties() -> Vec<u8> {
    command(
        NO_SESSIONS,
        GET_CAPABILITY,
        &[CAPABILITY_PROPERTIES, PROPERTY_MANUFACTURER, 8].map(u32::to_be_bytes).concat(),
    )
}

/// Asks what the value at this index is like.
#[must_use]
pub fn read_public(index: u32) -> Vec<u8> {
    command(NO_SESSIONS, NV_READ_PUBLIC, &index.to_be_bytes())
}

/// Asks for a part of the value at this index, with its own empty password.
#[must_use]
pub fn read(index: u32, offset: u16, length: u16) -> Vec<u8> {
    let mut body = [index, index, 9, PASSWORD_SESSION].map(u32::to_be_bytes).concat();
    // An empty nonce, no attributes, an empty password.
    body.extend([0, 0, 0, 0, 0]);
    body.extend(length.to_be_bytes());
    body.extend(offset.to_be_bytes());
    command(SESSIONS, NV_READ, &body)
}

fn command(tag: u16, code: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(10 + body.len()).unwrap_or(u32::MAX);
    [&tag.to_be_bytes()[..], &length.to_be_bytes(), &code.to_be_bytes(), body].concat()
}

/// What came after the header, when the command was done.
fn body(answer: &[u8]) -> Option<&[u8]> {
    let length = usize::try_from(word(answer, 2)?).ok()?;
    (word(answer, 6)? == 0).then_some(())?;
    answer.get(10..length)
}

/// The answer to [`get_properties`].
#[must_use]
pub fn properties(answer: &[u8]) -> Option<Properties> {
    let body = body(answer)?;
    if word(body, 1)? != CAPABILITY_PROPERTIES {
        return None;
    }
    let pairs = body.get(9..)?.as_chunks::<8>().0.iter().take(usize::try_from(word(body, 5)?).ok()?);
    let values: Vec<(u32, u32)> = pairs.filter_map(|pair| Some((word(pair, 0)?, word(pair, 4)?))).collect();
    let value =
        |wanted: u32| values.iter().find(|(property, _)| *property == wanted).map(|(_, value)| *value);
    let [first, second] = PROPERTY_FIRMWARE.map(value);
    Some(Properties {
        manufacturer: value(PROPERTY_MANUFACTURER).map(u32::to_be_bytes),
        firmware: first.zip(second),
    })
}

/// The answer to [`read_public`]; `None` where there is no such value.
#[must_use]
pub fn stored_value(answer: &[u8]) -> Option<StoredValue> {
    let body = body(answer)?;
    // The public area: index, hash algorithm, attributes, policy, size.
    let attributes = word(body, 8)?;
    let policy = usize::from(half(body, 12)?);
    Some(StoredValue { length: half(body, 14 + policy)?, attributes })
}

/// The answer to [`read`].
#[must_use]
pub fn part(answer: &[u8]) -> Option<&[u8]> {
    let body = body(answer)?;
    let length = usize::from(half(body, 4)?);
    body.get(6..)?.get(..length)
}

/// The certificate in a stored value, without what pads it.
#[must_use]
pub fn certificate(value: &[u8]) -> &[u8] {
    match value {
        // DER: a sequence whose length has two bytes.
        [0x30, 0x82, high, low, ..] => {
            let length = 4 + usize::from(u16::from_be_bytes([*high, *low]));
            value.get(..length).unwrap_or(value)
        }
        _ => value,
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(tag: u16, code: u32, body: &[u8]) -> Vec<u8> {
        command(tag, code, body)
    }

    #[test]
    fn the_maker_and_the_firmware_are_found_among_the_properties() {
        let mut body = vec![0];
        body.extend(
            [6, 3, 0x105, u32::from_be_bytes(*b"INTC"), 0x10b, 0x0007_0055, 0x10c, 9]
                .map(u32::to_be_bytes)
                .concat(),
        );
        let found = properties(&answer(NO_SESSIONS, 0, &body)).unwrap();
        assert_eq!(found, Properties { manufacturer: Some(*b"INTC"), firmware: Some((0x0007_0055, 9)) });
        assert_eq!(properties(&answer(NO_SESSIONS, 0x100, &body)), None, "an error code");
    }

    #[test]
    fn only_what_is_free_to_read_is_read() {
        let public = |attributes: u32| {
            let mut body = vec![0, 0];
            body.extend(0x01c0_0002_u32.to_be_bytes());
            body.extend([0, 0x0b]);
            body.extend(attributes.to_be_bytes());
            body.extend([0, 2, 0xaa, 0xbb, 0x04, 0x10, 0, 0]);
            stored_value(&answer(NO_SESSIONS, 0, &body)).unwrap()
        };
        let usual = public(READ_BY_OWN_PASSWORD | NO_LOCKOUT | WRITTEN);
        assert!(usual.is_free_to_read() && usual.length == 0x0410, "{usual:?}");
        assert!(!public(READ_BY_OWN_PASSWORD | WRITTEN).is_free_to_read(), "a refusal would count");
        assert!(!public(NO_LOCKOUT | WRITTEN).is_free_to_read());
    }

    #[test]
    fn a_part_and_the_certificate_in_it() {
        let mut body = 10_u32.to_be_bytes().to_vec();
        body.extend([0, 8, 0x30, 0x82, 0, 2, 1, 2, 0xff, 0xff, 0, 0, 0, 0, 0]);
        let answer = answer(SESSIONS, 0, &body);
        assert_eq!(certificate(part(&answer).unwrap()), [0x30, 0x82, 0, 2, 1, 2]);
        assert_eq!(command_code(&read(1, 0, 8)), Some(NV_READ));
    }

    proptest! {
        #[test]
        fn any_answer_is_survived(bytes: Vec<u8>, code in 0_u32..2) {
            for bytes in [bytes.clone(), answer(SESSIONS, code, &bytes)] {
                let answers = (properties(&bytes), stored_value(&bytes), part(&bytes).map(certificate));
                prop_assert!(answers.2.is_none_or(|part| part.len() <= bytes.len()));
            }
        }
    }
}
