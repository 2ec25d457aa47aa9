//! What an ATA command without data leaves in the drive's registers, as SCSI's sense data carry it (SAT-5 12.2.2.6).

use crate::bytes::byte;

/// The descriptor's kind.
const ATA_STATUS_RETURN: u8 = 0x09;

/// The registers after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registers {
    /// Error.
    pub error: u8,
    /// Status; bit 0 says that there was an error.
    pub status: u8,
    /// Count, its lower byte.
    pub count: u8,
    /// Logical block address, its three lower bytes, the lowest first.
    pub address: [u8; 3],
}

/// Answer to CHECK POWER MODE (ACS-4 7.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerMode {
    /// To answer more it would have to spin up.
    Standby,
    /// Idle or active.
    Awake,
}

impl Registers {
    /// Out of sense data, of either format; `None` when they carry no registers.
    #[must_use]
    pub fn from_sense(sense: &[u8]) -> Option<Self> {
        match byte(sense, 0)? & 0x7f {
            0x72 => Self::from_descriptors(sense.get(8..)?),
            // Kernels from 6.10 on answer in the fixed format, unless told otherwise (additional sense 00/1D).
            0x70 if (byte(sense, 12), byte(sense, 13)) == (Some(0x00), Some(0x1d)) => Some(Self {
                error: byte(sense, 3)?,
                status: byte(sense, 4)?,
                count: byte(sense, 6)?,
                address: [byte(sense, 9)?, byte(sense, 10)?, byte(sense, 11)?],
            }),
            _ => None,
        }
    }

    fn from_descriptors(mut rest: &[u8]) -> Option<Self> {
        while let Some((&[kind, length], after)) = rest.split_first_chunk() {
            if kind == ATA_STATUS_RETURN {
                let at = |offset| byte(after, offset);
                return Some(Self {
                    error: at(1)?,
                    count: at(3)?,
                    address: [at(5)?, at(7)?, at(9)?],
                    status: at(11)?,
                });
            }
            rest = after.get(usize::from(length)..)?;
        }
        None
    }

    /// The command ended without an error: bit 0 is not set, and bit 6 (ready) is, which it is not in registers that an
    /// adapter left empty.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.status & 0x41 == 0x40
    }

    /// After SMART RETURN STATUS: whether the drive holds itself to be well (ATA8-ACS 7.53.10).
    #[must_use]
    pub const fn smart_passed(&self) -> Option<bool> {
        match (self.is_good(), self.address) {
            (true, [_, 0x4f, 0xc2]) => Some(true),
            (true, [_, 0xf4, 0x2c]) => Some(false),
            _ => None,
        }
    }

    /// After CHECK POWER MODE.
    #[must_use]
    pub const fn power_mode(&self) -> Option<PowerMode> {
        match (self.is_good(), self.count) {
            // Standby z and y; 0x40: spun down, served from non-volatile memory.
            (true, 0x00 | 0x01 | 0x40) => Some(PowerMode::Standby),
            (true, 0x41 | 0x80..=0x83 | 0xff) => Some(PowerMode::Awake),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn descriptor(count: u8, address: [u8; 3], status: u8) -> Vec<u8> {
        let [low, middle, high] = address;
        // Another descriptor stands before it.
        let mut sense = vec![0x72, 1, 0, 0x1d, 0, 0, 0, 26, 0x00, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        sense.extend([0x09, 12, 0, 0, 0, count, 0, low, 0, middle, 0, high, 0, status]);
        sense
    }

    fn fixed(count: u8, [low, middle, high]: [u8; 3]) -> Vec<u8> {
        vec![0x70, 0, 1, 0, 0x50, 0, count, 10, 0, low, middle, high, 0x00, 0x1d, 0, 0, 0, 0]
    }

    #[test]
    fn the_verdict_stands_in_the_address() {
        for (address, passed) in
            [([0, 0x4f, 0xc2], Some(true)), ([0, 0xf4, 0x2c], Some(false)), ([0; 3], None)]
        {
            for sense in [descriptor(0, address, 0x50), fixed(0, address)] {
                assert_eq!(Registers::from_sense(&sense).unwrap().smart_passed(), passed);
            }
        }
        let refused = Registers::from_sense(&descriptor(0, [0, 0x4f, 0xc2], 0x51)).unwrap();
        assert_eq!((refused.smart_passed(), refused.power_mode()), (None, None));
        let empty = Registers::from_sense(&descriptor(0, [0; 3], 0)).unwrap();
        assert_eq!(empty.power_mode(), None);
    }

    #[test]
    fn the_power_mode_stands_in_the_count() {
        let mode = |count| Registers::from_sense(&descriptor(count, [0; 3], 0x50)).unwrap().power_mode();
        assert_eq!(
            (mode(0x00), mode(0xff), mode(0x80)),
            (Some(PowerMode::Standby), Some(PowerMode::Awake), Some(PowerMode::Awake))
        );
        assert_eq!(mode(0x22), None);
        assert_eq!(Registers::from_sense(&fixed(0xff, [0; 3])).unwrap().power_mode(), Some(PowerMode::Awake));
    }

    #[test]
    fn other_sense_data_carry_no_registers() {
        assert_eq!(Registers::from_sense(&[0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x20, 0]), None);
        assert_eq!(Registers::from_sense(&[]), None);
        assert_eq!(Registers::from_sense(&[0x72, 1, 0, 0x1d, 0, 0, 0, 0]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(mut bytes: Vec<u8>, cut in 0..34_usize) {
            let _ = Registers::from_sense(&bytes);
            if let Some(first) = bytes.first_mut() {
                *first = 0x72;
            }
            let _ = Registers::from_sense(&bytes);
            let _ = Registers::from_sense(&descriptor(0, [0; 3], 0)[..cut]);
        }
    }
}
