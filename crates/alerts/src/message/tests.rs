use super::*;
use crate::rules::RuleId;

fn incident() -> Incident {
    Incident {
        id: "1795257600_aaaaaaa".parse().unwrap(),
        rule: RuleId::AgentMissing,
        host: Some("1795250000_k3f9a2c".parse().unwrap()),
        host_name: "node1".into(),
        place: None,
        component: String::new(),
        severity: Severity::Warn,
        state: IncidentState::Open,
        transition: 1,
        title: "agent missing".into(),
        ending: None,
        text: "Nothing was heard for 3 min, since 2026-11-21 10:37:00 UTC. Limit: 3 min.".into(),
        opened_at: Timestamp(1_795_257_600_000),
        changed_at: Timestamp(1_795_257_600_000),
        resolved_at: None,
    }
}

fn resolved() -> Incident {
    Incident {
        state: IncidentState::Resolved,
        transition: 2,
        ending: Some("agent is back".into()),
        text: "It is heard again.".into(),
        changed_at: Timestamp(1_795_257_840_000),
        resolved_at: Some(Timestamp(1_795_257_840_000)),
        ..incident()
    }
}

const PAGE: &str = "https://muster.lan:8443/";

#[test]
fn a_problem_reads_like_this() {
    let message = render(&incident(), false, PAGE, vec![]);
    assert_eq!(message.title, "node1: agent missing");
    assert_eq!(
        message.text,
        "Nothing was heard for 3 min, since 2026-11-21 10:37:00 UTC. Limit: 3 min.\n#1 · 2026-11-21 10:40:00 UTC"
    );
    assert_eq!(message.loudness, Loudness::Problem(Severity::Warn));
    assert_eq!(message.labels, ["host:node1", "rule:agent.missing"]);
    assert_eq!(message.link, "https://muster.lan:8443/hosts/1795250000_k3f9a2c");
}

#[test]
fn its_end_reads_like_this() {
    let message = render(&resolved(), true, PAGE, vec![]);
    assert_eq!(message.title, "node1: agent is back");
    assert_eq!(
        message.text,
        "Was: agent missing, for 4 min, since 2026-11-21 10:40:00 UTC.\nIt is heard again.\n#2 · 2026-11-21 10:44:00 UTC"
    );
    assert_eq!(message.loudness, Loudness::Over);
    // Who never heard of it reads the same, and is not woken.
    let past = render(&resolved(), false, PAGE, vec![]);
    assert_eq!((past.text, past.loudness), (message.text, Loudness::Past));
    let quiet = Incident { severity: Severity::Info, ..resolved() };
    assert_eq!(render(&quiet, true, PAGE, vec![]).loudness, Loudness::Past);
}

#[test]
fn what_concerns_the_whole_site_names_no_host() {
    let site = Incident {
        host: None,
        host_name: String::new(),
        rule: RuleId::HostsUnapproved,
        title: "2 hosts wait for approval".into(),
        ..incident()
    };
    let message = render(&site, false, PAGE, vec![]);
    assert_eq!(message.title, "2 hosts wait for approval");
    assert_eq!(message.labels, ["rule:hosts.unapproved"]);
    assert_eq!(message.link, PAGE);
}

#[test]
fn hostile_names_neither_break_out_nor_overflow() {
    let hostile = Incident {
        host_name: format!("a\nb,c\u{202e}\u{1b}{}", "🔥".repeat(5000)),
        title: "💣".repeat(5000),
        text: "💥".repeat(5000),
        ..incident()
    };
    let message = render(&hostile, false, PAGE, vec![]);
    assert!(message.title.len() <= TITLE_BYTES && message.title.starts_with("a b,c"));
    assert!(message.text.len() <= TEXT_BYTES && message.text.ends_with("#1 · 2026-11-21 10:40:00 UTC"));
    assert!(!message.title.contains(['\n', '\u{1b}', '\u{202e}']));
    let [host, _] = message.labels.as_slice() else { panic!() };
    assert!(host.starts_with("host:a_b_c") && !host.contains(',') && host.chars().count() < 75, "{host}");
}

#[test]
fn a_message_says_where_the_machine_stands() {
    let placed = Incident { place: Some("rack-2/slot-3".into()), ..incident() };
    assert_eq!(render(&placed, false, PAGE, vec![]).title, "node1 (rack-2/slot-3): agent missing");
}
