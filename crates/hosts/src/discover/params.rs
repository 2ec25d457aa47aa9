//! What a run of Discover can be told.

use std::time::Duration;

use scores::ScoreError;
use serde::Deserialize;
use serde_json::Value;

/// A wait longer than a day is a mistake.
const MAX_TIMEOUT_SECS: u64 = 86_400;

/// The parameters of a run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Params {
    /// Wait until so many hosts are there.
    pub(crate) wait_for: Option<u32>,
    /// For so long at most.
    pub(crate) timeout_secs: u64,
    /// Ask every address of the declared networks.
    pub(crate) sweep: bool,
    /// Ask by mDNS.
    pub(crate) mdns: bool,
}

impl Default for Params {
    fn default() -> Self {
        Self { wait_for: None, timeout_secs: 600, sweep: true, mdns: true }
    }
}

impl Params {
    pub(crate) fn read(value: &Value) -> Result<Self, ScoreError> {
        if value.is_null() {
            return Ok(Self::default());
        }
        let params = Self::deserialize(value).map_err(|error| ScoreError::Params(error.to_string()))?;
        if params.timeout_secs > MAX_TIMEOUT_SECS {
            return Err(ScoreError::Params(format!("timeout_secs: at most {MAX_TIMEOUT_SECS}, a day")));
        }
        Ok(params)
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_secs)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_said_is_as_usual_and_what_is_wrong_is_named() {
        assert_eq!(Params::read(&Value::Null).unwrap(), Params::default());
        let some = Params::read(&json!({ "wait_for": 2, "sweep": false })).unwrap();
        assert_eq!(some, Params { wait_for: Some(2), sweep: false, ..Params::default() });
        for (bad, said) in [
            (json!({ "waitfor": 2 }), "waitfor"),
            (json!({ "wait_for": -1 }), "-1"),
            (json!({ "timeout_secs": 1e9 as u64 }), "timeout_secs"),
            (json!([1, 2, "x"]), "invalid"),
        ] {
            let error = Params::read(&bad).unwrap_err().to_string();
            assert!(error.contains(said), "{bad}: {error}");
        }
    }
}
