use std::time::Duration;

use super::*;

const INTERVAL: Duration = Duration::from_secs(30);

fn read(toml: &str) -> Result<Settings, String> {
    let settings: Settings = toml::from_str(toml).map_err(|error| error.to_string())?;
    settings.check(INTERVAL).map_err(|error| error.to_string())?;
    Ok(settings)
}

#[test]
fn nothing_needs_to_be_said() {
    assert_eq!(read("").unwrap(), Settings::default());
    let again = toml::to_string(&Settings::default()).unwrap();
    assert_eq!(read(&again).unwrap(), Settings::default());
}

#[test]
fn one_key_of_one_rule_may_be_said_and_the_others_stay() {
    let settings = read(
        r#"
        warm_up = "5s"
        [rules.agent.missing]
        warn_after = "60s"
        [rules.temp.nvme]
        warn_celsius = 65
        [rules.fs]
        usage = { enabled = false }
        [rules.identity.claim]
        severity = "crit"
        "#,
    )
    .unwrap();
    let mut expected = Settings { warm_up: Span::secs(5), ..Settings::default() };
    expected.rules.agent.missing.warn_after = Span::secs(60);
    expected.rules.temp.nvme.warn_celsius = 65.0;
    expected.rules.fs.usage.enabled = false;
    expected.rules.identity.claim.severity = crate::Severity::Crit;
    assert_eq!(settings, expected);
}

#[test]
fn a_key_that_does_not_exist_or_can_not_be_is_named() {
    for (toml, names) in [
        ("warmup = \"3m\"", "warmup"),
        ("rules = 3", "rules"),
        ("[rules.agnt]\nx = 1", "agnt"),
        ("[rules.agent.missing]\nwarn_afer = \"3m\"", "warn_afer"),
        ("[rules.agent.missing]\nwarn_after = 180", "agent.missing.warn_after"),
        ("[rules.agent.missing]\nwarn_after = \"three minutes\"", "agent.missing.warn_after"),
        (
            "[rules.agent.missing]\nwarn_after = \"59s\"",
            "rules.agent.missing.warn_after: 59s is less than two intervals (1m)",
        ),
        ("[rules.agent.missing]\ncrit_after = \"3m\"", "warn_after: 3m is not below crit_after = 3m"),
        ("[rules.agent.missing]\nclear_beats = 0", "clear_beats"),
        ("[rules.agent.stopped]\nafter = \"30d\"", "rules.agent.stopped.after"),
        ("[rules.agent.stopped]\nseverity = \"loud\"", "agent.stopped.severity"),
        ("[rules.fs.usage]\nwarn_percent = 101", "rules.fs.usage.warn_percent: 101"),
        ("[rules.fs.usage]\nwarn_percent = nan", "warn_percent"),
        ("[rules.fs.usage]\nwarn_percent = 96", "warn_percent: 96 is not below crit_percent = 95"),
        (
            "[rules.fs.usage]\nwarn_clear_percent = 90",
            "warn_clear_percent: 90 is not below warn_percent = 90",
        ),
        ("[rules.fs.usage]\ncrit_clear_percent = 95", "crit_clear_percent"),
        ("[rules.fs.usage]\ncrit_free_gib = -1", "crit_free_gib"),
        (
            "[rules.temp.cpu]\nwarn_celsius = 95",
            "rules.temp.cpu.warn_celsius: 95 is not below crit_celsius = 95",
        ),
        ("[rules.temp.hdd]\ncrit_margin_celsius = 20", "rules.temp.hdd.crit_margin_celsius"),
        ("[rules.temp.hdd]\nwarn_clear_margin_celsius = 0", "warn_clear_margin_celsius"),
        ("[rules.temp.ssd_sata]\ncrit_celsius = 900", "crit_celsius: 900 is not between"),
        ("[rules.temp.gpu]\nwarn_celsius = 9", "gpu"),
        ("send_timeout = \"1h\"", "send_timeout"),
        ("[rules.hosts.unapproved]\nagain_after = \"0s\"", "again_after"),
    ] {
        let error = read(toml).unwrap_err();
        assert!(error.contains(names), "{toml}\n{error}");
    }
}

#[test]
fn a_rule_that_is_off_is_not_held_against_the_interval() {
    assert!(read("[rules.agent.missing]\nenabled = false\nwarn_after = \"10s\"").is_ok());
}
