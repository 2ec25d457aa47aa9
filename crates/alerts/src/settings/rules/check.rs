//! What the numbers of a rule may be, and which of them has to lie below which.

use std::time::Duration;

use super::{FilesystemSettings, MissingSettings, RuleSettings, TempSettings};
use crate::settings::numbers::{below, span, within, wrong};
use crate::settings::{InvalidSettings, Span};

impl RuleSettings {
    pub(in crate::settings) fn check(&self, interval: Duration) -> Result<(), InvalidSettings> {
        self.agent.missing.check("rules.agent.missing", interval)?;
        self.fs.usage.check("rules.fs.usage")?;
        let temps = &self.temp;
        for (name, temp) in [
            ("nvme", &temps.nvme),
            ("hdd", &temps.hdd),
            ("ssd_sata", &temps.ssd_sata),
            ("cpu", &temps.cpu),
            ("inlet", &temps.inlet),
            ("other", &temps.other),
        ] {
            temp.check(&format!("rules.temp.{name}"))?;
        }
        span("rules.agent.stopped.after", self.agent.stopped.after, Duration::ZERO)?;
        span("rules.agent.failed.after", self.agent.failed.after, Duration::ZERO)?;
        span("rules.identity.claim.after", self.identity.claim.after, Duration::ZERO)?;
        span("rules.boot.loop.after", self.boot.r#loop.after, Duration::ZERO)?;
        span("rules.gateway.drift.after", self.gateway.drift.after, Duration::ZERO)?;
        span("rules.gateway.half-done.after", self.gateway.half_done.after, Duration::ZERO)?;
        span("rules.gateway.lost.after", self.gateway.lost.after, Duration::ZERO)?;
        span("rules.install.failed.after", self.install.failed.after, Duration::ZERO)?;
        span("rules.install.overdue.after", self.install.overdue.after, Duration::ZERO)?;
        span("rules.install.refused.after", self.install.refused.after, Duration::ZERO)?;
        span("rules.install.leaked.after", self.install.leaked.after, Duration::ZERO)?;
        span("rules.power.button.after", self.power.button.after, Duration::ZERO)?;
        span("rules.hosts.unapproved.after", self.hosts.unapproved.after, Duration::ZERO)?;
        span("rules.hosts.unapproved.again_after", self.hosts.unapproved.again_after, Duration::from_secs(1))
    }
}

impl MissingSettings {
    fn check(&self, at: &str, interval: Duration) -> Result<(), InvalidSettings> {
        let (warn, crit) = (format!("{at}.warn_after"), format!("{at}.crit_after"));
        span(&warn, self.warn_after, Duration::from_secs(1))?;
        span(&crit, self.crit_after, Duration::from_secs(1))?;
        let two = Span::from(interval * 2);
        if self.enabled && self.warn_after < two {
            let reason = format!(
                "{} is less than two intervals ({two}): agents that are well would be missing",
                self.warn_after
            );
            return Err(wrong(warn, reason));
        }
        below((&warn, self.warn_after), (&crit, self.crit_after))?;
        within(&format!("{at}.clear_beats"), f64::from(self.clear_beats), 1.0, 100.0)
    }
}

impl FilesystemSettings {
    fn check(&self, at: &str) -> Result<(), InvalidSettings> {
        let key = |name: &str| format!("{at}.{name}");
        let (warn, crit) = (key("warn_percent"), key("crit_percent"));
        let (warn_clear, crit_clear) = (key("warn_clear_percent"), key("crit_clear_percent"));
        for (key, percent) in [
            (&warn, self.warn_percent),
            (&crit, self.crit_percent),
            (&warn_clear, self.warn_clear_percent),
            (&crit_clear, self.crit_clear_percent),
        ] {
            within(key, percent, 1.0, 100.0)?;
        }
        below((&warn, self.warn_percent), (&crit, self.crit_percent))?;
        below((&warn_clear, self.warn_clear_percent), (&warn, self.warn_percent))?;
        below((&crit_clear, self.crit_clear_percent), (&crit, self.crit_percent))?;
        within(&key("crit_free_gib"), self.crit_free_gib, 0.0, 1e6)?;
        span(&key("warn_for"), self.warn_for, Duration::ZERO)?;
        span(&key("crit_for"), self.crit_for, Duration::ZERO)?;
        span(&key("clear_for"), self.clear_for, Duration::ZERO)
    }
}

impl TempSettings {
    fn check(&self, at: &str) -> Result<(), InvalidSettings> {
        let key = |name: &str| format!("{at}.{name}");
        let (warn, crit) = (key("warn_celsius"), key("crit_celsius"));
        within(&warn, self.warn_celsius, 1.0, 200.0)?;
        within(&crit, self.crit_celsius, 1.0, 200.0)?;
        below((&warn, self.warn_celsius), (&crit, self.crit_celsius))?;
        let (warn_margin, crit_margin) = (key("warn_margin_celsius"), key("crit_margin_celsius"));
        within(&warn_margin, self.warn_margin_celsius, 0.0, 60.0)?;
        within(&crit_margin, self.crit_margin_celsius, 0.0, 60.0)?;
        below((&crit_margin, self.crit_margin_celsius), (&warn_margin, self.warn_margin_celsius))?;
        within(&key("warn_clear_margin_celsius"), self.warn_clear_margin_celsius, 0.1, 60.0)?;
        within(&key("crit_clear_margin_celsius"), self.crit_clear_margin_celsius, 0.1, 60.0)?;
        span(&key("warn_for"), self.warn_for, Duration::ZERO)?;
        span(&key("crit_for"), self.crit_for, Duration::ZERO)?;
        span(&key("clear_for"), self.clear_for, Duration::ZERO)
    }
}
