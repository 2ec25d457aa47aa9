//! A notification as a phone would show it, drawn for a terminal.

use crate::Message;

/// Columns of text; a phone has no more.
const COLUMNS: usize = 60;

/// The message in a frame that is open on the right: who knows how wide a terminal draws an emoji.
#[must_use]
pub fn show(message: &Message) -> String {
    let emoji: String =
        message.tags.iter().filter_map(|tag| emoji(tag)).flat_map(|emoji| [emoji, " "]).collect();
    let labels: Vec<String> =
        message.tags.iter().filter(|tag| emoji_is_missing(tag)).map(|tag| visible(tag)).collect();
    let title = if message.title.is_empty() { visible(&message.topic) } else { visible(&message.title) };
    let mut lines = wrap(&format!("{emoji}{title}"));
    lines.extend(message.text.lines().flat_map(|line| wrap(&visible(line))));
    if !labels.is_empty() {
        lines.extend(wrap(&format!("Tags: {}", labels.join(", "))));
    }
    if let Some(click) = &message.click {
        lines.push(format!("tap: {}", visible(click)));
    }
    let head = format!("─ ntfy · {} · {} ", visible(&message.topic), priority(message.priority));
    let mut drawn = format!("╭{head}{}\n", "─".repeat(COLUMNS.saturating_sub(head.chars().count())));
    for line in lines {
        drawn.push_str(&format!("│ {line}\n"));
    }
    drawn + "╰" + &"─".repeat(COLUMNS) + "\n"
}

/// What the phone does with it, by ntfy's five priorities.
fn priority(priority: u8) -> &'static str {
    match priority {
        1 => "folded away, no sound",
        2 => "no sound",
        4 => "high: pops over, vibrates",
        5 => "urgent: pops over, long vibration",
        _ => "normal: sound",
    }
}

/// ntfy draws a tag that is the name of an emoji as that emoji, and any other as a label.
fn emoji(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "rotating_light" => "🚨",
        "warning" => "⚠️",
        "white_check_mark" => "✅",
        "heavy_check_mark" => "✔️",
        "information_source" => "ℹ️",
        "fire" => "🔥",
        "thermometer" => "🌡️",
        "floppy_disk" => "💾",
        "computer" => "💻",
        "new" => "🆕",
        "bell" => "🔔",
        "no_entry" => "⛔",
        "x" => "❌",
        "skull" => "💀",
        "zzz" => "💤",
        "wave" => "👋",
        "tada" => "🎉",
        "test_tube" => "🧪",
        _ => return None,
    })
}

fn emoji_is_missing(tag: &str) -> bool {
    emoji(tag).is_none()
}

/// A machine may have chosen these words: nothing of it may steer the terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Breaks at blanks, and in the middle of a word only when that is longer than a line.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word;
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > COLUMNS {
            lines.push(std::mem::take(&mut line));
        }
        while let Some((cut, _)) = word.char_indices().nth(COLUMNS) {
            let (head, rest) = word.split_at(cut);
            lines.push(head.to_owned());
            word = rest;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            topic: "lab-alerts".into(),
            title: "node-1 is silent".into(),
            text: "No word for 20 s.\nLast seen in the discovery system.".into(),
            priority: 5,
            tags: vec!["rotating_light".into(), "host:node-1".into(), "rule:agent.missing".into()],
            click: Some("https://10.99.0.1:8443/hosts/1".into()),
            ..Message::default()
        }
    }

    #[test]
    fn it_looks_like_a_notification() {
        let expected = "\
╭─ ntfy · lab-alerts · urgent: pops over, long vibration ────
│ 🚨 node-1 is silent
│ No word for 20 s.
│ Last seen in the discovery system.
│ Tags: host:node-1, rule:agent.missing
│ tap: https://10.99.0.1:8443/hosts/1
╰────────────────────────────────────────────────────────────
";
        assert_eq!(show(&message()), expected);
    }

    #[test]
    fn a_message_without_a_title_goes_by_its_topic() {
        let plain = Message { title: String::new(), tags: vec![], click: None, priority: 3, ..message() };
        assert!(show(&plain).contains("normal: sound"));
        assert!(show(&plain).contains("│ lab-alerts\n│ No word"));
    }

    #[test]
    fn hostile_words_do_not_steer_the_terminal() {
        let text = show(&Message { title: "\u{1b}[2Jgone\u{7}".into(), ..message() });
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'));
    }

    #[test]
    fn long_words_and_lines_are_broken() {
        let lines = wrap(&format!("{} {}", "word ".repeat(20).trim(), "x".repeat(150)));
        assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS), "{lines:?}");
        assert_eq!(lines.concat().matches('x').count(), 150);
        assert_eq!(wrap(""), [""]);
    }
}
