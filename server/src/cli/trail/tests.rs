use super::*;
use boot::trail::diagnosis::Hop;

fn attempt(number: i64, steps: &[(i64, &str)], state: State) -> TrailAttempt {
    let steps = steps.iter().map(|(id, kind)| TrailStep {
        id: *id,
        at: Timestamp(1_795_257_600_000 + id * 1000),
        kind: (*kind).to_owned(),
        detail: "x".to_owned(),
        address: "10.0.0.7".to_owned(),
        bytes: Some(512),
        size_bytes: Some(1024),
        took_ms: Some(1500),
        facts: boot::trail::Facts::default(),
    });
    let standing = Standing {
        state,
        hop: Hop::Agent,
        text: "It stands.".to_owned(),
        cause: (state == State::Stopped).then(|| "A cause.".to_owned()),
        expected_secs: 1,
    };
    let mac = MacAddr::new([2, 0, 0, 0, 0, 1]);
    TrailAttempt { mac, number, steps: steps.collect(), running: vec![], standing }
}

#[test]
fn each_step_is_printed_once_and_each_end_when_it_changes() {
    let mut shown = Shown::new(Format::Table);
    let mut news = |attempts: &[TrailAttempt]| shown.news(attempts).unwrap().concat();
    let old = || attempt(1, &[(1, "kernel")], State::Done);
    let first = news(&[attempt(2, &[(5, "tftp")], State::Going), old()]);
    assert_eq!(
        first,
        "2026-11-21 10:40:05Z  02:00:00:00:00:01\n  +   0.0s  tftp              x  [512 B of 1 KiB in 1.5s]\n"
    );
    assert_eq!(news(&[attempt(2, &[(5, "tftp")], State::Going), old()]), "");
    let second = news(&[attempt(2, &[(5, "tftp"), (6, "kernel")], State::Stopped), old()]);
    assert!(second.starts_with("  +   1.0s  kernel"), "{second}");
    assert!(second.ends_with("  stopped: It stands.\n    A cause.\n"), "{second}");
    // The server was started anew: all of it comes again.
    assert_eq!(news(&[attempt(2, &[(5, "tftp"), (6, "kernel")], State::Stopped), old()]), "");
    // The last step of a boot may come together with the first of the next.
    let last = attempt(2, &[(5, "tftp"), (6, "kernel"), (7, "agent")], State::Done);
    let both = news(&[attempt(3, &[(9, "tftp")], State::Going), last]);
    let kinds: Vec<&str> = ["agent", "tftp"].into_iter().filter(|kind| both.contains(kind)).collect();
    assert_eq!((kinds.len(), both.matches("02:00").count()), (2, 1), "{both}");
}

#[test]
fn json_is_one_object_a_line() {
    let mut shown = Shown::new(Format::Json);
    let lines = shown.news(&[attempt(2, &[(5, "tftp"), (6, "kernel")], State::Going)]).unwrap();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((value["boot"].as_i64(), line.contains('\n')), (Some(2), false));
    }
    assert!(lines[2].contains("\"state\":\"going\""), "{}", lines[2]);
}

#[test]
fn a_card_is_asked_for_by_its_address_and_a_host_by_its_name() {
    assert_eq!(path("52:54:00:AA:bb:01"), "/api/v1/boots/52-54-00-aa-bb-01");
    assert_eq!(path("node 1"), "/api/v1/hosts/node%201/trail");
}
