//! What the server says of itself: to standard error, as text on a terminal and as JSON for a collector.

use tracing_subscriber::EnvFilter;

/// Starts logging. `MUSTER_LOG` chooses what (`info`, `debug`, `boot=debug`), `MUSTER_LOG_FORMAT=json` how.
pub(crate) fn start() {
    let filter =
        EnvFilter::try_from_env("MUSTER_LOG").unwrap_or_else(|_| EnvFilter::new("info,actix_server=warn"));
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(terminal);
    let json = std::env::var("MUSTER_LOG_FORMAT").is_ok_and(|format| format == "json");
    // A second start (tests in one process) keeps the first.
    if json {
        builder.json().try_init().ok()
    } else {
        builder.with_target(false).try_init().ok()
    };
}
