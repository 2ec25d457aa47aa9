//! The table: what was measured, what was hoped for, and whether it was reached.

use serde_json::{Value, json};

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// What was measured.
    what: String,
    /// How much, and of what.
    value: Result<f64, String>,
    unit: &'static str,
    /// At most this.
    target: f64,
    /// What it was reckoned from.
    note: String,
}

/// All that is judged.
#[derive(Debug, Default)]
pub(super) struct Verdict(Vec<Line>);

impl Verdict {
    /// A value that must be at most `target`.
    pub(super) fn judge(&mut self, what: &str, value: f64, unit: &'static str, target: f64, note: String) {
        self.0.push(Line { what: what.to_owned(), value: Ok(value), unit, target, note });
    }

    /// One that could not be measured, and why.
    pub(super) fn lost(&mut self, what: &str, target: f64, why: &anyhow::Error) {
        let why = format!("{why:#}");
        self.0.push(Line { what: what.to_owned(), value: Err(why), unit: "", target, note: String::new() });
    }

    /// Those that missed their target.
    pub(super) fn missed(&self) -> Vec<&str> {
        self.0.iter().filter(|line| line.is_met() == Some(false)).map(|line| line.what.as_str()).collect()
    }

    pub(super) fn table(&self) -> String {
        let width = self.0.iter().map(|line| line.what.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for line in &self.0 {
            let what = &line.what;
            text.push_str(&match &line.value {
                Err(why) => format!("{what:<width$}  not measured: {why}\n"),
                Ok(value) => {
                    let verdict = if line.is_met() == Some(true) { "ok" } else { "MISSED" };
                    let Line { unit, target, note, .. } = line;
                    format!(
                        "{what:<width$}  {verdict:<6}  {value:>8.3} {unit:<4} at most {target:<5}  {note}\n"
                    )
                }
            });
        }
        text
    }

    pub(super) fn json(&self) -> Value {
        let line = |line: &Line| {
            json!({
                "what": line.what,
                "value": line.value.as_ref().ok(),
                "unit": line.unit,
                "target": line.target,
                "met": line.is_met(),
                "note": line.note,
                "not_measured": line.value.as_ref().err(),
            })
        };
        self.0.iter().map(line).collect()
    }
}

impl Line {
    /// Nothing where it could not be measured: that is told, and no verdict on the agent.
    fn is_met(&self) -> Option<bool> {
        self.value.as_ref().ok().map(|value| *value <= self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missed_and_what_is_not_measured_are_two_things() {
        let mut verdict = Verdict::default();
        verdict.judge("quick", 0.5, "×", 0.75, "1 ms of 2 ms".into());
        verdict.judge("small", 9.0, "MiB", 8.0, String::new());
        verdict.judge("unknown", f64::NAN, "×", 1.0, String::new());
        verdict.lost("the peer", 0.1, &anyhow::anyhow!("no network"));
        assert_eq!(verdict.missed(), ["small", "unknown"]);
        let table = verdict.table();
        assert!(table.contains("the peer  not measured: no network"), "{table}");
        assert!(table.lines().nth(1).is_some_and(|line| line.contains("MISSED")), "{table}");
        assert_eq!(verdict.json()[3]["not_measured"], "no network");
        assert_eq!(verdict.json()[0]["met"], true);
    }
}
