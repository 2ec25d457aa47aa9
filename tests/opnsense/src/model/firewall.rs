//! The packet filter: rules and aliases.

use super::{
    DESCRIPTION, Field, Kind, Model, NONE, Table, choice, choices, count, field, one_line, switch, text,
};
use crate::release::Release;

const SAYS_PORT: &str = "Please specify a valid portnumber, name, alias or range.";
const SOME: Kind = Kind::Int(1, 2_147_483_647);

const RULE: &[Field] = &[
    switch("enabled", "1"),
    choice(
        "statetype",
        &[
            ("keep", "Keep state"),
            ("sloppy", "Sloppy state"),
            ("modulate", "Modulate state"),
            ("synproxy", "Synproxy state"),
            ("none", "None"),
        ],
    )
    .required()
    .default("keep"),
    field(
        "state-policy",
        Kind::Choice {
            of: &[("if-bound", "Bind states to interface"), ("floating", "Floating states")],
            multiple: false,
            blank: "Default",
        },
    ),
    field("sequence", Kind::Sequence(100)).required().says("Sequence shall be between 1 and 999999."),
    text("sort_order").volatile().since(Release(25, 7, 0)),
    text("prio_group").volatile().since(Release(25, 7, 0)),
    choice("action", &[("pass", "Pass"), ("block", "Block"), ("reject", "Reject")])
        .required()
        .default("pass"),
    switch("quick", "1"),
    switch("interfacenot", "0"),
    field("interface", Kind::Interface { multiple: true, blank: NONE }),
    choice("direction", &[("in", "In"), ("out", "Out"), ("any", "Both")]).required().default("in"),
    choice("ipprotocol", &[("inet", "IPv4"), ("inet6", "IPv6"), ("inet46", "IPv4+IPv6")])
        .required()
        .default("inet"),
    field("protocol", Kind::Protocol).required().default("any"),
    choices(
        "icmptype",
        &[("echoreq", "Echo Request"), ("echorep", "Echo Reply"), ("unreach", "Destination Unreachable")],
    ),
    field("source_net", Kind::Network).required().default("any"),
    switch("source_not", "0"),
    field("source_port", Kind::Port { rule: true }).says(SAYS_PORT),
    field("destination_net", Kind::Network).required().default("any"),
    switch("destination_not", "0"),
    field("destination_port", Kind::Port { rule: true }).says(SAYS_PORT),
    text("gateway"),
    text("replyto"),
    switch("disablereplyto", "0"),
    switch("log", "0"),
    switch("allowopts", "0"),
    switch("nosync", "0"),
    switch("nopfsync", "0"),
    field("statetimeout", SOME),
    field("max-src-nodes", SOME),
    field("max-src-states", SOME),
    field("max-src-conn", SOME),
    field("max", SOME),
    field("max-src-conn-rate", SOME),
    field("max-src-conn-rates", SOME),
    text("overload"),
    count("adaptivestart"),
    count("adaptiveend"),
    text("prio"),
    text("set-prio"),
    text("set-prio-low"),
    field("tag", Kind::Text(is_label)),
    field("tagged", Kind::Text(is_label)),
    text("tcpflags1"),
    text("tcpflags2"),
    text("categories"),
    text("sched"),
    text("tos"),
    text("shaper1"),
    text("shaper2"),
    DESCRIPTION,
];

pub(super) const RULES: Model = Model {
    module: "firewall",
    controller: "filter",
    root: "filter",
    mount: &["OPNsense", "Firewall", "Filter"],
    version: "1.0.4",
    safe_delete: false,
    settings: &[],
    tables: &[Table {
        path: "rules.rule",
        root: "rule",
        action: "rule",
        search: "searchrule",
        toggles: true,
        demands: None,
        fields: RULE,
    }],
};

pub(super) const ALIASES: Model = Model {
    module: "firewall",
    controller: "alias",
    root: "alias",
    mount: &["OPNsense", "Firewall", "Alias"],
    version: "1.0.1",
    safe_delete: false,
    settings: &[],
    tables: &[Table {
        path: "aliases.alias",
        root: "alias",
        action: "item",
        search: "searchitem",
        toggles: true,
        demands: None,
        fields: &[
            switch("enabled", "1"),
            field("name", Kind::Text(is_alias)).required().says(
                "The name must be less than 32 characters long and may only consist of the following characters: a-z, A-Z, 0-9, _.",
            ),
            choice(
                "type",
                &[
                    ("host", "Host(s)"),
                    ("network", "Network(s)"),
                    ("port", "Port(s)"),
                    ("url", "URL (IPs)"),
                    ("external", "External (advanced)"),
                ],
            )
            .required(),
            text("proto"),
            text("interface"),
            switch("counters", "0"),
            text("updatefreq"),
            text("content"),
            text("categories"),
            text("current_items").volatile(),
            text("last_updated").volatile(),
            field("description", Kind::Text(|text| one_line(text, 255))),
        ],
    }],
};

fn is_label(text: &str) -> bool {
    text.len() <= 512 && text.chars().all(|c| c.is_ascii_alphanumeric() || ".,_-".contains(c))
}

fn is_alias(text: &str) -> bool {
    (1..32).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
}
