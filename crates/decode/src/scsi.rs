//! SCSI: vital product data, log pages, defect lists, sense data (SPC-5, SBC-4). All numbers are big-endian.

pub mod defects;
pub mod log;
mod self_test;
mod sense;
pub mod vpd;

pub use self_test::last_self_test;
pub use sense::{Power, Sense};

use crate::bytes::{ascii, byte};

/// Standard INQUIRY data (SPC-5 6.7.2), which the kernel keeps in sysfs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inquiry {
    /// The peripheral device type: 0 is a disk.
    pub device_type: u8,
    /// Eight characters; `ATA` is a translator's word.
    pub vendor: Option<String>,
    /// Sixteen characters.
    pub product: Option<String>,
    /// Four characters.
    pub revision: Option<String>,
}

impl Inquiry {
    /// Decodes it; `None` when it is cut.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            device_type: byte(bytes, 0)? & 0x1f,
            vendor: ascii(bytes.get(8..16)?),
            product: ascii(bytes.get(16..32)?),
            revision: ascii(bytes.get(32..36)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_disk_gives_its_name() {
        let bytes = [&[0, 0, 5, 0x12, 0x1f, 0, 0, 0x12][..], b"SEAGATE ST600MM0006     2.5+"].concat();
        let said = Inquiry::decode(&bytes).unwrap();
        assert_eq!((said.vendor.as_deref(), said.product.as_deref()), (Some("SEAGATE"), Some("ST600MM0006")));
        assert_eq!((said.device_type, said.revision.as_deref()), (0, Some("2.5+")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let _ = Inquiry::decode(&bytes);
        }
    }
}
