//! `fs.usage`: a filesystem fills up.
//!
//! Left alone: what is mounted read-only (nobody can fill it, and images are full by nature), what says nothing of its
//! size, and what is smaller than `min_size_mib` (a firmware's partition of a few megabytes is full from the day that it
//! is made). The agent reports no loop mounts and no image formats.
//!
//! That little is free counts beside the percentage, for 5 % of a large filesystem may be plenty and 10 % of a middling
//! one next to nothing. On a filesystem smaller than twice that room it would always be so, and says nothing.

use inventory::FilesystemUse;

use crate::rules::evidence::{Telling, name};
use crate::rules::hysteresis::{Level, Reading, Timing, Zone};
use crate::settings::FilesystemSettings;

const GIB: f64 = 1_073_741_824.0;
/// Room that was too little is enough again only when there is a fifth more.
const ENOUGH_AGAIN: f64 = 1.2;

/// How full a filesystem is, and how full it may be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fullness {
    mount: String,
    used_percent: f64,
    free_gib: f64,
    warn_percent: f64,
    crit_percent: f64,
    crit_free_gib: Option<f64>,
}

/// What the rule makes of a filesystem; nothing when it leaves it alone.
pub(crate) fn read(filesystem: &FilesystemUse, settings: &FilesystemSettings) -> Option<(Reading, Fullness)> {
    if filesystem.read_only || filesystem.size_bytes < settings.min_size_mib.saturating_mul(1 << 20) {
        return None;
    }
    let used_percent = filesystem.used_percent()?;
    let (free_gib, size_gib) = (gib(filesystem.available_bytes), gib(filesystem.size_bytes));
    let least_gib = Some(settings.crit_free_gib).filter(|least| *least > 0.0 && size_gib >= 2.0 * least);
    let low = Zone::of(used_percent, settings.warn_percent, settings.warn_clear_percent);
    let by_percent = Zone::of(used_percent, settings.crit_percent, settings.crit_clear_percent);
    let by_room = match least_gib {
        Some(least) if used_percent >= settings.warn_percent && free_gib < least => Zone::Fires,
        Some(least) if low != Zone::Clear && free_gib < least * ENOUGH_AGAIN => Zone::Between,
        _ => Zone::Clear,
    };
    let high = match (by_percent, by_room) {
        (Zone::Fires, _) | (_, Zone::Fires) => Zone::Fires,
        (Zone::Clear, Zone::Clear) => Zone::Clear,
        _ => Zone::Between,
    };
    let fullness = Fullness {
        mount: filesystem.mount.clone(),
        used_percent,
        free_gib,
        warn_percent: settings.warn_percent,
        crit_percent: settings.crit_percent,
        crit_free_gib: least_gib,
    };
    Some((Reading { low, high, at_once: false }, fullness))
}

/// Its times.
pub(crate) fn timing(settings: &FilesystemSettings) -> Timing {
    Timing {
        low_for: settings.warn_for.get(),
        high_for: settings.crit_for.get(),
        clear_for: settings.clear_for.get(),
    }
}

fn gib(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "nobody reads a filesystem's size to the byte")]
    let bytes = bytes as f64;
    bytes / GIB
}

impl Fullness {
    pub(crate) fn problem(&self, level: Level) -> Telling {
        let limit = match (level, self.crit_free_gib) {
            (Level::Low, _) => format!("Warning from {} % on.", self.warn_percent),
            (Level::High, Some(least)) => format!(
                "Critical from {} % on, or from {} % on with less than {least} GiB free.",
                self.crit_percent, self.warn_percent
            ),
            (Level::High, None) => format!("Critical from {} % on.", self.crit_percent),
        };
        Telling {
            title: format!("{} is {:.0} % full", name(&self.mount), self.used_percent.floor()),
            text: format!("{:.1} % used, {:.1} GiB free. {limit}", self.used_percent, self.free_gib),
        }
    }

    pub(crate) fn ending(&self) -> Telling {
        Telling {
            title: format!("{} has room again", name(&self.mount)),
            text: format!("{:.1} % used, {:.1} GiB free.", self.used_percent, self.free_gib),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const G: u64 = 1 << 30;

    /// A filesystem of so many GiB, filled so far.
    fn filled(size_gib: u64, percent: f64) -> FilesystemUse {
        let size_bytes = size_gib * G;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a test"
        )]
        let used_bytes = (size_bytes as f64 * percent / 100.0).ceil() as u64;
        FilesystemUse {
            mount: "/data".into(),
            size_bytes,
            used_bytes,
            available_bytes: size_bytes - used_bytes,
            read_only: false,
            ..FilesystemUse::default()
        }
    }

    fn zones(size_gib: u64, percent: f64) -> (Zone, Zone) {
        let (reading, _) = read(&filled(size_gib, percent), &FilesystemSettings::default()).unwrap();
        (reading.low, reading.high)
    }

    #[test]
    fn the_table_holds_to_the_point() {
        use Zone::{Between, Clear, Fires};
        for (percent, expected) in [
            (84.99, (Clear, Clear)),
            (85.0, (Between, Clear)),
            (89.99, (Between, Clear)),
            (90.0, (Fires, Clear)),
            (91.99, (Fires, Clear)),
            (92.0, (Fires, Between)),
            (94.99, (Fires, Between)),
            (95.0, (Fires, Fires)),
            (100.0, (Fires, Fires)),
        ] {
            assert_eq!(zones(1000, percent), expected, "{percent} %");
        }
    }

    #[test]
    fn little_room_is_critical_where_it_tells_something() {
        use Zone::{Between, Clear, Fires};
        // 40 GiB: 90 % leaves 4 GiB. 60 GiB: 90 % leaves 6 GiB, which is not quite enough again.
        assert_eq!(zones(40, 90.0), (Fires, Fires));
        assert_eq!(zones(40, 86.0), (Between, Between));
        assert_eq!(zones(40, 84.0), (Clear, Clear));
        assert_eq!(zones(59, 90.0), (Fires, Between));
        assert_eq!(zones(70, 90.0), (Fires, Clear));
        // A boot partition of 1 GiB never has 5 GiB free.
        assert_eq!(zones(1, 91.0), (Fires, Clear));
    }

    #[test]
    fn what_nobody_can_fill_is_left_alone() {
        let settings = FilesystemSettings::default();
        let read_only = FilesystemUse { read_only: true, ..filled(100, 100.0) };
        let tiny = FilesystemUse { size_bytes: 32 << 20, ..filled(1, 100.0) };
        let empty = FilesystemUse { used_bytes: 0, available_bytes: 0, ..filled(1, 0.0) };
        let forged = FilesystemUse { used_bytes: u64::MAX, available_bytes: u64::MAX, ..filled(1, 0.0) };
        for filesystem in [read_only, tiny, empty, forged] {
            assert_eq!(read(&filesystem, &settings), None, "{filesystem:?}");
        }
    }

    #[test]
    fn it_is_told_with_value_and_limit() {
        let (_, fullness) = read(&filled(40, 97.0), &FilesystemSettings::default()).unwrap();
        let told = fullness.problem(Level::High);
        assert_eq!(told.title, "/data is 97 % full");
        assert_eq!(
            told.text,
            "97.0 % used, 1.2 GiB free. Critical from 95 % on, or from 90 % on with less than 5 GiB free."
        );
        assert_eq!(fullness.ending().title, "/data has room again");
    }
}
