//! What the server may ask of this agent.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// All that can be allowed.
const KINDS: [&str; 5] = ["report", "logs", "reboot", "power-off", "blink"];
/// What harms nobody.
const USUAL: [&str; 3] = ["report", "logs", "blink"];

/// The kinds of action that are enabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed(BTreeSet<&'static str>);

impl Allowed {
    /// Whether this kind is enabled.
    #[must_use]
    pub fn has(&self, kind: &str) -> bool {
        self.0.contains(kind)
    }
}

impl Default for Allowed {
    fn default() -> Self {
        Self(USUAL.into())
    }
}

impl FromStr for Allowed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(BTreeSet::new()));
        }
        let kind = |word: &str| {
            let known = KINDS.into_iter().find(|kind| *kind == word.trim());
            known.ok_or_else(|| format!("{word:?} is none of {}, and not none", KINDS.join(", ")))
        };
        text.split(',').map(kind).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        f.write_str(&self.0.iter().copied().collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_is_a_list_of_known_words() {
        let allowed: Allowed = "report, reboot".parse().unwrap();
        assert!(allowed.has("report") && allowed.has("reboot") && !allowed.has("logs"));
        assert!(!"none".parse::<Allowed>().unwrap().has("report"));
        assert!(!Allowed::default().has("reboot") && !Allowed::default().has("power-off"));
        for wrong in ["", "all", "report,", "unknown", "Reboot"] {
            assert!(wrong.parse::<Allowed>().is_err(), "{wrong:?}");
        }
        for text in ["none", "blink,logs,report", "reboot"] {
            assert_eq!(text.parse::<Allowed>().unwrap().to_string(), text);
        }
    }
}
