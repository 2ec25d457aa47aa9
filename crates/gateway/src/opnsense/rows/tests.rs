use serde_json::json;

use super::*;

const OURS: &str = "74738ff5-5367-5958-9aee-98fffdcd1876";
const THEIRS: &str = "11111111-2222-4333-8444-555555555555";

#[test]
fn rows_are_values_without_what_is_for_people() {
    let answer = json!({"rows": [
        {"uuid": THEIRS, "interface": "lan", "%interface": "LAN", "enabled": true, "weight": 3, "mode": null,
         "hwaddr": "52:54:00:aa:bb:01", "_children": [{"uuid": "x"}], "isAlias": false, "tags": []},
        {"uuid": OURS, "hostname": "alias", "isAlias": true},
        {"uuid": "1a2b-label", "legacy": "1"},
    ], "total": 3, "rowCount": 3, "current": 1});
    let rows = rows(&answer).unwrap();
    let found = found(Kind::HostOverride, rows, None);
    assert_eq!(found.len(), 2);
    let fields: Vec<(&str, &str)> =
        found[0].fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        fields,
        [
            ("enabled", "1"),
            ("hwaddr", "52:54:00:aa:bb:01"),
            ("interface", "lan"),
            ("mode", ""),
            ("tags", ""),
            ("weight", "3")
        ]
    );
    assert_eq!((found[0].id, found[1].id), (THEIRS.parse().ok(), None));
}

#[test]
fn half_an_answer_is_none() {
    assert!(rows(&json!({"rows": [], "total": 1})).is_none());
    assert!(rows(&json!([])).is_none());
    assert!(rows(&json!({"rows": {}, "total": 0})).is_none());
    assert_eq!(rows(&json!({"rows": []})).map(Vec::len), Some(0));
}

#[test]
fn an_id_that_is_another_at_the_second_look_is_none() {
    let rows = [json!({"uuid": THEIRS}), json!({"uuid": OURS})];
    let changed = BTreeSet::from(["11111111-2222-4333-8444-555555555556".parse().unwrap()]);
    let lasting = |again: &BTreeSet<Uuid>| -> Vec<Option<Uuid>> {
        found(Kind::Tag, &rows, Some(again)).iter().map(|found| found.id).collect()
    };
    assert_eq!(lasting(&changed), [None, OURS.parse().ok()]);
    assert_eq!(lasting(&ids(&rows)), [THEIRS.parse().ok(), OURS.parse().ok()]);
}

#[test]
fn choices_are_read_as_what_is_chosen() {
    let answer = json!({"dnsmasq": {
        "enable": "1",
        "interface": {"lan": {"value": "LAN", "selected": 1}, "opt1": {"value": "DMZ", "selected": "1"},
                      "wan": {"value": "WAN", "selected": 0}},
        "add_mac": {"": {"value": "Disabled", "selected": 1}, "text": {"value": "text", "selected": 0}},
        "dhcp": {"no_interface": [], "domain": "lab.lan", "lease_max": null},
        "hosts": {"1": {"host": "a"}},
    }});
    let fields = item(&answer, "dnsmasq").unwrap();
    let text = |name: &str| fields.get(name).map(|field| field.text.as_str());
    assert_eq!(text("interface"), Some("lan,opt1"));
    assert_eq!(
        (text("add_mac"), text("dhcp.domain"), text("dhcp.no_interface")),
        (Some(""), Some("lab.lan"), Some(""))
    );
    assert_eq!(text("dhcp.lease_max"), Some(""));
    // Chosen things have no order of their own; text has.
    assert!(fields["interface"].is("opt1, lan") && !fields["interface"].is("lan"));
    assert!(fields["dhcp.domain"].is("lab.lan") && !fields["dhcp.domain"].is("lab.lan,"));
    assert_eq!((item(&json!([]), "host"), item(&json!({"host": []}), "host")), (None, None));
}

#[test]
fn settings_are_posted_where_they_belong() {
    let fields = |pairs: &[(&str, &str)]| -> Fields {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(
        posted("dnsmasq", &fields(&[("port", "0"), ("dhcp.domain", "a"), ("dhcp.fqdn", "1")])),
        json!({"dnsmasq": {"port": "0", "dhcp": {"domain": "a", "fqdn": "1"}}})
    );
    assert_eq!(posted("tag", &Fields::new()), json!({"tag": {}}));
}
