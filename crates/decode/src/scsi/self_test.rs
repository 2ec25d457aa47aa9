//! The log page of self-test results (SPC-5 7.3.18): twenty, the newest first.

use super::log::{SELF_TEST, parameters};
use crate::bytes::{be16, byte};
use crate::self_test::{Outcome, SelfTest};

/// The newest result; `None` when there was no test.
#[must_use]
pub fn last_self_test(page: &[u8]) -> Option<SelfTest> {
    let newest = parameters(page, SELF_TEST).find(|result| result.code == 1)?.value;
    let (result, hours) = (byte(newest, 0)?, be16(newest, 2)?);
    // A place that was never used is all zeros: a test has a code.
    if result >> 5 == 0 {
        return None;
    }
    let outcome = match result & 0x0f {
        0x0 => Outcome::Passed,
        0x1 | 0x2 => Outcome::Aborted,
        0x3..=0x7 => Outcome::Failed,
        0xf => Outcome::Running,
        _ => return None,
    };
    // The counter stops at its greatest.
    Some(SelfTest { outcome, power_on_hours: (hours != u16::MAX).then_some(hours.into()) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(result: u8) -> Vec<u8> {
        let mut page = vec![0x10, 0, 0, 20, 0, 1, 3, 16, result, 0, 0x04, 0xd2];
        page.resize(24, 0);
        page
    }

    #[test]
    fn the_newest_result_is_told() {
        let told = |result| last_self_test(&page(result)).map(|test| test.outcome);
        assert_eq!(last_self_test(&page(0x20)).unwrap().power_on_hours, Some(1234));
        assert_eq!(
            (told(0x44), told(0x21), told(0x2f)),
            (Some(Outcome::Failed), Some(Outcome::Aborted), Some(Outcome::Running))
        );
        assert_eq!((told(0), told(0x2a)), (None, None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>, cut in 0..24_usize) {
            let _ = (last_self_test(&bytes), last_self_test(&page(0x20)[..cut]));
        }
    }
}
