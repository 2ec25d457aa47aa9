//! The state of the kernel's clock: `struct timex` of adjtimex(2), as 64-bit kernels lay it out (`linux/timex.h`).

/// `STA_UNSYNC`: nobody synchronises the clock.
const UNSYNCHRONISED: i32 = 0x0040;
/// `STA_NANO`: the offset is in nanoseconds, not in microseconds.
const NANOSECONDS: i32 = 0x2000;
/// What the call returns where the clock is not synchronised: `TIME_ERROR`.
const CLOCK_IS_WRONG: i32 = 5;

/// How the clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timex {
    /// The kernel holds it to be synchronised.
    pub synchronised: bool,
    /// What is still to be corrected; nothing to go by where the clock is not synchronised.
    pub offset_nanos: i64,
    /// By how much the oscillator is corrected: parts per million, times 65,536.
    pub frequency_scaled_ppm: i64,
    /// How wrong the clock may be.
    pub max_error_micros: i64,
    /// How wrong it is likely to be.
    pub estimated_error_micros: i64,
    /// What time it is, in seconds since 1970.
    pub now_secs: i64,
}

impl Timex {
    /// Reads the call's return value (`i32`), then the structure, both little-endian.
    #[must_use]
    pub fn parse(answer: &[u8]) -> Option<Self> {
        let (returned, timex) = answer.split_first_chunk()?;
        let wide = |offset: usize| timex.get(offset..)?.first_chunk().copied().map(i64::from_le_bytes);
        let status = timex.get(40..)?.first_chunk().copied().map(i32::from_le_bytes)?;
        let offset = wide(8)?;
        Some(Self {
            synchronised: status & UNSYNCHRONISED == 0 && i32::from_le_bytes(*returned) != CLOCK_IS_WRONG,
            offset_nanos: if status & NANOSECONDS == 0 { offset.saturating_mul(1000) } else { offset },
            frequency_scaled_ppm: wide(16)?,
            max_error_micros: wide(24)?,
            estimated_error_micros: wide(32)?,
            now_secs: wide(72)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(returned: i32, status: i32) -> Vec<u8> {
        let mut bytes = vec![0; 4 + 208];
        let mut put =
            |offset: usize, field: &[u8]| bytes[offset..offset + field.len()].copy_from_slice(field);
        put(0, &returned.to_le_bytes());
        put(4 + 8, &(-2500_i64).to_le_bytes());
        put(4 + 16, &(65_536_i64 * 12).to_le_bytes());
        put(4 + 24, &500_000_i64.to_le_bytes());
        put(4 + 32, &900_i64.to_le_bytes());
        put(4 + 40, &status.to_le_bytes());
        put(4 + 72, &1_795_257_600_i64.to_le_bytes());
        bytes
    }

    #[test]
    fn a_clock_is_synchronised_when_both_say_so() {
        let timex = |returned, status| Timex::parse(&answer(returned, status)).unwrap();
        let good = timex(0, NANOSECONDS | 1);
        assert_eq!((good.synchronised, good.offset_nanos, good.frequency_scaled_ppm), (true, -2500, 786_432));
        assert_eq!((good.max_error_micros, good.estimated_error_micros), (500_000, 900));
        assert_eq!(good.now_secs, 1_795_257_600);
        assert_eq!(timex(0, 1).offset_nanos, -2_500_000);
        assert!(!timex(5, 1).synchronised && !timex(0, UNSYNCHRONISED).synchronised);
    }

    proptest! {
        #[test]
        fn any_answer_is_survived(bytes: Vec<u8>, cut in 0_usize..212) {
            let _ = Timex::parse(&bytes);
            prop_assert_eq!(Timex::parse(&answer(0, 0)[..cut]).is_some(), cut >= 84);
        }
    }
}
