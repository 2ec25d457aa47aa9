//! Unbound: names.

use super::{
    DESCRIPTION, Field, Kind, Model, NONE, Table, choice, field, flag, is_domain, relation, switch, text,
};
use crate::release::Release;

const SAYS_DOMAIN: &str = "A valid domain must be specified.";
const NAME: Kind = Kind::Hostname { wildcard: true, address: false };

const SETTINGS: &[Field] = &[
    switch("general.enabled", "0"),
    field("general.port", Kind::Port { rule: false }).required().default("53"),
    flag("general.stats"),
    field("general.active_interface", Kind::Interface { multiple: true, blank: NONE }),
    flag("general.dnssec"),
    flag("general.dns64"),
    flag("general.noarecords"),
    flag("general.regdhcp"),
    text("general.regdhcpdomain"),
    flag("general.regdhcpstatic"),
    flag("general.noreglladdr6"),
    flag("general.noregrecords"),
    flag("general.txtsupport"),
    flag("general.cacheflush"),
    choice(
        "general.local_zone_type",
        &[
            ("transparent", "transparent"),
            ("always_nxdomain", "always_nxdomain"),
            ("deny", "deny"),
            ("refuse", "refuse"),
            ("static", "static"),
            ("typetransparent", "typetransparent"),
        ],
    )
    .required()
    .default("transparent"),
    field("general.outgoing_interface", Kind::Interface { multiple: true, blank: NONE }),
    flag("general.enable_wpad"),
    flag("forwarding.enabled"),
];

const HOSTS: Table = Table {
    path: "hosts.host",
    root: "host",
    action: "hostoverride",
    search: "searchhostoverride",
    toggles: true,
    demands: None,
    fields: &[
        switch("enabled", "1"),
        field("hostname", NAME),
        field("domain", Kind::Text(is_domain)).required().says(SAYS_DOMAIN),
        choice(
            "rr",
            &[
                ("A", "A (IPv4 address)"),
                ("AAAA", "AAAA (IPv6 address)"),
                ("MX", "MX (Mail server)"),
                ("TXT", "TXT (Text record)"),
            ],
        )
        .required()
        .default("A"),
        field("mxprio", Kind::Int(i64::MIN, i64::MAX)),
        field("mx", Kind::Hostname { wildcard: false, address: true }),
        field("ttl", Kind::Int(0, 2_147_483_647)).since(Release(25, 1, 12)),
        field("server", Kind::Address { list: false, v4_only: false, mask: true }),
        text("txtdata").since(Release(25, 7, 0)),
        switch("addptr", "1").since(Release(26, 1, 0)),
        DESCRIPTION,
    ],
};

const ALIASES: Table = Table {
    path: "aliases.alias",
    root: "alias",
    action: "hostalias",
    search: "searchhostalias",
    toggles: true,
    demands: None,
    fields: &[
        switch("enabled", "1"),
        relation("host", "unboundplus.hosts.host", &["hostname", "domain"]).required(),
        field("hostname", NAME),
        field("domain", Kind::Text(is_domain)).says(SAYS_DOMAIN),
        DESCRIPTION,
    ],
};

const FORWARDS: Table = Table {
    path: "dots.dot",
    root: "dot",
    action: "forward",
    search: "searchforward",
    toggles: true,
    demands: None,
    fields: &[
        switch("enabled", "1"),
        choice("type", &[("dot", "DNS over TLS"), ("forward", "Forward")]).required().default("forward"),
        field("domain", Kind::Hostname { wildcard: false, address: false }).says(SAYS_DOMAIN),
        field("server", Kind::Address { list: false, v4_only: false, mask: true }).required(),
        field("port", Kind::Port { rule: false }),
        field("verify", Kind::Hostname { wildcard: false, address: true }),
        switch("forward_tcp_upstream", "0"),
        switch("forward_first", "0"),
        DESCRIPTION,
    ],
};

pub(super) const MODEL: Model = Model {
    module: "unbound",
    controller: "settings",
    root: "unbound",
    mount: &["OPNsense", "unboundplus"],
    version: "1.0.15",
    safe_delete: false,
    settings: SETTINGS,
    tables: &[HOSTS, ALIASES, FORWARDS],
};
