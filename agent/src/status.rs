//! `muster-agent status`: how the agent on this machine stands with its server.

use std::io;
use std::path::{Path, PathBuf};

use inventory::{Id, Timestamp};

use crate::keep;
use crate::run::Standing;

/// Where an installed agent writes it, and one that was started by hand may.
const PLACES: [&str; 2] = ["/run/muster-agent/status.json", "/var/lib/muster-agent/status.json"];
const LIMIT_BYTES: u64 = 1 << 20;

/// Why nothing is known of an agent.
#[derive(Debug, thiserror::Error)]
#[error("reading {path}: is an agent running here, with --status?")]
pub struct NoStatus {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// Reads the file that the running agent writes.
///
/// # Errors
/// [`NoStatus`].
pub fn read(path: Option<&Path>) -> Result<Standing, NoStatus> {
    let [usual, _] = PLACES.map(Path::new);
    let path = path.or_else(|| PLACES.iter().map(Path::new).find(|it| it.exists())).unwrap_or(usual);
    let failed = |source: io::Error| NoStatus { path: path.to_owned(), source };
    let text = keep::read(path, LIMIT_BYTES).map_err(failed)?;
    serde_json::from_slice(&text).map_err(|error| failed(error.into()))
}

/// The same for people.
#[must_use]
pub fn words(standing: &Standing, now: Timestamp) -> String {
    let ago = |then: Timestamp| format!("{} s ago", now.since(then).as_secs());
    let mut lines = vec![format!(
        "muster-agent {}, process {}, written {}",
        standing.version,
        standing.pid,
        ago(standing.written_at)
    )];
    match &standing.server {
        None => lines.push("server        none: it waits to be asked".to_owned()),
        Some(server) => lines.extend([
            format!("server        {server}"),
            format!("enrolled as   {}", standing.host.as_ref().map_or("nobody yet", Id::as_str)),
            format!("last heard    {}", standing.acknowledged_at.map_or_else(|| "never".to_owned(), ago)),
            format!("waiting       {} messages, {} bytes", standing.waiting.messages, standing.waiting.bytes),
        ]),
    }
    lines.extend(standing.trouble.iter().map(|why| format!("trouble       {why}")));
    lines.extend(standing.failures.iter().map(|it| format!("failed        {}: {}", ago(it.at), it.words)));
    lines.extend(standing.failed_sections.iter().map(|(name, why)| format!("not collected {name}: {why}")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_is_told_in_words() {
        let mut standing = Standing { version: "1.0".into(), pid: 7, ..Standing::default() };
        let alone = words(&standing, Timestamp(5000));
        assert!(alone.ends_with("\nserver        none: it waits to be asked"), "{alone}");
        standing.server = Some("https://10.0.0.2:8443/".to_owned());
        assert!(words(&standing, Timestamp(5000)).contains("enrolled as   nobody yet\nlast heard    never"));
        standing.host = Some("h1".parse().unwrap());
        standing.acknowledged_at = Some(Timestamp(2000));
        standing.trouble = Some("the server is away".to_owned());
        standing.failed_sections.insert("bmc".into(), "no answer".into());
        let said = words(&standing, Timestamp(5000));
        for line in [
            "enrolled as   h1",
            "last heard    3 s ago",
            "trouble       the server is away",
            "not collected bmc: no answer",
        ] {
            assert!(said.lines().any(|it| it == line), "{said}");
        }
    }

    #[test]
    fn no_status_says_where_it_was_looked_for() {
        let said = read(Some(Path::new("/nowhere/status.json"))).unwrap_err().to_string();
        assert!(said.contains("/nowhere/status.json"), "{said}");
    }
}
