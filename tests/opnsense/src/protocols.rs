//! Protocols that a rule of the packet filter can be for.

pub(crate) const PROTOCOLS: &[&str] = &[
    "any",
    "TCP",
    "UDP",
    "TCP/UDP",
    "ICMP",
    "IPV6-ICMP",
    "ESP",
    "AH",
    "GRE",
    "IGMP",
    "PIM",
    "OSPF",
    "CARP",
    "PFSYNC",
    "SCTP",
    "L2TP",
    "VRRP",
    "IPENCAP",
];

/// Services that a port can be named by.
pub(crate) const SERVICES: &[&str] = &[
    "domain",
    "ftp",
    "http",
    "https",
    "imap",
    "imaps",
    "isakmp",
    "ldap",
    "ldaps",
    "ntp",
    "openvpn",
    "smtp",
    "snmp",
    "ssh",
    "submission",
    "telnet",
    "tftp",
];
