//! The SMART / Health Information log page (5.16.1.3, figure 207).

use crate::bytes::{byte, kelvin, le16, le32, le128};

/// One data unit is a thousand blocks of 512 bytes.
const DATA_UNIT_BYTES: u64 = 512_000;

/// How a drive does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// What the drive warns of.
    pub warning: CriticalWarning,
    /// The composite temperature: the one that its maker's limits are about.
    pub temp_celsius: Option<i32>,
    /// The drive's sensors, as far as it has them, in their order.
    pub sensors_celsius: Vec<i32>,
    /// Spare blocks that are left, of 100.
    pub spare_percent: u8,
    /// Where its maker holds the spare to be too little.
    pub spare_threshold_percent: u8,
    /// The life that its maker foresaw for it, used: passes 100 in a drive that outlives it, and stays at 255.
    pub percentage_used: u8,
    /// Read by the host.
    pub read_bytes: u64,
    /// Written by the host.
    pub written_bytes: u64,
    /// Times that it was switched on.
    pub power_cycles: u64,
    /// Hours that it was on.
    pub power_on_hours: u64,
    /// Times that the power went without a word before.
    pub unsafe_shutdowns: u64,
    /// Blocks whose data could not be had back. A drive with some may still call itself well.
    pub media_errors: u64,
    /// Entries that its error log ever had; harmless ones as well.
    pub error_log_entries: u64,
    /// Minutes above the maker's warning limit.
    pub warning_minutes: Option<u32>,
    /// Minutes above the maker's critical limit.
    pub critical_minutes: Option<u32>,
}

/// The bits of Critical Warning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CriticalWarning {
    /// Bit 0.
    pub spare_low: bool,
    /// Bit 1: outside the maker's limits.
    pub temperature: bool,
    /// Bit 2: too many media errors, or an inner error.
    pub reliability_degraded: bool,
    /// Bit 3.
    pub read_only: bool,
    /// Bit 4: the volatile memory's backup failed: a power cut loses data.
    pub backup_failed: bool,
    /// Bit 5: the persistent memory region can't be written any more.
    pub persistent_memory: bool,
    /// Bits 6 and 7, whose meaning is to come.
    pub other: bool,
}

impl CriticalWarning {
    /// By the byte that holds them.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self {
            spare_low: bits & 1 != 0,
            temperature: bits & 1 << 1 != 0,
            reliability_degraded: bits & 1 << 2 != 0,
            read_only: bits & 1 << 3 != 0,
            backup_failed: bits & 1 << 4 != 0,
            persistent_memory: bits & 1 << 5 != 0,
            other: bits >> 6 != 0,
        }
    }

    /// The drive holds itself to be broken. Heat alone is no defect of the drive.
    #[must_use]
    pub const fn fails(self) -> bool {
        self.spare_low
            || self.reliability_degraded
            || self.read_only
            || self.backup_failed
            || self.persistent_memory
    }
}

impl Health {
    /// Decodes the 512 bytes; `None` when they are too few, or all the same, which is a dead controller's answer.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let counter = |offset| le128(bytes, offset);
        if bytes.iter().all(|byte| *byte == 0) || bytes.iter().all(|byte| *byte == 0xff) {
            return None;
        }
        Some(Self {
            warning: CriticalWarning::from_bits(byte(bytes, 0)?),
            temp_celsius: le16(bytes, 1).and_then(kelvin),
            spare_percent: byte(bytes, 3)?,
            spare_threshold_percent: byte(bytes, 4)?,
            percentage_used: byte(bytes, 5)?,
            read_bytes: counter(32)?.saturating_mul(DATA_UNIT_BYTES),
            written_bytes: counter(48)?.saturating_mul(DATA_UNIT_BYTES),
            power_cycles: counter(112)?,
            power_on_hours: counter(128)?,
            unsafe_shutdowns: counter(144)?,
            media_errors: counter(160)?,
            error_log_entries: counter(176)?,
            warning_minutes: le32(bytes, 192),
            critical_minutes: le32(bytes, 196),
            sensors_celsius: (0..8).filter_map(|sensor| kelvin(le16(bytes, 200 + 2 * sensor)?)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn log() -> Vec<u8> {
        let mut bytes = vec![0; 512];
        bytes[1..3].copy_from_slice(&308_u16.to_le_bytes());
        bytes[3..6].copy_from_slice(&[99, 10, 3]);
        for (offset, value) in
            [(32, 17_176_794), (48, 65_602_088), (112, 25), (128, 12_798), (144, 10), (160, 7)]
        {
            bytes[offset..offset + 16].copy_from_slice(&u128::to_le_bytes(value));
        }
        bytes[176] = 62;
        bytes[200..204].copy_from_slice(&[52, 1, 56, 1]);
        bytes
    }

    #[test]
    fn a_health_log_is_read_whole() {
        let health = Health::decode(&log()).unwrap();
        assert_eq!((health.temp_celsius, &health.sensors_celsius[..]), (Some(35), &[35, 39][..]));
        assert_eq!(
            (health.spare_percent, health.spare_threshold_percent, health.percentage_used),
            (99, 10, 3)
        );
        assert_eq!((health.power_on_hours, health.power_cycles, health.unsafe_shutdowns), (12_798, 25, 10));
        assert_eq!((health.media_errors, health.error_log_entries), (7, 62));
        assert_eq!(health.read_bytes, 17_176_794 * 512_000);
        assert!(!health.warning.fails());
    }

    #[test]
    fn each_warning_has_its_name_and_heat_is_no_defect() {
        let warning = |bits: u8| {
            let mut bytes = log();
            bytes[0] = bits;
            Health::decode(&bytes).unwrap().warning
        };
        assert!(warning(1).spare_low && warning(4).reliability_degraded && warning(8).read_only);
        assert!(warning(2).temperature && !warning(2).fails());
        assert!(warning(16).backup_failed && warning(32).persistent_memory && warning(128).other);
        assert!([1, 4, 8, 16, 32, 0b11].iter().all(|bits| warning(*bits).fails()));
    }

    #[test]
    fn a_drive_past_its_life_and_counters_past_64_bits_are_told() {
        let mut bytes = log();
        bytes[5] = 255;
        bytes[48..64].fill(0xff);
        let health = Health::decode(&bytes).unwrap();
        assert_eq!((health.percentage_used, health.written_bytes), (255, u64::MAX));
    }

    #[test]
    fn a_dead_controllers_answer_is_none() {
        assert_eq!(Health::decode(&[0xff; 512]), None);
        assert_eq!(Health::decode(&[0; 512]), None);
        assert_eq!(Health::decode(&log()[..180]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>, cut in 0..=512_usize, at in 0..512_usize, value: u8) {
            let _ = Health::decode(&bytes);
            let mut real = log();
            real[at] = value;
            let _ = Health::decode(&real[..cut]);
        }
    }
}
