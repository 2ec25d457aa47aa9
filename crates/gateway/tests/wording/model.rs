//! The models take all that is worded, and the services run with it: the fake checks what is saved as the real models do, and
//! the real dnsmasq reads the file that comes of it.

use fake_opnsense::{Desk, FakeOpnSense, Interface, Options, Release};
use gateway::{Kind, Object};
use serde_json::{Value, json};

use crate::site::{all, conflicts, reading, wish};

/// Where an object of a kind is saved, and in which table it then is.
fn place(kind: Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::PassRule => ("firewall/filter/setRule", "rule", "Filter.rules.rule"),
        Kind::DnsmasqSettings => ("dnsmasq/settings/set", "dnsmasq", ""),
        Kind::Tag => ("dnsmasq/settings/setTag", "tag", "dnsmasq.dhcp_tags"),
        Kind::Range => ("dnsmasq/settings/setRange", "range", "dnsmasq.dhcp_ranges"),
        Kind::Reservation => ("dnsmasq/settings/setHost", "host", "dnsmasq.hosts"),
        Kind::DhcpOption => ("dnsmasq/settings/setOption", "option", "dnsmasq.dhcp_options"),
        Kind::Boot => ("dnsmasq/settings/setBoot", "boot", "dnsmasq.dhcp_boot"),
        Kind::HostOverride => ("unbound/settings/setHostOverride", "host", "unboundplus.hosts.host"),
        Kind::HostAlias => panic!("Muster makes none"),
        Kind::HaproxySettings => ("haproxy/settings/set", "haproxy", ""),
        Kind::HealthCheck => {
            ("haproxy/settings/setHealthcheck", "healthcheck", "HAProxy.healthchecks.healthcheck")
        }
        Kind::Server => ("haproxy/settings/setServer", "server", "HAProxy.servers.server"),
        Kind::Backend => ("haproxy/settings/setBackend", "backend", "HAProxy.backends.backend"),
        Kind::Frontend => ("haproxy/settings/setFrontend", "frontend", "HAProxy.frontends.frontend"),
    }
}

/// Settings are groups within groups.
fn body(object: &Object) -> Value {
    let mut body = json!({});
    for (field, value) in &object.fields {
        match field.split_once('.') {
            Some((group, field)) => body[group][field] = json!(value),
            None => body[field] = json!(value),
        }
    }
    body
}

fn save(desk: &mut Desk<'_>, object: &Object) {
    let (path, root, _) = place(object.kind);
    let path = object.id.map_or(path.to_owned(), |id| format!("{path}/{id}"));
    let (status, answer) = desk.post(&path, &json!({ root: body(object) }));
    assert_eq!((status, &answer["result"]), (200, &json!("saved")), "{}: {answer}", object.name);
}

fn site(release: Release) -> Options {
    let mut options = Options::new(release);
    let interface = |key: &str, device: &str, address: &str| Interface {
        key: key.into(),
        label: String::new(),
        device: device.into(),
        address: address.into(),
        up: true,
    };
    options.site.interfaces = vec![
        interface("wan", "igc0", "203.0.113.2/24"),
        interface("lan", "igc1", "192.168.1.1/24"),
        interface("opt1", "igc2", "10.10.0.1/24"),
    ];
    let vip = |address: &str| ("lan".to_owned(), address.to_owned(), String::new());
    options.site.virtual_ips = vec![vip("192.168.1.10/32"), vip("192.168.1.11/32")];
    options.site.web.interfaces = vec!["opt1".into()];
    options
}

#[test]
fn every_release_s_models_take_it_and_the_services_run_with_it() {
    for release in [Release::V25_7_11, Release::V26_1_11] {
        let fake = FakeOpnSense::start(site(release));
        let mut there = reading();
        there.facts.version = release.to_string();
        let wanted = all(&wish(), &there);
        assert_eq!(conflicts(&wanted), [] as [&str; 0]);

        fake.human("operator", |desk| {
            desk.by_hand(|config| config.tables.get_mut("dnsmasq.dhcp_ranges").unwrap().clear());
            wanted.objects.iter().for_each(|object| save(desk, object));
            for service in ["dnsmasq", "haproxy"] {
                desk.post(&format!("{service}/service/reconfigure"), &json!({}));
                let (_, answer) = desk.post(&format!("{service}/service/status"), &json!({}));
                assert_eq!(answer["status"], "running", "{service} of {release}");
            }
        });

        for object in wanted.objects.iter().filter(|object| object.id.is_some()) {
            let rows = fake.rows(place(object.kind).2);
            let row = rows.iter().find(|row| row.uuid == object.id).unwrap();
            for (field, value) in &object.fields {
                assert_eq!(row.field(field), value, "{field} of {} of {release}", object.name);
            }
        }

        let file = fake.dnsmasq_file();
        let boots: Vec<_> = file.lines().filter(|line| line.starts_with("dhcp-boot=")).collect();
        assert_eq!(boots.len(), 18, "{file}");
        for line in &boots {
            assert!(line.ends_with(",muster,192.168.1.5"), "with a server's name and address: {line}");
        }
        assert!(
            boots.iter().rev().take(2).all(|line| line.contains("/boot/boot.ipxe,")),
            "iPXE's come last: {boots:?}"
        );
        assert_eq!(file.lines().filter(|line| line.starts_with("dhcp-match=set:")).count(), 12, "{file}");
        assert_eq!(file.lines().filter(|line| line.contains(",60,HTTPClient")).count(), 6, "{file}");
        assert!(file.contains("52:54:00:aa:bb:07,52:54:00:aa:bb:08"), "{file}");

        let balanced = fake.haproxy_file();
        for bind in ["192.168.1.10:6443", "192.168.1.10:22623", "192.168.1.11:80", "192.168.1.11:443"] {
            assert!(balanced.contains(bind), "{balanced}");
        }
    }
}

#[test]
fn names_live_in_dnsmasq_beside_the_addresses_that_it_keeps() {
    let fake = FakeOpnSense::start(site(Release::V26_1_11));
    let mut there = reading();
    there.facts.dns_by = Some(gateway::Service::Dnsmasq);
    let wanted = all(&wish(), &there);
    fake.human("operator", |desk| {
        let names = wanted.objects.iter().filter(|object| object.kind.service() == gateway::Service::Dnsmasq);
        names.for_each(|object| save(desk, object));
        desk.post("dnsmasq/service/reconfigure", &json!({}));
        let (_, answer) = desk.post("dnsmasq/service/status", &json!({}));
        assert_eq!(answer["status"], "running");
    });
    assert_eq!(fake.rows("dnsmasq.hosts").len(), wish().dhcp.reservations.len() + wish().dns.len());
    assert!(
        fake.dnsmasq_file().contains("address=/apps.okd1.lab.example/192.168.1.11"),
        "{}",
        fake.dnsmasq_file()
    );
}
