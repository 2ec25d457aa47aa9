//! What the checks found, in lines.

use okd::validation::Finding;

use crate::format::line;

/// Characters of one line: a machine's own words may be in it.
const LINE: usize = 600;

/// A line each, with the rule's name, by which it is accepted.
pub(super) fn lines<'a>(findings: impl Iterator<Item = &'a Finding> + Clone) -> Vec<String> {
    let width = findings.clone().map(|finding| finding.rule.len()).max().unwrap_or_default();
    let in_a_line = |Finding { rule, verdict, words, todo }: &Finding| {
        let todo = if todo.is_empty() { String::new() } else { format!(": {todo}") };
        line(&format!("{verdict:7}  {rule:width$}  {words}{todo}"), LINE)
    };
    findings.map(in_a_line).collect()
}
