//! How the clock does: by the kernel's own word (adjtimex), and beside the battery-backed clock.

use decode::timex::Timex;
use inventory::ClockState;

use crate::collect::Nothing;
use crate::probe::Probe;
use crate::root::Question;

const RTC: &str = "/sys/class/rtc/rtc0/since_epoch";

pub(super) fn read(probe: &Probe) -> Result<Option<ClockState>, Nothing> {
    let answer = probe.ask("adjtimex", &Question::Timex);
    let rtc_secs: Option<i64> = probe.number(RTC);
    Ok(answer.as_deref().and_then(Timex::parse).map(|timex| state(timex, rtc_secs)))
}

fn state(timex: Timex, rtc_secs: Option<i64>) -> ClockState {
    // Where nobody synchronises the clock its errors are what the last who did left behind.
    let held = |micros: i64| u64::try_from(micros).ok().filter(|_| timex.synchronised);
    ClockState {
        synchronised: Some(timex.synchronised),
        offset_micros: timex.synchronised.then_some(ratio(timex.offset_nanos, 1000.0)),
        estimated_error_micros: held(timex.estimated_error_micros),
        max_error_micros: held(timex.max_error_micros),
        frequency_ppm: Some(ratio(timex.frequency_scaled_ppm, 65_536.0)),
        rtc_ahead_secs: rtc_secs.and_then(|rtc| rtc.checked_sub(timex.now_secs)),
        server_ahead_ms: None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "clocks are off by less than 53 bits of nanoseconds")]
fn ratio(value: i64, unit: f64) -> f64 {
    value as f64 / unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    fn timex(status: i32) -> Vec<u8> {
        let mut bytes = vec![0; 4 + 208];
        let mut put =
            |offset: usize, field: &[u8]| bytes[offset..offset + field.len()].copy_from_slice(field);
        put(4 + 8, &(-1500_i64).to_le_bytes());
        put(4 + 16, &(-131_072_i64).to_le_bytes());
        put(4 + 24, &16_000_000_i64.to_le_bytes());
        put(4 + 32, &120_i64.to_le_bytes());
        put(4 + 40, &status.to_le_bytes());
        put(4 + 72, &1_795_257_600_i64.to_le_bytes());
        bytes
    }

    fn clock(tree: &Builder) -> Option<ClockState> {
        read(&Probe::new(tree.root())).unwrap()
    }

    #[test]
    fn a_held_clock_tells_its_offset_and_one_that_nobody_holds_does_not() {
        let held = Builder::new().answer(&Question::Timex, &timex(0x2001)).file(RTC, "1795261199\n");
        let held = clock(&held).unwrap();
        assert_eq!(
            (held.synchronised, held.offset_micros, held.frequency_ppm),
            (Some(true), Some(-1.5), Some(-2.0))
        );
        assert_eq!((held.estimated_error_micros, held.max_error_micros), (Some(120), Some(16_000_000)));
        assert_eq!(held.rtc_ahead_secs, Some(3599));

        let free = clock(&Builder::new().answer(&Question::Timex, &timex(0x2040))).unwrap();
        assert_eq!((free.synchronised, free.offset_micros, free.max_error_micros), (Some(false), None, None));
        assert_eq!(free.rtc_ahead_secs, None);
    }

    #[test]
    fn without_an_answer_there_is_no_clock_and_junk_is_none() {
        assert_eq!(clock(&Builder::new().file(RTC, "1795261199\n")), None);
        assert_eq!(clock(&Builder::new().answer(&Question::Timex, &[1; 20])), None);
        let far = Builder::new().answer(&Question::Timex, &timex(1)).file(RTC, "-9223372036854775808");
        assert_eq!(clock(&far).unwrap().rtc_ahead_secs, None);
    }
}
