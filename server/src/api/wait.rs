//! Waiting for news on behalf of a client.

use std::time::Duration;

use serde::Deserialize;

/// A client's connection is not held longer than this.
const LONGEST: Duration = Duration::from_secs(30);

/// `?wait_secs=N`: answer after so many seconds at the latest, news or not; at once where nothing is said.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Wait {
    #[serde(default)]
    wait_secs: u64,
}

impl Wait {
    /// How long the client is kept waiting.
    #[must_use]
    pub fn patience(self) -> Duration {
        Duration::from_secs(self.wait_secs).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::web::Query;

    use super::*;

    #[test]
    fn nobody_is_kept_waiting_for_longer_than_half_a_minute() {
        for (query, secs) in [
            ("", Some(0)),
            ("after=3", Some(0)),
            ("wait_secs=20&after=3", Some(20)),
            ("wait_secs=86400", Some(30)),
            ("wait_secs=18446744073709551615", Some(30)),
            ("wait_secs=-1", None),
            ("wait_secs=soon", None),
        ] {
            let waited = Query::<Wait>::from_query(query).ok().map(|wait| wait.patience().as_secs());
            assert_eq!(waited, secs, "{query}");
        }
    }
}
