//! How the load balancer finds out whether a server is well.

use super::{NOTE, SAYS_NAME, is_name, port, time};
use crate::model::{Kind, Table, choice, field, flag, one_line, text};

pub(super) const CHECK: Table = Table {
    path: "healthchecks.healthcheck",
    root: "healthcheck",
    action: "healthcheck",
    search: "searchhealthchecks",
    toggles: false,
    demands: None,
    fields: &[
        field("name", Kind::Text(is_title)).required().says(SAYS_NAME),
        NOTE,
        choice(
            "type",
            &[
                ("tcp", "TCP"),
                ("http", "HTTP [default]"),
                ("agent", "Agent"),
                ("ldap", "LDAP"),
                ("mysql", "MySQL"),
                ("pgsql", "PostgreSQL"),
                ("redis", "Redis"),
                ("smtp", "SMTP"),
                ("esmtp", "ESMTP"),
                ("ssl", "SSL"),
            ],
        )
        .required()
        .default("http"),
        time("interval").required().default("2s"),
        choice(
            "ssl",
            &[
                ("nopref", "Use server settings"),
                ("ssl", "Force SSL for health checks"),
                ("sslsni", "Force SSL+SNI for health checks"),
                ("nossl", "Force no SSL for health checks"),
            ],
        )
        .default("nopref"),
        field("sslSNI", Kind::Text(is_name)).says(SAYS_NAME),
        port("checkport"),
        choice(
            "http_method",
            &[
                ("options", "OPTIONS [default]"),
                ("head", "HEAD"),
                ("get", "GET"),
                ("put", "PUT"),
                ("post", "POST"),
                ("delete", "DELETE"),
                ("trace", "TRACE"),
            ],
        )
        .default("options"),
        field("http_uri", Kind::Text(|text| one_line(text, 65_535))).says(SAYS_NAME).default("/"),
        choice(
            "http_version",
            &[("http10", "HTTP/1.0 [default]"), ("http11", "HTTP/1.1"), ("http2", "HTTP/2")],
        )
        .default("http10"),
        field("http_host", Kind::Text(is_name)).says(SAYS_NAME).default("localhost"),
        flag("http_expressionEnabled").default("0"),
        choice(
            "http_expression",
            &[
                ("status", "test the exact string match for the HTTP status code"),
                ("rstatus", "test a regular expression for the HTTP status code"),
                ("string", "test the exact string match in the HTTP response body"),
                ("rstring", "test a regular expression on the HTTP response body"),
            ],
        ),
        flag("http_negate").default("0"),
        text("http_value"),
        flag("tcp_enabled").default("0"),
        text("tcp_sendValue"),
        text("tcp_matchValue"),
        port("agent_port"),
    ],
};

fn is_title(text: &str) -> bool {
    (1..=255).contains(&text.len()) && !text.contains(['\t', ',', ';', '.', '[', ']', '{', '}', '^', '\n'])
}
