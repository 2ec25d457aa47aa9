//! What is worded for the usual site, word for word. `MUSTER_REWRITE_GOLDEN=1` writes the files anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use gateway::{Service, Wanted, wording};

use crate::site::{SITE, conflicts, notices, reading, wish};

/// Objects with their fields; what is referred to by its name.
fn said(wanted: &Wanted) -> String {
    let names: BTreeMap<String, &str> = wanted
        .objects
        .iter()
        .filter_map(|object| Some((object.id?.to_string(), object.name.as_str())))
        .collect();
    let mut text = String::new();
    for object in &wanted.objects {
        writeln!(text, "{}: {}", object.kind, object.name).unwrap();
        for (field, value) in &object.fields {
            let values: Vec<_> = value
                .split(',')
                .map(|item| names.get(item).map_or(item.to_owned(), |name| format!("<{name}>")))
                .collect();
            writeln!(text, "    {field} = {}", values.join(",")).unwrap();
        }
    }
    for notice in notices(wanted) {
        writeln!(text, "Notice: {notice}").unwrap();
    }
    text
}

fn same(name: &str, wanted: &Wanted) {
    assert_eq!(conflicts(wanted), [] as [&str; 0]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let actual = said(wanted);
    if std::env::var_os("MUSTER_REWRITE_GOLDEN").is_some() {
        std::fs::write(&path, &actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{name}; MUSTER_REWRITE_GOLDEN=1 writes it anew");
}

#[test]
fn dhcp_and_network_boot() {
    same("dhcp.txt", &wording::dhcp(&SITE, &wish().dhcp, &reading()));
}

#[test]
fn records_in_unbound_and_in_dnsmasq() {
    same("records-unbound.txt", &wording::records(&SITE, &wish().dns, &reading()));
    let mut by_dnsmasq = reading();
    by_dnsmasq.facts.dns_by = Some(Service::Dnsmasq);
    same("records-dnsmasq.txt", &wording::records(&SITE, &wish().dns, &by_dnsmasq));
}

#[test]
fn balancers_and_their_rules() {
    same("balancers.txt", &wording::balancers(&SITE, &wish().balancers, &reading()));
}

#[test]
fn the_longest_names_fit_where_they_are_written() {
    let label = "a".repeat(63);
    let domain = format!("{label}.{label}.{}", "b".repeat(22));
    let record = format!("{label}.{domain}.lab");
    let wish = gateway::Wish::from_toml(&format!(
        "[[network]]\ninterface = 'lan'\nrange = '192.168.1.100-192.168.1.110'\ndomain = '{domain}'\n\
         [[reservation]]\nname = '{label}'\ndomain = '{domain}'\nip = '192.168.1.7'\nmac = '52:54:00:00:00:01'\n\
         [[dns]]\nname = '{record}'\nip = 'fd00::1'\n\
         [[balancer]]\nname = '{label}'\nlisten = '192.168.1.10'\nport = 80\ninside = 'lan'\n\
         servers = [{{ name = '{label}', ip = '192.168.1.8' }}]"
    ))
    .unwrap();
    for object in crate::site::all(&wish, &reading()).objects {
        for field in ["description", "descr", "name"] {
            assert!(
                object.fields.get(field).is_none_or(|text| text.len() <= 255),
                "{} of {}",
                field,
                object.name
            );
        }
    }
}
