//! From an address to a gateway that is set up, and back.

use fake_opnsense::{Trouble, When};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{LAN, Place};
use crate::assets::efi;
use crate::support::expect;

#[tokio::test(flavor = "multi_thread")]
async fn one_command_sets_it_up_and_a_second_plan_is_empty() {
    let place = Place::new().await;
    let said = place.add().await;
    assert!(said.contains("as it is wanted"), "{said}");
    let boots = place.fake.rows("dnsmasq.dhcp_boot");
    assert_eq!(boots.len(), 2, "the loader and the script: {boots:?}");

    let plan = place.done(&["gateway", "plan", "opnsense"]).await;
    assert!(plan.contains("Nothing to change"), "{plan}");
    let json: Value =
        serde_json::from_str(&place.done(&["gateway", "plan", "opnsense", "--output", "json"]).await)
            .unwrap();
    assert_eq!(json["changes"], json!([]));
    let list = place.done(&["gateway", "list"]).await;
    assert!(list.contains(&place.fake.url()) && list.contains("as it is wanted"), "{list}");
    let drift = place.done(&["gateway", "drift"]).await;
    assert!(drift.contains("as it was applied"), "{drift}");
    // A second one of the name is refused, and says how to go on.
    let url = place.fake.url();
    let again = place.failed(&[&["gateway", "add", "opnsense", &url][..], &LAN].concat()).await;
    assert!(again.contains("gateway set opnsense"), "{again}");

    // What was not shown is not done.
    let stale = place.server.operator(reqwest::Method::POST, "/api/v1/gateways/opnsense/rollback");
    let stale = stale.json(&json!({"digest": "of another plan"})).send().await.unwrap();
    assert_eq!(crate::support::problem(stale, StatusCode::CONFLICT).await.kind, "plan-changed");
    // Taken back, and the firewall is as before.
    let back = place.done(&["gateway", "rollback", "opnsense", "-y"]).await;
    assert!(!back.is_empty());
    assert!(place.fake.rows("dnsmasq.dhcp_boot").is_empty());
    let shown = place.done(&["gateway", "show", "opnsense"]).await;
    assert!(shown.contains("took an apply back"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_loader_that_was_added_is_given_to_every_firmware_that_it_fits() {
    let place = Place::new().await;
    for (name, machine) in [
        ("snponly.efi", [0x64, 0x86]),
        ("snponly-arm64.efi", [0x64, 0xaa]),
        ("ipxe-i386.efi", [0x4c, 0x01]),
        ("snponly-arm32.efi", [0xc2, 0x01]),
    ] {
        let added = place.server.upload(name, "ipxe", &efi(machine)).await;
        expect(added, StatusCode::OK).await;
    }
    let said = place.add().await;
    let classes = "bios, efi32, efi64, efiarm32, efiarm64, http32, http64, httparm32, httparm64";
    assert!(said.contains(classes), "{said}");
    let options = place.fake.rows("dnsmasq.dhcp_options");
    let mut codes: Vec<u16> = options
        .iter()
        .filter(|row| row.field("option") == "93")
        .map(|row| row.field("value").parse().unwrap())
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 6, 7, 9, 10, 11, 15, 16, 18, 19]);
    let entries = place.fake.rows("dnsmasq.dhcp_boot");
    let of = |file: &str| entries.iter().filter(|row| row.field("filename").ends_with(file)).count();
    // By TFTP, and by HTTP Boot.
    for (file, classes) in
        [("undionly.kpxe", 1), ("ipxe-i386.efi", 2), ("snponly-arm32.efi", 2), ("/boot.ipxe", 1)]
    {
        assert_eq!(of(file), classes, "{file}");
    }
    assert_eq!(entries.len(), 10, "nine classes, and iPXE");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_all_that_is_missing_is_said_at_once() {
    let place = Place::new().await;
    let url = place.fake.url();
    let said = place.muster_with(&["gateway", "add", "opnsense", &url], &[]).await;
    assert_eq!(said.code, Some(1));
    for missing in ["MUSTER_GATEWAY_KEY", "--key-file", "--file", "-y", &place.fake.fingerprint()] {
        assert!(said.err.contains(missing), "{missing}: {}", said.err);
    }
    assert_eq!(place.get("/api/v1/gateways").await, json!([]));
    assert_eq!(place.get("/api/v1/secrets").await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_from_a_file_with_names_and_reservations() {
    let place = Place::new().await;
    let file = place.server.dir.path().join("site.toml");
    let wish = r#"
        [[network]]
        interface = "opt1"
        range = "10.20.0.100-10.20.0.199"
        lease = "2h"
        domain = "lab.example"

        [[reservation]]
        name = "node1"
        mac = "52-54-00-AA-BB-01"
        ip = "10.20.0.50"

        [[dns]]
        name = "registry.lab.example"
        ip = "192.168.1.7"
    "#;
    std::fs::write(&file, wish).unwrap();
    let file = file.to_str().unwrap();
    let (url, pin) = (place.fake.url(), place.fake.fingerprint());
    let said = place
        .done(&[
            "gateway",
            "add",
            "opnsense",
            &url,
            "--name",
            "edge",
            "--fingerprint",
            &pin,
            "--file",
            file,
            "--muster-address",
            "10.20.0.10",
            "--no-proof",
            "-y",
            "--output",
            "json",
        ])
        .await;
    let shown: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&shown["name"], &shown["unapplied"]), (&json!("edge"), &json!(false)));
    assert_eq!(place.fake.rows("dnsmasq.hosts").len(), 1);
    assert_eq!(place.fake.rows("unboundplus.hosts.host").len(), 1);

    // One reservation less, shown before it is done.
    std::fs::write(file, wish.replace("52-54-00-AA-BB-01", "52-54-00-AA-BB-02")).unwrap();
    place.done(&["gateway", "set", "edge", "--file", file, "--muster-address", "10.20.0.10"]).await;
    let plan = place.done(&["gateway", "plan", "edge"]).await;
    assert!(
        plan.contains("~ reservation") && plan.contains("52:54:00:aa:bb:01 → 52:54:00:aa:bb:02"),
        "{plan}"
    );
    let refused = place.failed(&["gateway", "apply", "edge"]).await;
    assert!(refused.contains("-y"), "{refused}");
    let applied = place.muster(&["gateway", "apply", "edge", "-y"]).await;
    assert!(applied.code == Some(0) && applied.err.contains("✓ change reservation"), "{}", applied.err);

    // What can't be is refused with its line, and nothing is changed.
    std::fs::write(file, wish.replace("10.20.0.50", "10.20.0.500")).unwrap();
    let wrong = place.failed(&["gateway", "set", "edge", "--file", file]).await;
    assert!(wrong.contains("site.toml") && wrong.contains("line 11"), "{wrong}");

    // Removed: everything of ours goes, and the secret can go then.
    let in_use = place.failed(&["secret", "remove", "gateway.edge"]).await;
    assert!(in_use.contains("the gateway edge"), "{in_use}");
    place.done(&["gateway", "remove", "edge", "-y"]).await;
    assert!(
        place.fake.rows("dnsmasq.hosts").is_empty() && place.fake.rows("unboundplus.hosts.host").is_empty()
    );
    place.done(&["secret", "remove", "gateway.edge"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebodys_change_by_hand_is_drift_and_is_put_back() {
    let place = Place::new().await;
    place.add().await;
    let boot = place.fake.rows("dnsmasq.dhcp_boot").remove(0);
    let uuid = boot.uuid.unwrap();
    let (status, _) = place.fake.human("anna@192.168.1.77", |desk| {
        desk.post(&format!("dnsmasq/settings/setBoot/{uuid}"), &json!({"boot": {"filename": "other.kpxe"}}))
    });
    assert_eq!(status, 200);
    let drift = place.muster(&["gateway", "drift", "opnsense"]).await;
    assert_eq!(drift.code, Some(1), "{}", drift.err);
    assert!(drift.out.contains("other.kpxe → undionly.kpxe"), "{}", drift.out);
    place.done(&["gateway", "apply", "opnsense", "-y"]).await;
    place.done(&["gateway", "drift", "opnsense"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_taken_off_stays_wanted() {
    let place = Place::new().await;
    place.add().await;
    let wanted = || async { place.get("/api/v1/gateways/opnsense").await["wish"].clone() };
    let before = wanted().await;
    // Somebody's entry refers to a tag of ours.
    let tag = place.fake.rows("dnsmasq.dhcp_tags").remove(0).uuid.unwrap();
    let theirs = json!({"boot": {"filename": "theirs.efi", "tag": tag.to_string(), "interface": "opt1"}});
    let (_, made) =
        place.fake.human("anna@192.168.1.77", |desk| desk.post("dnsmasq/settings/addBoot", &theirs));
    let refused = place.failed(&["gateway", "remove", "opnsense", "-y"]).await;
    assert!(refused.contains("theirs.efi") && refused.contains("conflicts stand in the way"), "{refused}");
    assert_eq!(wanted().await, before);
    let path = format!("dnsmasq/settings/delBoot/{}", made["uuid"].as_str().unwrap());
    place.fake.human("anna@192.168.1.77", |desk| desk.post(&path, &json!({})));

    // The firewall does not do it: all is as before, and wanted as before.
    place.fake.trouble(When::path("dnsmasq/settings/delBoot/*"), Trouble::Status(403));
    let refused = place.failed(&["gateway", "remove", "opnsense", "-y"]).await;
    assert!(refused.contains("was not removed"), "{refused}");
    assert_eq!(wanted().await, before);
    place.fake.heal();
    assert!(place.done(&["gateway", "plan", "opnsense"]).await.contains("Nothing to change"));
    place.done(&["gateway", "remove", "opnsense", "-y"]).await;
    assert!(place.fake.rows("dnsmasq.dhcp_boot").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_show_how_it_stands_and_what_a_firewall_says_stays_text() {
    let place = Place::new().await;
    place.add().await;
    let boot = place.fake.rows("dnsmasq.dhcp_boot").remove(0).uuid.unwrap();
    let hostile = json!({"boot": {"filename": "<script>x</script>"}});
    place
        .fake
        .human("anna@192.168.1.77", |desk| desk.post(&format!("dnsmasq/settings/setBoot/{boot}"), &hostile));
    let page = async |path: &str| {
        let answer = place.server.operator(reqwest::Method::GET, path).send().await.unwrap();
        expect(answer, StatusCode::OK).await
    };
    let list = page("/gateways").await;
    assert!(list.contains("as it is wanted") && list.contains("/gateways/opnsense"), "{list}");
    let shown = page("/gateways/opnsense?plan=true").await;
    assert!(shown.contains("network boot from 192.168.1.10") && !shown.contains("<script>x"), "{shown}");
    assert!(shown.contains("&#60;script&#62;x"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_outlives_whoever_asked_for_it_and_asking_again_follows_it() {
    let place = Place::new().await;
    place.add().await;
    let boot = place.fake.rows("dnsmasq.dhcp_boot").remove(0).uuid.unwrap();
    place.fake.human("anna@192.168.1.77", |desk| {
        desk.post(&format!("dnsmasq/settings/setBoot/{boot}"), &json!({"boot": {"filename": "other.kpxe"}}))
    });
    let plan = place.get("/api/v1/gateways/opnsense/plan").await;
    let slow = Trouble::Delay(std::time::Duration::from_secs(2));
    place.fake.trouble(When::path("dnsmasq/settings/setBoot/*").once(), slow);
    let asked = place.server.operator(reqwest::Method::POST, "/api/v1/gateways/opnsense/apply");
    let asked = asked.json(&json!({"digest": plan["digest"]})).timeout(std::time::Duration::from_millis(700));
    assert!(asked.send().await.unwrap_err().is_timeout());
    let again = place.muster(&["gateway", "apply", "opnsense", "-y"]).await;
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    assert!(again.err.contains("is being changed already, by operator"), "{}", again.err);
    assert_eq!(
        place.fake.rows("dnsmasq.dhcp_boot").iter().filter(|it| it.field("filename") == "other.kpxe").count(),
        0
    );
    let applies = place.get("/api/v1/gateways/opnsense/applies").await;
    assert_eq!((applies.as_array().unwrap().len(), &applies[0]["state"]), (2, &json!("done")));
    // The plan that was shown is done: it can't be applied a second time.
    let stale = place.server.operator(reqwest::Method::POST, "/api/v1/gateways/opnsense/apply");
    let stale = stale.json(&json!({"digest": plan["digest"]})).send().await.unwrap();
    let problem = crate::support::problem(stale, StatusCode::CONFLICT).await;
    assert_eq!(problem.kind, "plan-changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_dnsmasq_is_set_up_by_a_file_of_its_own() {
    let place = Place::new().await;
    let folder = place.server.dir.path().join("dnsmasq.d");
    std::fs::create_dir(&folder).unwrap();
    let (conf, wish) = (folder.join("muster.conf"), place.server.dir.path().join("names.toml"));
    std::fs::write(&wish, "[[dns]]\nname = \"registry.lab.example\"\nip = \"192.168.1.7\"\n").unwrap();
    let (conf, wish) = (conf.to_str().unwrap(), wish.to_str().unwrap());
    let added = ["gateway", "add", "dnsmasq", conf, "--reload", "by-hand", "--file", wish, "-y"];
    place.done(&added).await;
    let file = std::fs::read_to_string(conf).unwrap();
    assert!(file.contains("registry.lab.example"), "{file}");
    let plan = place.done(&["gateway", "plan", "dnsmasq"]).await;
    assert!(plan.contains("Nothing to change"), "{plan}");
    let foreign = folder.join("other.conf");
    std::fs::write(&foreign, "# somebody's\n").unwrap();
    let args = [
        "gateway",
        "add",
        "dnsmasq",
        foreign.to_str().unwrap(),
        "--name",
        "more",
        "--reload",
        "by-hand",
        "--file",
        wish,
        "-y",
    ];
    let refused = place.failed(&args).await;
    assert!(refused.contains("other.conf"), "{refused}");
    assert_eq!(std::fs::read_to_string(&foreign).unwrap(), "# somebody's\n");
    place.done(&["gateway", "remove", "dnsmasq", "-y"]).await;
}
