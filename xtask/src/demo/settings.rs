//! The demo's settings: an ordinary file, shorter than life so that nobody has to wait.

/// What `muster serve --config` gets.
pub(crate) const TEXT: &str = r#"# Shorter than the defaults (a sample every 30 s, 3 min of silence, 3 min of warm-up), so that nobody has to wait.
[agents]
interval_secs = 3

[alerts]
warm_up = "10s"

[alerts.rules.agent.missing]
warn_after = "15s"
"#;
