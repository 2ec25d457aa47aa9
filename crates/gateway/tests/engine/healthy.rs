//! When nothing goes wrong.

use std::os::unix::fs::PermissionsExt;

use fake_opnsense::{FakeOpnSense, Options, Release};
use gateway::{Action, GatewayError, Kind, StepState};
use serde_json::json;

use crate::house::{House, WISH, activations, fw1, larger, roll_back, saved, usual, wish};

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_is_set_up_once_and_taken_back_whole() {
    for release in [Release::V25_7_11, Release::V26_1_11, Release::V26_7_2] {
        let fake = FakeOpnSense::start(Options::new(release));
        fake.human("root", |desk| {
            let theirs = json!({"boot": {"filename": "theirs.efi", "interface": "opt1"}});
            assert_eq!(desk.post("dnsmasq/settings/addBoot", &theirs).0, 200);
        });
        let before = saved(&fake);
        let house = House::wishing(&fake).await;
        let record = house.apply().await;
        assert_eq!(record.state.as_str(), "done", "{release}: {}", record.words);
        assert!(record.steps.iter().all(|step| step.state == StepState::Made));
        assert_eq!(record.steps.len(), record.plan.changes.len());
        house.stands(&fake).await;

        // A second time it changes nothing, saves nothing and stops nothing.
        let (revisions, file) = (fake.revisions().len(), saved(&fake));
        fake.forget_requests();
        let again = house.apply().await;
        assert_eq!((again.state.as_str(), again.steps.len()), ("done", 0), "{release}");
        assert_eq!((fake.revisions().len(), saved(&fake)), (revisions, file), "{release}");
        assert_eq!((fake.writes(), activations(&fake).len()), (Vec::<String>::new(), 0), "{release}");

        let back = roll_back(&house.gateways, Some(&record.id)).await.unwrap();
        assert_eq!((back.state.as_str(), back.undoes.as_ref()), ("done", Some(&record.id)), "{}", back.words);
        assert_eq!(saved(&fake), before, "{release}");
        let undone = house.gateways.apply_record(&record.id).await.unwrap().unwrap();
        assert_eq!(undone.state.as_str(), "undone");
        assert!(house.gateways.drift(&fw1()).await.unwrap().is_empty(), "taken back is not drifted");
        assert_eq!(
            house.events().await,
            ["gateway.added", "gateway.wished", "gateway.applied", "gateway.applied", "gateway.undone"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_class_comes_before_ipxes_own_entry() {
    let fake = usual();
    let house = House::settled(&fake).await;
    house.want(Some(larger())).await;
    let plan = house.gateways.plan(&fw1()).await.unwrap();
    let boots: Vec<_> = plan.changes.iter().filter(|it| it.kind == Kind::Boot).map(|it| it.action).collect();
    assert_eq!(boots, [Action::Create, Action::Move]);
    assert_eq!(house.apply().await.state.as_str(), "done");
    house.stands(&fake).await;
    let file = fake.dnsmasq_file();
    assert!(file.rfind("arm64.efi").unwrap() < file.rfind("/boot/boot.ipxe").unwrap(), "{file}");

    // Newest first, and then all of it is gone.
    let back = roll_back(&house.gateways, None).await.unwrap();
    assert_eq!(back.state.as_str(), "done", "{}", back.words);
    house.want(Some(wish(WISH))).await;
    house.stands(&fake).await;
    let back = roll_back(&house.gateways, None).await.unwrap();
    assert_eq!(back.state.as_str(), "done", "{}", back.words);
    assert_eq!(fake.rows("dnsmasq.dhcp_boot").len(), 0);
    let none = roll_back(&house.gateways, None).await.unwrap_err();
    assert!(matches!(none, GatewayError::NotUndoable { .. }), "{none}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_wanted_any_more_goes_and_then_the_gateway_can_be_removed() {
    let fake = usual();
    let before = saved(&fake);
    let house = House::settled(&fake).await;
    let stands = house.gateways.remove(&fw1(), false, "operator").await.unwrap_err();
    assert!(stands.to_string().contains("objects that Muster made stand on fw1"), "{stands}");
    house.want(None).await;
    let notices = house.gateways.plan(&fw1()).await.unwrap().notices;
    for service in ["dnsmasq", "haproxy"] {
        let said = format!("nothing is wanted of {service} any more: it stays switched on");
        assert!(notices.iter().any(|notice| notice.text.starts_with(&said)), "{notices:?}");
    }
    assert_eq!(house.apply().await.state.as_str(), "done");
    for table in ["dnsmasq.dhcp_boot", "dnsmasq.dhcp_tags", "HAProxy.backends.backend", "Filter.rules.rule"] {
        assert_eq!(fake.rows(table).len(), before_rows(&before, table), "{table}");
    }
    house.gateways.remove(&fw1(), false, "operator").await.unwrap();
    assert!(matches!(house.gateways.plan(&fw1()).await, Err(GatewayError::NoGateway(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_changes_than_the_gateway_remembers_are_told_from_others_all_the_same() {
    let fake = usual();
    let before = saved(&fake);
    let house = House::new(&fake).await;
    let many = |count: u32| -> String {
        let kept = (1..=count).map(|n| {
            format!("[[reservation]]\nname = 'n{n}'\nmac = '52:54:00:00:01:{n:02x}'\nip = '10.20.0.{n}'\n")
        });
        kept.skip(1).collect()
    };
    let network = "[[network]]\ninterface = 'opt1'\nrange = '10.20.0.200-10.20.0.250'\n";
    house.want(Some(wish(&format!("{network}{}", many(130))))).await;
    let record = house.apply().await;
    assert_eq!(record.state.as_str(), "done", "{}", record.words);
    assert!(record.steps.len() > 120 && record.words.is_empty(), "{}", record.words);
    assert!(fake.revisions().len() <= 100, "the revision of the plan is kept no more");
    assert_eq!(roll_back(&house.gateways, None).await.unwrap().state.as_str(), "done");
    assert_eq!(saved(&fake), before);

    // Somebody's edit among them is still somebody's.
    let edit = fake_opnsense::Trouble::After(Box::new(|desk| {
        let theirs =
            json!({"host": {"host": "printer", "ip": "192.168.1.77", "hwaddr": "52:54:00:00:00:77"}});
        assert_eq!(desk.post("dnsmasq/settings/addHost", &theirs).0, 200);
    }));
    fake.trouble(fake_opnsense::When::writing().nth(60).once(), edit);
    let record = house.apply().await;
    assert_eq!(record.state.as_str(), "undone", "{}", record.words);
    assert!(record.words.contains("addHost made changes by admin@192.168.1.77"), "{}", record.words);
    assert_eq!(fake.rows("dnsmasq.hosts").len(), 1);
}

fn before_rows(before: &serde_json::Value, table: &str) -> usize {
    before.pointer(&format!("/tables/{table}")).and_then(|rows| rows.as_array()).map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_applied_as_it_was_shown_or_not_at_all() {
    let fake = usual();
    let house = House::wishing(&fake).await;
    let shown = house.gateways.plan(&fw1()).await.unwrap();
    house.want(Some(larger())).await;
    fake.forget_requests();
    let refused = house.gateways.apply(&fw1(), &shown.digest, "operator").await.unwrap_err();
    assert!(matches!(refused, GatewayError::PlanChanged), "{refused}");
    assert_eq!(fake.writes(), Vec::<String>::new());

    house.want(Some(wish(&WISH.replace("192.168.1.50", "192.168.9.50")))).await;
    let plan = house.gateways.plan(&fw1()).await.unwrap();
    assert_ne!(plan.conflicts, []);
    let refused = house.gateways.apply(&fw1(), &plan.digest, "operator").await.unwrap_err();
    assert!(matches!(refused, GatewayError::Conflicts(_)), "{refused}");
    assert_eq!(fake.writes(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_configuration_is_kept_before_and_for_nobody_else() {
    let fake = usual();
    let house = House::settled(&fake).await;
    let folder = house.folder.path().join("backups/fw1");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap()).collect();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let kept = std::fs::read_to_string(files[0].path()).unwrap();
    assert!(kept.contains("<opnsense>") && !kept.contains("boot.ipxe"), "of before");
}
