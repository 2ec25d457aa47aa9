//! SMBIOS tables (DMTF DSP0134 3.8): structures of numbered fields, each followed by its strings.
//!
//! Nothing is copied and nothing is indexed: a table has some tens of kilobytes, and is walked anew for each question.

#[cfg(test)]
mod tests;

/// 6.1.2: type, length, handle.
const HEADER_BYTES: usize = 4;
/// 7.45: what stands behind it is not the table's.
const END_OF_TABLE: u8 = 127;

/// The tables of one machine.
#[derive(Debug, Clone)]
pub struct Tables {
    bytes: Vec<u8>,
    version: Option<(u8, u8)>,
}

/// One structure. Its fields are asked for by the offsets that the specification gives; a field that lies beyond the
/// structure's length is absent.
#[derive(Debug, Clone, Copy)]
pub struct Structure<'a> {
    /// Header and fields.
    fields: &'a [u8],
    strings: &'a [u8],
}

impl Tables {
    /// The tables, with the entry point that leads to them; empty or broken, it tells no version.
    #[must_use]
    pub fn new(entry_point: &[u8], bytes: Vec<u8>) -> Self {
        Self { bytes, version: version(entry_point) }
    }

    /// The specification's version that the tables follow.
    #[must_use]
    pub fn version(&self) -> Option<(u8, u8)> {
        self.version
    }

    /// All structures, in the firmware's order, up to the first that is broken.
    pub fn structures(&self) -> impl Iterator<Item = Structure<'_>> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || {
            let (structure, behind) = split(rest)?;
            rest = behind;
            Some(structure)
        })
    }

    /// All structures of a type, in the firmware's order.
    pub fn all(&self, kind: u8) -> impl Iterator<Item = Structure<'_>> {
        self.structures().filter(move |structure| structure.kind() == kind)
    }

    /// The first structure of a type.
    #[must_use]
    pub fn first(&self, kind: u8) -> Option<Structure<'_>> {
        self.all(kind).next()
    }

    /// The 16 bytes of a UUID in the order in which they are written; all zeros and all ones mean that there is none.
    #[must_use]
    pub fn uuid(&self, structure: Structure<'_>, offset: usize) -> Option<[u8; 16]> {
        let mut octets = *structure.bytes(offset, 16)?.first_chunk::<16>()?;
        if octets == [0; 16] || octets == [0xff; 16] {
            return None;
        }
        // 7.2.1: since 2.6 the first three fields are little-endian.
        if self.version.is_none_or(|version| version >= (2, 6)) {
            let (fields, _rest) = octets.split_at_mut(8);
            let (first, others) = fields.split_at_mut(4);
            let (second, third) = others.split_at_mut(2);
            first.reverse();
            second.reverse();
            third.reverse();
        }
        Some(octets)
    }
}

/// 5.2: major and minor number, from the 64-bit, the 32-bit or the legacy entry point.
fn version(entry: &[u8]) -> Option<(u8, u8)> {
    let byte = |offset: usize| entry.get(offset).copied();
    if entry.starts_with(b"_SM3_") {
        Some((byte(7)?, byte(8)?))
    } else if entry.starts_with(b"_SM_") {
        Some((byte(6)?, byte(7)?))
    } else if entry.starts_with(b"_DMI_") {
        byte(14).map(|decimal| (decimal >> 4, decimal & 0x0f))
    } else {
        None
    }
}

/// The first structure, and what stands behind it.
fn split(bytes: &[u8]) -> Option<(Structure<'_>, &[u8])> {
    let [kind, length, ..] = *bytes else { return None };
    let length = usize::from(length);
    if kind == END_OF_TABLE || length < HEADER_BYTES {
        return None;
    }
    let (fields, behind) = bytes.split_at_checked(length)?;
    // 6.1.3: the strings end with two zero bytes, also where there is none.
    let end = behind.windows(2).position(|pair| pair == [0, 0]).unwrap_or(behind.len());
    let (strings, behind) = behind.split_at(end);
    Some((Structure { fields, strings }, behind.get(2..).unwrap_or_default()))
}

impl<'a> Structure<'a> {
    /// The structure's type.
    #[must_use]
    pub fn kind(&self) -> u8 {
        self.byte(0).unwrap_or(END_OF_TABLE)
    }

    /// By which other structures refer to this one.
    #[must_use]
    pub fn handle(&self) -> Option<u16> {
        self.word(2)
    }

    /// Header and fields, without the strings.
    #[must_use]
    pub fn fields(&self) -> &'a [u8] {
        self.fields
    }

    /// Some bytes.
    #[must_use]
    pub fn bytes(&self, offset: usize, length: usize) -> Option<&'a [u8]> {
        self.fields.get(offset..offset.checked_add(length)?)
    }

    /// A number of 8 bits.
    #[must_use]
    pub fn byte(&self, offset: usize) -> Option<u8> {
        self.fields.get(offset).copied()
    }

    /// A number of 16 bits.
    #[must_use]
    pub fn word(&self, offset: usize) -> Option<u16> {
        self.number(offset).map(u16::from_le_bytes)
    }

    /// A number of 32 bits.
    #[must_use]
    pub fn dword(&self, offset: usize) -> Option<u32> {
        self.number(offset).map(u32::from_le_bytes)
    }

    /// A number of 64 bits.
    #[must_use]
    pub fn qword(&self, offset: usize) -> Option<u64> {
        self.number(offset).map(u64::from_le_bytes)
    }

    fn number<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        self.fields.get(offset..)?.first_chunk().copied()
    }

    /// The string that the field at this offset refers to.
    #[must_use]
    pub fn string(&self, offset: usize) -> Option<&'a [u8]> {
        // Strings are counted from one; zero is none.
        let index = usize::from(self.byte(offset)?).checked_sub(1)?;
        self.strings().nth(index)
    }

    /// All strings, in their order.
    pub fn strings(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let strings = self.strings;
        (!strings.is_empty()).then(|| strings.split(|byte| *byte == 0)).into_iter().flatten()
    }
}
