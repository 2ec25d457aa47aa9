//! The text format: families with their values, every string of the machine escaped.

use std::fmt::Write as _;

/// A page that is being written.
#[derive(Debug, Default)]
pub(super) struct Text(String);

/// What kind of number a family holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Type {
    /// It goes up and down.
    Gauge,
    /// It only grows.
    Counter,
}

impl Text {
    /// A family with its values; nothing at all where there is none.
    pub(super) fn family<'a, L>(
        &mut self,
        (name, kind, help): (&str, Type, &str),
        values: impl IntoIterator<Item = (L, f64)>,
    ) where
        L: AsRef<[(&'a str, &'a str)]>,
    {
        let mut begun = false;
        for (labels, value) in values {
            if !std::mem::replace(&mut begun, true) {
                let kind = match kind {
                    Type::Gauge => "gauge",
                    Type::Counter => "counter",
                };
                // Writing to a string does not fail.
                writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}").ok();
            }
            self.0.push_str(name);
            self.labels(labels.as_ref());
            writeln!(self.0, " {}", number(value)).ok();
        }
    }

    /// A family of one value without labels, where there is one.
    pub(super) fn single(&mut self, family: (&str, Type, &str), value: Option<f64>) {
        self.family(family, value.map(|value| ([], value)));
    }

    fn labels(&mut self, labels: &[(&str, &str)]) {
        for (index, (name, value)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            write!(self.0, "{before}{name}=\"{}\"", escaped(value)).ok();
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
    }

    pub(super) fn into_page(self) -> String {
        self.0
    }
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}

fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A count of bytes as the format's only number.
#[expect(clippy::cast_precision_loss, reason = "beyond 2^53 the last byte is nobody's business")]
pub(super) const fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_written_with_its_labels_and_hostile_ones_are_escaped() {
        let mut text = Text::default();
        text.family(("a", Type::Counter, "Help."), [([("x", "1\"\\\n}\u{1b}")], 1.5), ([("x", "2")], 3e18)]);
        text.family::<[(&str, &str); 0]>(("b", Type::Gauge, "None."), []);
        text.single(("c", Type::Gauge, "One."), Some(f64::NAN));
        text.single(("d", Type::Gauge, "None."), None);
        assert_eq!(
            text.into_page(),
            "# HELP a Help.\n# TYPE a counter\na{x=\"1\\\"\\\\\\n}\u{fffd}\"} 1.5\na{x=\"2\"} 3000000000000000000\n\
             # HELP c One.\n# TYPE c gauge\nc NaN\n"
        );
    }
}
