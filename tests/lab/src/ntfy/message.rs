//! A message as ntfy gives it to a phone.

use anyhow::Context as _;
use serde_json::Value;

/// One published message. What the publisher left out has ntfy's own default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// ntfy's own id of it.
    pub id: String,
    /// When it was published, in seconds since 1970.
    pub time_secs: u64,
    /// The topic.
    pub topic: String,
    /// Messages with the same one replace each other on the phone.
    pub sequence_id: Option<String>,
    /// The heading, empty when there is none.
    pub title: String,
    /// The text.
    pub text: String,
    /// 1 (folded away) to 5 (urgent); 3 when not said.
    pub priority: u8,
    /// Emoji by name, and labels.
    pub tags: Vec<String>,
    /// What a tap opens.
    pub click: Option<String>,
}

/// ntfy's stream: one JSON object a line. Lines that are no message (a connection was opened, is still alive) are left out.
pub(super) fn parse_stream(text: &str) -> anyhow::Result<Vec<Message>> {
    let mut messages = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let value: Value =
            serde_json::from_str(line).with_context(|| format!("ntfy sent no JSON: {line}"))?;
        if value.get("event").and_then(Value::as_str) == Some("message") {
            messages.push(Message::from_json(&value));
        }
    }
    Ok(messages)
}

impl Message {
    fn from_json(value: &Value) -> Self {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let number = |key: &str| value.get(key).and_then(Value::as_u64);
        let tags = value.get("tags").and_then(Value::as_array).into_iter().flatten();
        Self {
            id: text("id").unwrap_or_default(),
            time_secs: number("time").unwrap_or_default(),
            topic: text("topic").unwrap_or_default(),
            sequence_id: text("sequence_id"),
            title: text("title").unwrap_or_default(),
            text: text("message").unwrap_or_default(),
            priority: number("priority").and_then(|number| u8::try_from(number).ok()).unwrap_or(3),
            tags: tags.filter_map(Value::as_str).map(str::to_owned).collect(),
            click: text("click"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_and_the_rest_of_the_stream_is_not() {
        let stream = r#"
{"id":"a","time":1,"event":"open","topic":"t"}
{"id":"b","time":2,"event":"message","topic":"t","title":"T","message":"M","priority":5,"tags":["x","y"],"click":"http://c","sequence_id":"s"}
{"id":"c","time":3,"event":"message","topic":"t","message":"only text"}
"#;
        let messages = parse_stream(stream).unwrap();
        assert_eq!(messages.len(), 2);
        assert_eq!(messages[0].sequence_id.as_deref(), Some("s"));
        assert_eq!((messages[0].priority, messages[0].tags.len()), (5, 2));
        assert_eq!((messages[1].priority, messages[1].sequence_id.as_deref()), (3, None));
        assert!(parse_stream("<html>").is_err());
    }
}
