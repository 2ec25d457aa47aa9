//! The examination before a gateway is added, and what is read without a privilege.

use fake_opnsense::{NEEDED, Site};

use super::*;

async fn examined(options: Options, user: &User) -> gateway::opnsense::Examination {
    let users = vec![user.clone()];
    let fake = FakeOpnSense::start(Options { users, ..options });
    client_with(&fake, user, waits()).examine(&ALL).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_missing_privilege_is_named_as_the_page_names_it() {
    for (id, on_25_7, on_26_1, required) in [
        (
            "page-services-dnsforwarder",
            "Services: Dnsmasq DNS/DHCP: Settings",
            "Services: Dnsmasq DNS/DHCP: Settings",
            true,
        ),
        ("page-services-unbound", "Services: Unbound (MVC)", "Services: Unbound", true),
        ("page-services-haproxy", "Services: HAProxy", "Services: HAProxy", true),
        ("page-filter-api", "Firewall: Automation: Filter", "Firewall: Rules [new]", true),
        ("page-status-interfaces", "Status: Interfaces", "Status: Interfaces", false),
        (
            "page-diagnostics-configurationhistory",
            "Diagnostics: Configuration History",
            "Diagnostics: Configuration History",
            true,
        ),
    ] {
        for (release, name) in [(Release::V25_7_11, on_25_7), (Release::V26_1_11, on_26_1)] {
            let examination = examined(Options::new(release), &User::muster().without(id)).await;
            let missing: Vec<(&str, bool)> =
                examination.missing.iter().map(|missing| (missing.name.as_str(), missing.required)).collect();
            assert_eq!(missing, [(name, required)], "{release}");
            assert_eq!(examination.passed(), !required);
            assert_eq!(examination.release, release.to_string());
            let lan = examination.facts.interfaces.iter().find(|interface| interface.key == "lan");
            let networks = &lan.unwrap().networks;
            let seen = networks.iter().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(seen, ["192.168.1.1/24"], "{id}: the interfaces are seen all the same");
        }
    }
    let all = examined(Options::default(), &User::muster()).await;
    assert!(all.passed() && all.missing.is_empty() && all.user.as_deref() == Some("muster"), "{all:?}");
    let none = examined(Options::default(), &User::new("nobody", &[])).await;
    assert!(none.missing.iter().any(|missing| missing.name == "Lobby: Dashboard" && missing.required));
    assert_eq!(none.missing.len(), 7, "{:?}", none.missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_wanted_is_demanded_and_names_are_offered() {
    let least = User::new(
        "least",
        &["page-system-login-logout", "page-diagnostics-configurationhistory", "page-services-dnsforwarder"],
    );
    let fake = FakeOpnSense::start(Options { users: vec![least.clone()], ..Options::default() });
    let client = client_with(&fake, &least, waits());
    for (services, demanded) in [
        (vec![Service::Firewall, Service::Dnsmasq], vec![]),
        (vec![Service::Firewall, Service::Dnsmasq, Service::Unbound], vec!["Services: Unbound"]),
        (vec![Service::Firewall, Service::Haproxy], vec!["Firewall: Rules [new]", "Services: HAProxy"]),
    ] {
        let examination = client.examine(&services).await.unwrap();
        let required = examination.missing.iter().filter(|missing| missing.required);
        let required: Vec<&str> = required.map(|missing| missing.name.as_str()).collect();
        assert_eq!(required, demanded, "{services:?}");
        assert_eq!(examination.passed(), demanded.is_empty());
        for offered in ["Services: Unbound", "Firewall: Rules [new]", "Status: Interfaces"] {
            assert!(examination.missing.iter().any(|missing| missing.name == offered), "{offered}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn either_of_two_privileges_tells_the_release() {
    for id in ["page-system-login-logout", "page-system-firmware-manualupdate"] {
        let examination = examined(Options::default(), &User::muster().without(id)).await;
        assert!(examination.passed(), "{id}: {:?}", examination.missing);
    }
    let least: Vec<&str> = NEEDED
        .into_iter()
        .filter(|id| {
            ![
                "page-system-firmware-manualupdate",
                "page-status-services",
                "page-system-status",
                "page-firewall-alias-edit",
            ]
            .contains(id)
        })
        .collect();
    assert!(examined(Options::default(), &User::new("least", &least)).await.passed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_read_only_is_found_without_writing() {
    let user = User::read_only();
    let fake = FakeOpnSense::start(Options { users: vec![user.clone()], ..Options::default() });
    let (client, before) = (client_with(&fake, &user, waits()), fake.revisions().len());
    let examination = client.examine(&ALL).await.unwrap();
    assert_eq!(examination.read_only.as_deref(), Some("System: Deny config write"));
    assert!(!examination.passed());
    assert_eq!(fake.revisions().len(), before, "an examination changes nothing");
    let tag = change(Action::Create, Kind::Tag, &SITE.object(Kind::Tag, "a").to_string(), &[("tag", "a")]);
    let error = client.write(&tag).await.unwrap_err().to_string();
    assert!(error.contains("System: Deny config write"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_is_seen() {
    let mut site = Site {
        kea: vec!["lan".into()],
        isc: vec!["opt1".into()],
        virtual_ips: vec![("lan".into(), "192.168.1.10/32".into(), "api".into())],
        ..Site::default()
    };
    site.web.interfaces = vec!["lan".into()];
    let examination =
        examined(Options { site, haproxy: false, ..Options::new(Release::V25_7_11) }, &User::muster()).await;
    let facts = &examination.facts;
    assert_eq!(facts.dns_by, Some(Service::Unbound));
    let dhcp: Vec<String> =
        facts.other_dhcp.iter().map(|(name, on)| format!("{name} on {}", on.join(","))).collect();
    assert_eq!(dhcp, ["ISC DHCPv4 on opt1", "Kea DHCPv4 on lan"]);
    assert_eq!(
        (facts.addresses[0].ip.to_string().as_str(), facts.addresses[0].what.as_str()),
        ("192.168.1.10", "a virtual address on LAN")
    );
    let page: Vec<String> = facts
        .web_page
        .iter()
        .map(|page| format!("{} {} {:?}", page.port, page.what, page.addresses))
        .collect();
    assert_eq!(
        page,
        [
            "443 the web page [192.168.1.1, 192.168.1.10]",
            "80 the web page's redirect [192.168.1.1, 192.168.1.10]"
        ]
    );
    assert_eq!(examination.missing_plugins, ["os-haproxy"]);
    assert_eq!(examination.services[&Service::Haproxy], ServiceState::Absent);
    assert!(!examination.passed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_read_is_said_and_the_rest_is_read() {
    let user = User::muster().without("page-services-unbound");
    let fake =
        FakeOpnSense::start(Options { users: vec![user.clone()], haproxy: false, ..Options::default() });
    let reading = client_with(&fake, &user, waits()).read(&ALL).await.unwrap();
    assert!(
        reading.facts.unread[&Kind::HostOverride].contains("\"Services: Unbound\""),
        "{:?}",
        reading.facts.unread
    );
    assert!(reading.facts.unread[&Kind::Frontend].contains("os-haproxy"), "{:?}", reading.facts.unread);
    assert_eq!(reading.services[&Service::Haproxy], ServiceState::Absent);
    assert!(reading.of(Kind::Range).count() > 0 && reading.of(Kind::DnsmasqSettings).count() == 1);
    // Without the history nobody's changes could be kept apart from ours.
    let user = User::muster().without("page-diagnostics-configurationhistory");
    fake.set_users(vec![user.clone()]);
    let error = client_with(&fake, &user, waits()).read(&ALL).await.unwrap_err().to_string();
    assert!(error.contains("\"Diagnostics: Configuration History\""), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn older_releases_are_recognised() {
    let fake = FakeOpnSense::start(Options::new(Release::V25_1_12));
    let client = client(&fake);
    for error in [client.read(&ALL).await.unwrap_err(), client.examine(&ALL).await.unwrap_err()] {
        assert_eq!(error.to_string(), "OPNsense 25.1.12 is too old: Muster needs 25.7 or later");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_error_and_no_reading_holds_the_key() {
    let user = User::muster();
    let fake = FakeOpnSense::start(Options::default());
    let client = client(&fake);
    let tag = change(Action::Create, Kind::Tag, &SITE.object(Kind::Tag, "a").to_string(), &[("tag", "a")]);
    let mut said =
        format!("{:?} {:?}", client.read(&ALL).await.unwrap(), client.examine(&ALL).await.unwrap());
    for trouble in [
        Trouble::Status(302),
        Trouble::Status(401),
        Trouble::Status(500),
        Trouble::Html(502),
        Trouble::DropBefore,
    ] {
        fake.trouble(When::path("*"), trouble);
        said.push_str(&format!("{:?} {:?}", client.write(&tag).await, client.read(&ALL).await));
        said.push_str(&format!("{} {:?}", client.write(&tag).await.unwrap_err(), client.backup().await));
        fake.heal();
    }
    said.push_str(&format!("{:?}", credential(&user)));
    assert!(!said.contains(&user.key) && !said.contains(&user.secret), "{said}");
}
