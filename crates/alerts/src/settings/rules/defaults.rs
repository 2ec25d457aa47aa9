//! What every rule does unless it is told otherwise. Firmware's own limits come first; these stand in where there are none.

use super::{
    AgentRules, BootRules, EventSettings, FilesystemSettings, GatewayRules, IdentityRules, InstallRules,
    MissingSettings, PowerRules, TempRules, TempSettings, UnapprovedSettings,
};
use crate::settings::Span;
use crate::severity::Severity;

impl Default for AgentRules {
    fn default() -> Self {
        Self {
            missing: MissingSettings::default(),
            stopped: EventSettings { enabled: true, after: Span::mins(1), severity: Severity::Warn },
            failed: EventSettings { enabled: true, after: Span::secs(0), severity: Severity::Warn },
        }
    }
}

impl Default for MissingSettings {
    fn default() -> Self {
        Self { enabled: true, warn_after: Span::mins(3), crit_after: Span::mins(15), clear_beats: 2 }
    }
}

impl Default for IdentityRules {
    fn default() -> Self {
        Self { claim: EventSettings { enabled: true, after: Span::secs(0), severity: Severity::Warn } }
    }
}

impl Default for BootRules {
    fn default() -> Self {
        Self { r#loop: EventSettings { enabled: true, after: Span::secs(0), severity: Severity::Warn } }
    }
}

impl Default for GatewayRules {
    fn default() -> Self {
        let at_once = |severity| EventSettings { enabled: true, after: Span::secs(0), severity };
        Self {
            drift: at_once(Severity::Warn),
            half_done: at_once(Severity::Crit),
            lost: at_once(Severity::Warn),
        }
    }
}

impl Default for InstallRules {
    fn default() -> Self {
        let at_once = |severity| EventSettings { enabled: true, after: Span::secs(0), severity };
        Self {
            failed: at_once(Severity::Crit),
            overdue: at_once(Severity::Warn),
            refused: at_once(Severity::Crit),
            leaked: at_once(Severity::Crit),
        }
    }
}

impl Default for PowerRules {
    fn default() -> Self {
        Self { button: EventSettings { enabled: true, after: Span::secs(0), severity: Severity::Warn } }
    }
}

impl Default for UnapprovedSettings {
    fn default() -> Self {
        Self { enabled: true, after: Span::mins(1), again_after: Span::mins(15), severity: Severity::Info }
    }
}

impl Default for FilesystemSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            warn_percent: 90.0,
            crit_percent: 95.0,
            crit_free_gib: 5.0,
            warn_clear_percent: 85.0,
            crit_clear_percent: 92.0,
            warn_for: Span::mins(5),
            crit_for: Span::mins(2),
            clear_for: Span::secs(0),
            min_size_mib: 64,
        }
    }
}

impl Default for TempRules {
    fn default() -> Self {
        let slow = TempSettings {
            enabled: true,
            warn_celsius: 50.0,
            crit_celsius: 60.0,
            warn_margin_celsius: 10.0,
            crit_margin_celsius: 0.0,
            warn_clear_margin_celsius: 5.0,
            crit_clear_margin_celsius: 5.0,
            warn_for: Span::mins(15),
            crit_for: Span::mins(5),
            clear_for: Span::secs(0),
        };
        Self {
            // The drive's own limit is where it begins to throttle: a warning comes shortly before.
            nvme: TempSettings {
                warn_celsius: 70.0,
                crit_celsius: 80.0,
                warn_margin_celsius: 3.0,
                warn_for: Span::mins(10),
                clear_for: Span::mins(10),
                ..slow.clone()
            },
            hdd: TempSettings { warn_clear_margin_celsius: 4.0, ..slow.clone() },
            ssd_sata: TempSettings { warn_celsius: 60.0, crit_celsius: 70.0, ..slow.clone() },
            // A processor's own limit is where it shuts down.
            cpu: TempSettings {
                warn_celsius: 85.0,
                crit_celsius: 95.0,
                crit_margin_celsius: 3.0,
                warn_clear_margin_celsius: 8.0,
                crit_clear_margin_celsius: 8.0,
                warn_for: Span::mins(10),
                crit_for: Span::mins(2),
                ..slow.clone()
            },
            inlet: TempSettings {
                warn_celsius: 35.0,
                crit_celsius: 40.0,
                warn_margin_celsius: 5.0,
                warn_clear_margin_celsius: 3.0,
                crit_clear_margin_celsius: 3.0,
                warn_for: Span::mins(5),
                ..slow.clone()
            },
            other: TempSettings { crit_for: Span::mins(2), ..slow },
        }
    }
}
