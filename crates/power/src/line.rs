//! Which ways are tried for what, in which order. Pure.

use crate::act::Act;
use crate::way::{Kind, Way, WayName, Ways};

/// A part of what was asked for, with the ways that can do it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Phase<'a> {
    pub(crate) act: Act,
    pub(crate) ways: Vec<&'a Way>,
}

/// Why nothing can be tried.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unable {
    /// There is no way of that name.
    NoWay,
    /// None of them can do it.
    NoneCan,
}

/// What is tried, in one phase or, of a cycle, in two: few switches can do both halves in one go.
pub(crate) fn line<'a>(act: Act, ways: &'a Ways, by: Option<&WayName>) -> Result<Vec<Phase<'a>>, Unable> {
    let candidates: Vec<&Way> = match by {
        Some(name) => vec![ways.get(name).ok_or(Unable::NoWay)?],
        None => ways.iter().collect(),
    };
    let phase = |act: Act, among: &[&'a Way]| Phase {
        act,
        ways: among.iter().copied().filter(|way| way.kind.abilities().can(act)).collect(),
    };
    // Who can be spared getting up twice, is asked once for the whole.
    let machines: Vec<&Way> = candidates.iter().copied().filter(|way| !is_human(way)).collect();
    let halves = [phase(Act::Off, &machines), phase(Act::On, &machines)];
    let phases = if act == Act::Cycle && halves.iter().all(|half| !half.ways.is_empty()) {
        vec![phase(Act::Off, &candidates), phase(Act::On, &candidates)]
    } else {
        vec![phase(act, &candidates)]
    };
    if phases.iter().any(|phase| phase.ways.is_empty()) { Err(Unable::NoneCan) } else { Ok(phases) }
}

fn is_human(way: &Way) -> bool {
    matches!(way.kind, Kind::Button(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(act: Act, ways: &Ways, by: Option<&str>) -> Result<String, Unable> {
        let by = by.map(|name| name.parse().unwrap());
        let phases = line(act, ways, by.as_ref())?;
        let words = |phase: &Phase<'_>| {
            let ways: Vec<&str> = phase.ways.iter().map(|way| way.name.as_str()).collect();
            format!("{} {}", phase.act, ways.join(","))
        };
        Ok(phases.iter().map(words).collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn what_is_tried_for_what() {
        let usual = Ways::default();
        let own: Ways = serde_json::from_str(
            r#"[{"name":"b","kind":"button"},{"name":"lan2","kind":"wol"},{"name":"lan1","kind":"wol"}]"#,
        )
        .unwrap();
        for (act, ways, by, expected) in [
            (Act::On, &usual, None, Ok("on wol,button")),
            (Act::Off, &usual, None, Ok("off agent,ssh,button")),
            (Act::Reset, &usual, None, Ok("reset agent,ssh,button")),
            (Act::Cycle, &usual, None, Ok("off agent,ssh,button; on wol,button")),
            (Act::Cycle, &usual, Some("button"), Ok("cycle button")),
            (Act::Reset, &usual, Some("ssh"), Ok("reset ssh")),
            (Act::On, &usual, Some("ssh"), Err(Unable::NoneCan)),
            (Act::Cycle, &usual, Some("wol"), Err(Unable::NoneCan)),
            (Act::On, &usual, Some("bmc"), Err(Unable::NoWay)),
            (Act::On, &own, None, Ok("on b,lan2,lan1")),
            (Act::Off, &own, None, Ok("off b")),
            (Act::Cycle, &own, None, Ok("cycle b")),
            (Act::Reset, &own, Some("lan1"), Err(Unable::NoneCan)),
        ] {
            assert_eq!(tried(act, ways, by), expected.map(str::to_owned), "{act} by {by:?}");
        }
    }
}
