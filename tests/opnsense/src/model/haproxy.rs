//! The plugin os-haproxy: the load balancer. Of its many fields those that a site's balancer can need.

mod check;

use check::CHECK;

use super::{
    Field, Kind, Model, Table, choice, choices, field, flag, one_line, relation, relations, switch, text,
};

const SAYS_NAME: &str = "Should be a string between 1 and 255 characters.";
const SAYS_TIME: &str = "Should be a number between 1 and 8 characters, optionally followed by either \"d\", \"h\", \"m\", \"s\", \"ms\" or \"us\".";
const SAYS_PORT: &str = "Please specify a value between 1 and 65535.";
const SERVERS: &str = "HAProxy.servers.server";
const BACKENDS: &str = "HAProxy.backends.backend";
const CHECKS: &str = "HAProxy.healthchecks.healthcheck";
const SHOWN: &[&str] = &["name"];

const NAME: Field = field("name", Kind::Text(is_name)).required().says(SAYS_NAME);
const NOTE: Field = field("description", Kind::Text(|text| one_line(text, 255))).says(SAYS_NAME);
const ID: Field = field("id", Kind::UniqueId);
const ENABLED: Field = switch("enabled", "1");

const fn time(name: &'static str) -> Field {
    field(name, Kind::Text(begins_with_a_digit)).says(SAYS_TIME)
}

const fn port(name: &'static str) -> Field {
    field(name, Kind::Int(1, 65_535)).says(SAYS_PORT)
}

const fn up_to(name: &'static str, least: i64, most: i64) -> Field {
    field(name, Kind::Int(least, most))
}

const SETTINGS: &[Field] = &[
    switch("general.enabled", "0"),
    switch("general.gracefulStop", "0"),
    time("general.hardStopAfter").default("60s"),
    time("general.closeSpreadTime"),
    switch("general.seamlessReload", "0"),
    flag("general.showIntro").default("1"),
    switch("general.peers.enabled", "0"),
    switch("general.tuning.root", "0"),
    up_to("general.tuning.maxConnections", 0, 10_000_000),
    up_to("general.tuning.nbthread", 1, 1024).default("1"),
    text("general.tuning.customOptions"),
    up_to("general.defaults.maxConnections", 0, 10_000_000),
    up_to("general.defaults.maxConnectionsServers", 0, 10_000_000),
    time("general.defaults.timeoutClient").default("30s"),
    time("general.defaults.timeoutConnect").default("30s"),
    time("general.defaults.timeoutCheck"),
    time("general.defaults.timeoutServer").default("30s"),
    up_to("general.defaults.retries", 0, 100).required().default("3"),
    text("general.defaults.customOptions"),
    text("general.logging.host").default("127.0.0.1"),
    switch("general.stats.enabled", "0"),
    up_to("general.stats.port", 1024, 65_535).default("8822"),
    switch("general.cache.enabled", "0"),
];

const FRONTENDS: Table = Table {
    path: "frontends.frontend",
    root: "frontend",
    action: "frontend",
    search: "searchfrontends",
    toggles: true,
    demands: None,
    fields: &[
        ID,
        ENABLED,
        NAME,
        NOTE,
        // The plugin's own pattern matches anything: HAProxy is who refuses.
        text("bind").required(),
        text("bindOptions"),
        choice(
            "mode",
            &[
                ("http", "HTTP / HTTPS (SSL offloading) [default]"),
                ("ssl", "SSL / HTTPS (TCP mode)"),
                ("tcp", "TCP"),
            ],
        )
        .required()
        .default("http"),
        relation("defaultBackend", BACKENDS, SHOWN).says("Related backend item not found"),
        switch("ssl_enabled", "0"),
        text("ssl_certificates"),
        text("ssl_customOptions"),
        switch("ssl_advancedEnabled", "0"),
        switch("ssl_hstsEnabled", "1"),
        flag("basicAuthEnabled").default("0"),
        up_to("tuning_maxConnections", 0, 10_000_000),
        time("tuning_timeoutClient"),
        time("tuning_timeoutHttpReq"),
        time("tuning_timeoutHttpKeepAlive"),
        switch("logging_dontLogNull", "0"),
        switch("logging_dontLogNormal", "0"),
        switch("logging_detailedLog", "0"),
        text("stickiness_expire").required().default("30m"),
        text("stickiness_size").required().default("50k"),
        flag("forwardFor").default("0"),
        text("customOptions"),
        text("linkedActions"),
        text("linkedErrorfiles"),
    ],
};

const BACKEND: Table = Table {
    path: "backends.backend",
    root: "backend",
    action: "backend",
    search: "searchbackends",
    toggles: true,
    demands: None,
    fields: &[
        ID,
        ENABLED,
        NAME,
        NOTE,
        choice("mode", &[("http", "HTTP (Layer 7) [default]"), ("tcp", "TCP (Layer 4)")])
            .required()
            .default("http"),
        choice(
            "algorithm",
            &[
                ("source", "Source-IP Hash [default]"),
                ("roundrobin", "Round Robin"),
                ("static-rr", "Static Round Robin"),
                ("leastconn", "Least Connections"),
                ("uri", "URI Hash (only HTTP mode)"),
                ("random", "Random Algorithm"),
            ],
        )
        .required()
        .default("source"),
        up_to("random_draws", 2, 1000).required().default("2"),
        choice("proxyProtocol", &[("v1", "Version 1"), ("v2", "Version 2")]),
        relations("linkedServers", SERVERS, SHOWN).says("Related server item not found"),
        text("linkedResolver"),
        text("source"),
        switch("healthCheckEnabled", "1"),
        relation("healthCheck", CHECKS, SHOWN).says("Related health check item not found"),
        flag("healthCheckLogStatus").default("0"),
        time("checkInterval"),
        time("checkDownInterval"),
        up_to("healthCheckFall", 1, 100),
        up_to("healthCheckRise", 1, 100),
        flag("http2Enabled").default("1"),
        flag("http2Enabled_nontls").default("0"),
        choices(
            "ba_advertised_protocols",
            &[("h2", "HTTP/2"), ("http11", "HTTP/1.1"), ("http10", "HTTP/1.0")],
        )
        .default("h2,http11"),
        flag("forwardFor").default("0"),
        choice(
            "persistence",
            &[
                ("sticktable", "Stick-table persistence [default]"),
                ("cookie", "Cookie-based persistence (HTTP/HTTPS only)"),
            ],
        )
        .default("sticktable"),
        choice(
            "persistence_cookiemode",
            &[("piggyback", "Piggyback on existing cookie"), ("new", "Insert new cookie")],
        )
        .required()
        .default("piggyback"),
        text("persistence_cookiename").default("SRVCOOKIE"),
        choice(
            "stickiness_pattern",
            &[("sourceipv4", "Source-IPv4 [default]"), ("sourceipv6", "Source-IPv6"), ("string", "String")],
        )
        .default("sourceipv4"),
        text("stickiness_expire").required().default("30m"),
        text("stickiness_size").required().default("50k"),
        time("tuning_timeoutConnect"),
        time("tuning_timeoutCheck"),
        time("tuning_timeoutServer"),
        up_to("tuning_retries", 0, 100),
        text("customOptions"),
        text("tuning_defaultserver"),
        switch("tuning_noport", "0"),
        text("linkedActions"),
        text("linkedErrorfiles"),
    ],
};

const SERVER: Table = Table {
    path: "servers.server",
    root: "server",
    action: "server",
    search: "searchservers",
    toggles: true,
    demands: None,
    fields: &[
        ID,
        ENABLED,
        NAME,
        NOTE,
        field("address", Kind::Text(is_address)).says("Please specify a valid servername or IP address."),
        port("port"),
        port("checkport"),
        choice("mode", &[("active", "active [default]"), ("backup", "backup"), ("disabled", "disabled")])
            .default("active"),
        choice("type", &[("static", "static"), ("template", "template"), ("unix", "unix socket")])
            .required()
            .default("static"),
        text("serviceName"),
        text("linkedResolver"),
        switch("ssl", "0"),
        field("sslSNI", Kind::Text(is_name)).says(SAYS_NAME),
        switch("sslVerify", "1"),
        text("sslCA"),
        text("sslCRL"),
        text("sslClientCertificate"),
        up_to("maxConnections", 0, 10_000_000),
        up_to("weight", 0, 256).says("Please specify a value between 0 and 256."),
        time("checkInterval"),
        time("checkDownInterval"),
        text("source"),
        text("advanced"),
    ],
};

pub(super) const MODEL: Model = Model {
    module: "haproxy",
    controller: "settings",
    root: "haproxy",
    mount: &["OPNsense", "HAProxy"],
    version: "5.0.0",
    safe_delete: true,
    settings: SETTINGS,
    tables: &[FRONTENDS, BACKEND, SERVER, CHECK],
};

fn is_name(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn is_address(text: &str) -> bool {
    text.len() <= 1024 && text.chars().all(|c| c.is_ascii_alphanumeric() || ".,_-:".contains(c))
}

fn begins_with_a_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}
