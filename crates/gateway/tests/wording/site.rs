//! The usual site: a gateway with a LAN, a network of machines and a way outside, and what is wished of it.

use std::net::IpAddr;

use gateway::{
    Address, Facts, Found, Interface, Kind, Reading, Service, ServiceState, SiteId, Wanted, WebListener,
    Wish, wording,
};
use uuid::Uuid;

pub(crate) const SITE: SiteId = SiteId(Uuid::from_u128(0x1a2b_3c4d_0000_4000_8000_0000_0000_0001));

pub(crate) const WISH: &str = r#"
[[network]]
interface = "lan"
range = "192.168.1.100-192.168.1.199"
lease = "12h"
domain = "lab.example"

[[network]]
interface = "opt1"
range = "10.10.0.100-10.10.0.250"

[[reservation]]
name = "nas"
ip = "192.168.1.7"
mac = ["52:54:00:aa:bb:07", "52:54:00:AA:BB:08"]

[boot]
server = "192.168.1.5"
tcp_ports = [8080, 8443]
script = "http://192.168.1.5:8080/boot/boot.ipxe"
firmware = [
    { class = "bios", codes = [0], file = "undionly.kpxe" },
    { class = "efi32", codes = [6], file = "i386/snponly.efi" },
    { class = "efi64", codes = [7, 9], file = "snponly.efi" },
    { class = "arm32", codes = [10], file = "arm32/snponly.efi" },
    { class = "arm64", codes = [11], file = "arm64/snponly.efi" },
    { class = "http32", codes = [15], url = "http://192.168.1.5:8080/boot/i386/snponly.efi" },
    { class = "http64", codes = [16], url = "http://192.168.1.5:8080/boot/snponly.efi" },
    { class = "httparm", codes = [18, 19], url = "http://192.168.1.5:8080/boot/arm64/snponly.efi" },
]

[[dns]]
name = "muster.lab.example"
ip = "192.168.1.5"
ptr = true

[[dns]]
name = "muster.lab.example"
ip = "fd00::5"

[okd]
name = "okd1"
domain = "lab.example"
api = "192.168.1.10"
ingress = "192.168.1.11"
inside = ["lan", "opt1"]
bootstrap = { name = "bootstrap", ip = "10.10.0.19", mac = "52:54:00:cc:00:19" }
control_plane = [
    { name = "cp0", ip = "10.10.0.20", mac = "52:54:00:cc:00:20" },
    { name = "cp1", ip = "10.10.0.21", mac = "52:54:00:cc:00:21" },
    { name = "cp2", ip = "10.10.0.22", mac = "52:54:00:cc:00:22" },
]
workers = [{ name = "w0", ip = "10.10.0.30", mac = "52:54:00:cc:00:30" }]
"#;

pub(crate) fn wish() -> Wish {
    Wish::from_toml(WISH).unwrap()
}

/// The gateway, with nothing of Muster's on it.
pub(crate) fn reading() -> Reading {
    let interface = |key: &str, label: &str, device: &str, network: &str| Interface {
        key: key.into(),
        label: label.into(),
        device: device.into(),
        networks: vec![network.parse().unwrap()],
        up: true,
        outside: key == "wan",
    };
    let own: IpAddr = "192.168.1.1".parse().unwrap();
    let vip = |ip: &str| Address { ip: ip.parse().unwrap(), what: "a virtual address on LAN".into() };
    let web = |port, what: &str| WebListener { port, what: what.into(), addresses: vec![own] };
    let running = |service| (service, ServiceState::Running);
    Reading {
        found: vec![
            settings(
                Kind::DnsmasqSettings,
                &[("enable", "1"), ("interface", "lan"), ("port", "53053"), ("dhcp.default_fw_rules", "1")],
            ),
            settings(Kind::HaproxySettings, &[("general.enabled", "0")]),
        ],
        services: [Service::Firewall, Service::Dnsmasq, Service::Unbound, Service::Haproxy]
            .map(running)
            .into(),
        facts: Facts {
            version: "26.1.11".into(),
            interfaces: vec![
                interface("lan", "LAN", "igc1", "192.168.1.1/24"),
                interface("opt1", "MACHINES", "igc2", "10.10.0.1/24"),
                interface("wan", "WAN", "igc0", "203.0.113.2/24"),
            ],
            addresses: vec![vip("192.168.1.10"), vip("192.168.1.11")],
            web_page: vec![web(443, "the web page"), web(80, "the web page's redirect")],
            dns_by: Some(Service::Unbound),
            ..Facts::default()
        },
        revision: None,
    }
}

fn settings(kind: Kind, fields: &[(&str, &str)]) -> Found {
    Found { id: None, ..found(kind, 0, fields) }
}

/// Something that is not Muster's.
pub(crate) fn found(kind: Kind, id: u128, fields: &[(&str, &str)]) -> Found {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Found { kind, id: Some(Uuid::from_u128(id)), fields }
}

pub(crate) fn all(wish: &Wish, reading: &Reading) -> Wanted {
    let mut all = Wanted::default();
    for part in [
        wording::dhcp(&SITE, &wish.dhcp, reading),
        wording::records(&SITE, &wish.dns, reading),
        wording::balancers(&SITE, &wish.balancers, reading),
    ] {
        all.objects.extend(part.objects);
        all.conflicts.extend(part.conflicts);
        all.notices.extend(part.notices);
    }
    all
}

/// The gateway with all that in place.
pub(crate) fn placed(reading: &Reading, wanted: &Wanted) -> Reading {
    let mut placed = reading.clone();
    for object in &wanted.objects {
        let there = placed.found.iter_mut().find(|found| found.kind == object.kind && found.id == object.id);
        match there {
            Some(found) => found.fields.extend(object.fields.clone()),
            None => {
                placed.found.push(Found { kind: object.kind, id: object.id, fields: object.fields.clone() })
            }
        }
    }
    placed
}

/// All conflicts, a line each.
pub(crate) fn conflicts(wanted: &Wanted) -> Vec<String> {
    let said = |conflict: &gateway::Conflict| {
        format!("{}: {}: {}", conflict.name, conflict.because, conflict.remedy)
    };
    wanted.conflicts.iter().map(said).collect()
}

pub(crate) fn notices(wanted: &Wanted) -> Vec<&str> {
    wanted.notices.iter().map(|notice| notice.text.as_str()).collect()
}
