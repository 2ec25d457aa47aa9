//! The demo's settings: an ordinary file, shorter than life so that nobody has to wait.

/// What `muster serve --config` gets.
pub(crate) const TEXT: &str = r#"# Life has 30 s, three minutes and a longer warm-up: this is a demo.
[agents]
interval_secs = 3

[alerts]
warm_up_secs = 5

[alerts.agent_missing]
warn_after_secs = 12
"#;
