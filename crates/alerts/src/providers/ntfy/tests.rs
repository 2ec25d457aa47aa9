use reqwest::StatusCode;

use super::*;
use crate::message;
use inventory::Timestamp;

fn classified(status: u16, body: &str) -> Answer {
    classify(StatusCode::from_u16(status).unwrap(), body.as_bytes(), None, Some("tk_secret"))
}

#[test]
fn every_answer_has_its_meaning() {
    let ok = r#"{"id":"nFS3knfcQ1xe","time":1795257600,"event":"message","topic":"t"}"#;
    assert_eq!(classified(200, ok), Answer::Delivered { id: "nFS3knfcQ1xe".into() });
    let refusal = |code: u32| format!(r#"{{"code":{code},"http":400,"error":"some error","link":"x"}}"#);
    for (status, code) in [(429, 42901), (500, 50001), (502, 0), (503, 0), (507, 50701)] {
        let Answer::Retry { reason, maybe_told, .. } = classified(status, &refusal(code)) else {
            panic!("{status}")
        };
        assert_eq!(maybe_told, status >= 500, "{status}");
        assert!(reason.contains(&status.to_string()) && reason.contains("some error"), "{reason}");
    }
    for (status, expected) in [
        (301, Part::Provider),
        (400, Part::Subscription),
        (401, Part::Provider),
        (403, Part::Subscription),
        (404, Part::Provider),
        (405, Part::Provider),
        (413, Part::Subscription),
    ] {
        let Answer::Misconfigured { part, maybe_told, .. } = classified(status, &refusal(1)) else {
            panic!("{status}")
        };
        assert_eq!((part, maybe_told), (expected, false), "{status}");
    }
}

#[test]
fn a_machine_that_knows_no_authority_still_has_a_client() {
    rustls::crypto::ring::default_provider().install_default().ok();
    assert!(trusting_nobody(Duration::from_secs(1)).is_ok());
}

#[test]
fn a_stranger_at_the_address_is_no_ntfy() {
    for body in ["", "<html>login</html>", "{}", "{\"id\":1}", r#"{"id":"x","event":"open"}"#] {
        let answer = classified(200, body);
        assert!(
            matches!(answer, Answer::Misconfigured { part: Part::Provider, maybe_told: true, .. }),
            "{body}: {answer:?}"
        );
    }
}

#[test]
fn a_reason_is_one_short_line_without_the_token() {
    let body = format!(r#"{{"code":1,"error":"no\u001b[2J {} tk_secret\nhere"}}"#, "x".repeat(9));
    let Answer::Misconfigured { reason, .. } = classified(403, &body) else { panic!() };
    assert!(!reason.contains("tk_secret") && !reason.contains(['\n', '\u{1b}']), "{reason}");
    let long = format!(r#"{{"code":1,"error":"{}"}}"#, "🔥".repeat(4000));
    let Answer::Misconfigured { reason, .. } = classified(403, &long) else { panic!() };
    assert!(reason.len() <= 300);
}

#[test]
fn patience_is_asked_for_in_seconds_or_by_a_date() {
    let date = |text: &str| Some(text.to_owned());
    assert_eq!(retry_after("120", None), Some(Duration::from_secs(120)));
    let (now, then) = ("Sat, 21 Nov 2026 10:40:00 GMT", "Sat, 21 Nov 2026 10:41:30 GMT");
    assert_eq!(retry_after(then, date(now)), Some(Duration::from_secs(90)));
    assert_eq!(retry_after(now, date(then)), None);
    for odd in ["", "-5", "soon", "1e9"] {
        assert_eq!(retry_after(odd, date(now)), None, "{odd}");
    }
}

#[test]
fn a_message_looks_like_this() {
    let url: ProviderUrl = "https://ntfy.example.org".parse().unwrap();
    let message = message::test("me", "https://muster.lan:8443", Timestamp(1_795_257_600_000));
    let letter = Letter {
        url: &url,
        token: None,
        topic: &"alerts".parse().unwrap(),
        sequence_id: "abc",
        message: &message,
    };
    let expected = json!({
        "topic": "alerts",
        "title": "Muster: test",
        "message": "The subscription me works.\nSent 2026-11-21 10:40:00 UTC",
        "priority": 3,
        "tags": ["bell", "test"],
        "click": "https://muster.lan:8443",
        "sequence_id": "abc",
    });
    assert_eq!(body(&letter), expected);
}

#[test]
fn how_loud_it_is() {
    let message = |loudness| Message {
        title: String::new(),
        text: String::new(),
        loudness,
        labels: vec![],
        link: String::new(),
        buttons: vec![],
    };
    let url: ProviderUrl = "https://ntfy.example.org".parse().unwrap();
    let topic = "alerts".parse().unwrap();
    for (loudness, priority, tag) in [
        (Loudness::Problem(Severity::Crit), 5, "rotating_light"),
        (Loudness::Problem(Severity::Warn), 4, "warning"),
        (Loudness::Problem(Severity::Info), 2, "information_source"),
        (Loudness::Over, 3, "white_check_mark"),
        (Loudness::Past, 2, "white_check_mark"),
    ] {
        let message = message(loudness);
        let letter = Letter { url: &url, token: None, topic: &topic, sequence_id: "abc", message: &message };
        let body = body(&letter);
        assert_eq!((&body["priority"], &body["tags"][0]), (&json!(priority), &json!(tag)));
    }
}
