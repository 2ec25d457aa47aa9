use proptest::prelude::*;

use super::*;

/// An answer: status, where it points to, body.
type Row = (u16, Option<&'static str>, &'static str);

const ASKED: Asked<'_> =
    Asked { url: "https://fw", method: "POST", path: "dnsmasq/settings/setHost/1", release: None };

fn said(row: &Row) -> String {
    match understood(ASKED, row.0, row.1, row.2.as_bytes()) {
        Ok(value) => format!("ok {value}"),
        Err(error) => format!("{} {error}", variant(&error)),
    }
}

fn variant(error: &GatewayError) -> &'static str {
    match error {
        GatewayError::NotAuthorised { .. } => "not-authorised",
        GatewayError::Forbidden { .. } => "forbidden",
        GatewayError::Absent { .. } => "absent",
        GatewayError::Refused { .. } => "refused",
        GatewayError::Answer { .. } => "answer",
        _ => "?",
    }
}

#[test]
fn every_answer_has_its_meaning() {
    let rows: &[(Row, &str)] = &[
        ((200, None, r#"{"result":"saved"}"#), r#"ok {"result":"saved"}"#),
        ((200, None, "[]"), "ok []"),
        ((200, None, r#"{"status":"running"}"#), "ok "),
        ((200, None, r#"{"result":"not found"}"#), "ok "),
        ((302, Some("/?url=/api/dnsmasq"), ""), "not-authorised https://fw does not take this key"),
        ((302, None, ""), "asks for a login"),
        (
            (301, Some("https://fw:8443/api"), ""),
            "answer https://fw answered POST dnsmasq/settings/setHost/1 with a redirect to https://fw:8443/api",
        ),
        ((401, None, r#"{"status":401,"message":"Authentication Failed"}"#), "not-authorised"),
        (
            (403, None, r#"{"status":403,"message":"Forbidden"}"#),
            "forbidden the key's user lacks the privilege \"Services: Dnsmasq DNS/DHCP: Settings\"",
        ),
        ((404, None, r#"{"errorMessage":"Endpoint not found"}"#), "absent"),
        ((411, None, "<html>Length Required</html>"), "answer"),
        ((400, None, r#"{"status":400,"message":"Invalid JSON syntax"}"#), "Invalid JSON syntax"),
        ((503, None, "<html>busy</html>"), "with HTTP status 503"),
        (
            (
                500,
                None,
                r#"{"errorMessage":"dnsmasq -  {dnsmasq.dhcp_boot.1}\n","errorTitle":"Item dhcp_tags {2} in use by:"}"#,
            ),
            "reason: Item dhcp_tags {2} in use by: dnsmasq - {dnsmasq.dhcp_boot.1}",
        ),
        ((500, None, r#"{"errorMessage":"a","errorTitle":"b","errorLevel":"error"}"#), "refused"),
        (
            (500, None, r#"{"errorMessage":"Unexpected error, check log for details"}"#),
            "answer https://fw answered POST dnsmasq/settings/setHost/1 with HTTP status 500: Unexpected error",
        ),
        (
            (
                500,
                None,
                r#"{"errorMessage":"User muster denied for write access (user-config-readonly set)"}"#,
            ),
            "System: Deny config write",
        ),
        ((500, None, "<html>"), "HTTP status 500"),
        ((200, None, r#"{"result":"failed"}"#), "refused"),
        ((200, None, r#"{"status":"failed"}"#), "refused"),
        ((200, None, r#"{"result":"failed","validations":[]}"#), "not why"),
        (
            (
                200,
                None,
                r#"{"result":"failed","validations":{"host.ip":"bad.","host.hwaddr":["one","two\n\u0007"]}}"#,
            ),
            "host.hwaddr: one, two; host.ip: bad.",
        ),
        ((200, None, "<!DOCTYPE html><html>"), "a web page in place of data"),
        ((200, None, "  <html>"), "a web page in place of data"),
        ((200, None, ""), "with nothing"),
        ((200, None, "{\"result\":"), "what is no JSON"),
        ((200, None, "\u{1b}[2J\u{0}"), "what is no JSON: [2J"),
    ];
    for (row, expected) in rows {
        let said = said(row);
        let told = expected.trim_start_matches("reason: ");
        assert!(said.contains(told), "{row:?}\n  said: {said}\n  expected: {expected}");
        assert!(!said.chars().any(char::is_control) && said.chars().count() < 600, "{said}");
    }
}

#[test]
fn a_missing_plugin_is_named_and_a_huge_message_is_cut() {
    let asked = Asked { path: "haproxy/settings/get", method: "GET", ..ASKED };
    let error = understood(asked, 404, None, b"{}").unwrap_err().to_string();
    assert_eq!(
        error,
        "GET haproxy/settings/get is not there: install the plugin os-haproxy (System › Firmware › Plugins)"
    );
    let body = format!(r#"{{"result":"failed","validations":{{"host.ip":"{}"}}}}"#, "x".repeat(100_000));
    let error = understood(ASKED, 200, None, body.as_bytes()).unwrap_err().to_string();
    assert!(error.chars().count() < 500, "{}", error.len());
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic_or_talk_at_length(
        status in 100_u16..600,
        location in proptest::option::of(".{0,400}"),
        body: Vec<u8>,
        text in "(.|\n){0,2000}",
    ) {
        let quoted = serde_json::json!({"result": "failed", "validations": {"a": [text.clone()]}, "errorMessage": text});
        for body in [body, text.clone().into_bytes(), quoted.to_string().into_bytes()] {
            if let Err(error) = understood(ASKED, status, location.as_deref(), &body) {
                let said = error.to_string();
                prop_assert!(said.chars().count() < 900 && !said.chars().any(char::is_control), "{}", said);
            }
        }
    }
}
