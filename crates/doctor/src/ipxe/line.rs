//! A script's lines, and a line's commands.

/// One command of a line, its words not expanded yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) link: Link,
    pub(super) words: Vec<String>,
}

/// When a command runs, by the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// It is the first.
    First,
    /// After `;`.
    Always,
    /// After `&&`.
    And,
    /// After `||`.
    Or,
}

/// The lines; one that ends in a backslash goes on in the next.
pub(super) fn lines(script: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in script.lines() {
        match line.strip_suffix('\\') {
            Some(start) => open.push_str(start),
            None => lines.push(std::mem::take(&mut open) + line),
        }
    }
    if !open.is_empty() {
        lines.push(open);
    }
    lines
}

/// The commands of a line; of a comment or a label there are none.
pub(super) fn parts(line: &str) -> Vec<Part> {
    let line = line.trim();
    if line.starts_with(['#', ':']) {
        return Vec::new();
    }
    let mut parts = vec![Part { link: Link::First, words: Vec::new() }];
    for word in line.split_whitespace() {
        let link = match word {
            "||" => Link::Or,
            "&&" => Link::And,
            ";" => Link::Always,
            // What follows is for whoever reads.
            "#" => break,
            _ => {
                if let Some(part) = parts.last_mut() {
                    part.words.push(word.to_owned());
                }
                continue;
            }
        };
        parts.push(Part { link, words: Vec::new() });
    }
    parts
}

/// Where the label stands: the line behind it.
pub(super) fn label(lines: &[String], wanted: &str) -> Option<usize> {
    let name = |line: &String| line.trim().strip_prefix(':')?.split_whitespace().next().map(str::to_owned);
    lines.iter().position(|line| name(line).as_deref() == Some(wanted)).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_its_commands_and_what_stands_between() {
        let links: Vec<(Link, String)> = parts("cpuid --ext 29 && set a b || set a ${c} ||")
            .into_iter()
            .map(|p| (p.link, p.words.join(" ")))
            .collect();
        let expected = [
            (Link::First, "cpuid --ext 29"),
            (Link::And, "set a b"),
            (Link::Or, "set a ${c}"),
            (Link::Or, ""),
        ];
        assert_eq!(links, expected.map(|(link, words)| (link, words.to_owned())));
        assert!(parts("# a comment").is_empty() && parts(" :label").is_empty());
    }

    #[test]
    fn a_line_may_go_on_in_the_next() {
        assert_eq!(lines("a \\\nb\nc\\"), ["a b", "c"]);
    }

    #[test]
    fn a_label_is_the_line_behind_it() {
        let script = lines("#!ipxe\n:one\necho 1\n:two words\necho 2");
        assert_eq!(
            (label(&script, "one"), label(&script, "two"), label(&script, "on")),
            (Some(2), Some(4), None)
        );
    }
}
