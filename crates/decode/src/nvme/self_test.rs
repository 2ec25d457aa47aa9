//! The Device Self-test log page (5.16.1.7, figures 211 and 212).

use crate::bytes::{byte, le64};
use crate::self_test::{Outcome, SelfTest};

const NEWEST_AT: usize = 4;
const RUNNING_MASK: u8 = 0x0f;

/// The self-test that runs, or else the newest that ended; `None` when there was none.
#[must_use]
pub fn last_self_test(bytes: &[u8]) -> Option<SelfTest> {
    if byte(bytes, 0)? & RUNNING_MASK != 0 {
        return Some(SelfTest { outcome: Outcome::Running, power_on_hours: None });
    }
    let outcome = match byte(bytes, NEWEST_AT)? & 0x0f {
        0x0 => Outcome::Passed,
        // By a command, a reset, a namespace that went, a format, for no known reason, by a sanitize.
        0x1..=0x4 | 0x8 | 0x9 => Outcome::Aborted,
        0x5..=0x7 => Outcome::Failed,
        // 0xF: this place was never used.
        _ => return None,
    };
    // Also never used: a code of 0, which no test has.
    if byte(bytes, NEWEST_AT)? >> 4 == 0 {
        return None;
    }
    Some(SelfTest { outcome, power_on_hours: le64(bytes, NEWEST_AT + 4) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn log(current: u8, newest: u8) -> Vec<u8> {
        let mut bytes = vec![0; 564];
        bytes[0] = current;
        bytes[4] = newest;
        bytes[8..16].copy_from_slice(&1234_u64.to_le_bytes());
        bytes
    }

    #[test]
    fn the_newest_result_is_told() {
        let told = |current, newest| last_self_test(&log(current, newest)).map(|test| test.outcome);
        assert_eq!(last_self_test(&log(0, 0x10)).unwrap().power_on_hours, Some(1234));
        assert_eq!((told(0, 0x20), told(0, 0x17)), (Some(Outcome::Passed), Some(Outcome::Failed)));
        assert_eq!((told(0, 0x11), told(1, 0x20)), (Some(Outcome::Aborted), Some(Outcome::Running)));
        assert_eq!((told(0, 0x0f), told(0, 0x00), told(0, 0x1c)), (None, None, None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>, cut in 0..564_usize) {
            let _ = (last_self_test(&bytes), last_self_test(&log(0, 0x10)[..cut]));
        }
    }
}
