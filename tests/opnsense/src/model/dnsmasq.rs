//! dnsmasq: DHCP, network boot, and names.

use super::{
    DESCRIPTION, Field, Kind, Model, NONE, Table, choice, choices, count, field, flag, relation, relations,
    switch, text,
};
use crate::release::Release;

const TAGS: &str = "dnsmasq.dhcp_tags";
const SHOWN: &[&str] = &["tag"];
const DOMAIN: Kind = Kind::Hostname { wildcard: false, address: false };
const ADDRESS: Kind = Kind::Address { list: false, v4_only: false, mask: false };
const ANY_INTERFACE: Kind = Kind::Interface { multiple: false, blank: "Any" };
const INTERFACES: Kind = Kind::Interface { multiple: true, blank: NONE };

const SETTINGS: &[Field] = &[
    flag("enable"),
    flag("regdhcp"),
    flag("regdhcpstatic"),
    flag("dhcpfirst"),
    flag("strict_order"),
    flag("domain_needed"),
    flag("no_private_reverse"),
    flag("no_resolv"),
    flag("log_queries"),
    flag("no_hosts"),
    flag("strictbind"),
    flag("dnssec"),
    field("regdhcpdomain", DOMAIN),
    field("interface", INTERFACES),
    field("port", Kind::Int(0, 65_535)),
    field("dns_port", Kind::Int(0, 65_535)).volatile(),
    count("dns_forward_max"),
    count("cache_size"),
    count("local_ttl"),
    choice("add_mac", &[("standard", "standard"), ("base64", "base64"), ("text", "text")]),
    flag("add_subnet"),
    flag("strip_subnet"),
    field("dhcp.no_interface", INTERFACES),
    switch("dhcp.fqdn", "1"),
    field("dhcp.domain", DOMAIN),
    switch("dhcp.local", "1").since(Release(25, 7, 3)),
    count("dhcp.lease_max"),
    flag("dhcp.authoritative"),
    switch("dhcp.default_fw_rules", "1"),
    field("dhcp.reply_delay", Kind::Int(0, 60)),
    flag("dhcp.enable_ra"),
    switch("dhcp.host_ping", "1").since(Release(26, 1, 6)),
    flag("dhcp.nosync"),
    flag("dhcp.log_dhcp").since(Release(25, 7, 11)),
    flag("dhcp.log_quiet").since(Release(25, 7, 11)),
    switch("no_ident", "1"),
];

const HOSTS: Table = Table {
    path: "hosts",
    root: "host",
    action: "host",
    search: "searchhost",
    toggles: false,
    demands: None,
    fields: &[
        field("host", Kind::Labels { domain: false, wildcard: true, list: false }),
        field("domain", Kind::Labels { domain: true, wildcard: false, list: false }),
        flag("local"),
        field("ip", Kind::Address { list: true, v4_only: false, mask: false }),
        field("cnames", Kind::Labels { domain: true, wildcard: false, list: true }).since(Release(25, 7, 0)),
        field("client_id", Kind::Text(is_client_id))
            .says("Value must be a colon-separated hexadecimal sequence (e.g., 01:02:f3) or \"*\"."),
        field("hwaddr", Kind::Macs),
        field("lease_time", Kind::Int(i64::MIN, i64::MAX)),
        flag("ignore"),
        relation("set_tag", TAGS, SHOWN),
        text("descr"),
        text("comments"),
        field("aliases", Kind::Labels { domain: true, wildcard: false, list: true }),
    ],
};

const OVERRIDES: Table = Table {
    path: "domainoverrides",
    root: "domainoverride",
    action: "domain",
    search: "searchdomain",
    toggles: false,
    demands: None,
    fields: &[
        field("sequence", Kind::Sequence(0)).required().says("Please enter a value between 1 and 99999."),
        field("domain", Kind::Labels { domain: true, wildcard: true, list: false }).required(),
        relation("ipset", "Alias.aliases.alias", &["name"]).since(Release(25, 7, 0)),
        field("srcip", ADDRESS),
        field("port", Kind::Port { rule: false }),
        field("ip", ADDRESS),
        text("descr"),
    ],
};

const TAG: Table = Table {
    path: "dhcp_tags",
    root: "tag",
    action: "tag",
    search: "searchtag",
    toggles: false,
    demands: None,
    fields: &[field("tag", Kind::Text(is_tag)).required()],
};

const RANGES: Table = Table {
    path: "dhcp_ranges",
    root: "range",
    action: "range",
    search: "searchrange",
    toggles: false,
    demands: None,
    fields: &[
        field("interface", ANY_INTERFACE),
        relation("set_tag", TAGS, SHOWN),
        field("start_addr", ADDRESS).required(),
        field("end_addr", ADDRESS),
        field("subnet_mask", Kind::Address { list: false, v4_only: true, mask: false })
            .says("Please enter a valid IPv4 subnet mask like 255.255.255.0.")
            .since(Release(25, 7, 0)),
        field("constructor", Kind::Interface { multiple: false, blank: NONE }),
        choices("mode", &[("static", "static")]),
        field("prefix_len", Kind::Int(1, 64)),
        field("lease_time", Kind::Int(i64::MIN, i64::MAX)),
        choice("domain_type", &[("interface", "Interface"), ("range", "Range")])
            .required()
            .default("range")
            .since(Release(25, 1, 10)),
        field("domain", DOMAIN),
        flag("nosync"),
        choices(
            "ra_mode",
            &[
                ("ra-only", "ra-only"),
                ("slaac", "slaac"),
                ("ra-names", "ra-names"),
                ("ra-stateless", "ra-stateless"),
                ("ra-advrouter", "ra-advrouter"),
                ("off-link", "off-link"),
            ],
        ),
        field(
            "ra_priority",
            Kind::Choice { of: &[("high", "High"), ("low", "Low")], multiple: false, blank: "Normal" },
        ),
        field("ra_mtu", Kind::Int(i64::MIN, i64::MAX)),
        field("ra_interval", Kind::Int(i64::MIN, i64::MAX)),
        field("ra_router_lifetime", Kind::Int(i64::MIN, i64::MAX)),
        DESCRIPTION,
    ],
};

const OPTIONS: Table = Table {
    path: "dhcp_options",
    root: "option",
    action: "option",
    search: "searchoption",
    toggles: false,
    demands: Some("type"),
    fields: &[
        choice("type", &[("set", "Set"), ("match", "Match")]).required().default("set"),
        field("option", Kind::DhcpOption { v6: false }),
        field("option6", Kind::DhcpOption { v6: true }),
        field("interface", ANY_INTERFACE),
        relations("tag", TAGS, SHOWN),
        relation("set_tag", TAGS, SHOWN),
        field("value", Kind::Line),
        flag("force"),
        DESCRIPTION,
    ],
};

const BOOT: Table = Table {
    path: "dhcp_boot",
    root: "boot",
    action: "boot",
    search: "searchboot",
    toggles: false,
    demands: None,
    fields: &[
        field("interface", ANY_INTERFACE),
        relations("tag", TAGS, SHOWN),
        field("filename", Kind::Line).required(),
        field("servername", Kind::Line),
        field("address", Kind::Line),
        DESCRIPTION,
    ],
};

pub(super) const MODEL: Model = Model {
    module: "dnsmasq",
    controller: "settings",
    root: "dnsmasq",
    mount: &["dnsmasq"],
    version: "1.0.8",
    safe_delete: true,
    settings: SETTINGS,
    tables: &[HOSTS, OVERRIDES, TAG, RANGES, OPTIONS, BOOT],
};

fn is_client_id(text: &str) -> bool {
    let pair = |part: &str| part.len() == 2 && part.chars().all(|c| c.is_ascii_hexdigit());
    text == "*" || (text.contains(':') && text.split(':').all(pair))
}

/// Dashes are taken since 26.1.11, which [`crate::check`] knows.
fn is_tag(text: &str) -> bool {
    (1..=1024).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '$' | '-'))
}
