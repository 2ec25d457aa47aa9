//! Reports become inventories and revisions.

use events::Kind;
use hosts::{ChangeKind, HostError, Taken};
use inventory::sections::{Bmc, Content, Disk, PciDevice};
use inventory::{Report, Section, Sections};

use crate::machine::Machine;
use crate::site::{SILENCE, site};

#[tokio::test]
async fn a_report_fills_the_columns_and_makes_the_first_revision() {
    let site = site().await;
    let machine = Machine::server(1).with(|m| m.disks = vec!["A", "B"]);
    let host = site.known(&machine).await;
    let shown = site.host(&host).await;
    assert_eq!(shown.product.as_deref(), Some("PowerEdge R640"));
    assert_eq!((shown.memory_bytes, shown.disk_count, shown.nic_count), (Some(32 << 30), Some(2), Some(2)));
    assert_eq!((shown.revision, shown.last_seen_at), (1, Some(site.now())));
    assert_eq!(shown.agent_version.as_deref(), Some("0.1.0"));
    let stored = hosts::inventory(site.store.readers(), &host, None).await.unwrap().unwrap();
    assert_eq!(stored.inventory.disks.unwrap().len(), 2);
    assert!(site.events(Kind::InventoryChanged).await.is_empty(), "the first is no change");
    let started = site.events(Kind::AgentStarted).await;
    assert_eq!(started.len(), 1);
    assert_eq!(started[0].summary, "the agent of dell-svc0001 started");
}

#[tokio::test]
async fn the_same_inventory_a_hundred_times_is_one_revision() {
    let site = site().await;
    let machine = Machine::server(1).with(|m| m.disks = vec!["A", "B"]);
    let host = site.known(&machine).await;
    for n in 0..100 {
        site.pass(SILENCE);
        // Another boot: kernel names turned round.
        let again = if n % 2 == 0 { machine.clone().with(|m| m.disks.reverse()) } else { machine.clone() };
        let taken = site.report(&host, &again).await.unwrap();
        assert_eq!(taken, Taken::Applied { revision: None, changes: vec![] });
    }
    assert_eq!(hosts::revisions(site.store.readers(), &host, None, 10).await.unwrap().len(), 1);
    let shown = site.host(&host).await;
    assert_eq!(shown.report_at, Some(site.now()));
    assert!(shown.changed_at < shown.report_at);
}

#[tokio::test]
async fn what_a_hand_did_is_a_revision_and_an_event() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    let changed = machine.clone().with(|m| {
        m.disks.push("SER123");
        m.memory_gib = 64;
    });
    let Taken::Applied { revision, changes } = site.report(&host, &changed).await.unwrap() else { panic!() };
    assert_eq!(revision, Some(2));
    assert!(changes.iter().any(|c| c.path == ["disks", "SER123"] && c.kind == ChangeKind::Added));
    let events = site.events(Kind::InventoryChanged).await;
    assert_eq!(events[0].summary, "dell-svc0001: 1 disk added (SER123), memory 32 → 64 GiB");
    site.report(&host, &machine).await.unwrap();
    let revisions = hosts::revisions(site.store.readers(), &host, None, 10).await.unwrap();
    let told: Vec<_> = revisions.iter().map(|r| (r.number, r.summary.as_str())).collect();
    assert_eq!(
        told,
        [
            (3, "1 disk removed (SER123), memory 64 → 32 GiB"),
            (2, "1 disk added (SER123), memory 32 → 64 GiB"),
            (1, "first inventory"),
        ]
    );
    assert_eq!(hosts::revisions(site.store.readers(), &host, Some(2), 10).await.unwrap().len(), 1);
    let second = hosts::inventory(site.store.readers(), &host, Some(2)).await.unwrap().unwrap();
    let third = hosts::inventory(site.store.readers(), &host, Some(3)).await.unwrap().unwrap();
    assert_eq!(hosts::summary(&hosts::diff(&second.inventory, &third.inventory)), told[0].1);
    assert!(hosts::inventory(site.store.readers(), &host, Some(9)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_section_that_fails_keeps_its_data_and_is_a_problem_until_it_recovers() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    let mut broken = machine.report();
    broken.sections.disks = Section::Failed { reason: "reading /sys/block: EIO".into() };
    broken.sections.nics = Section::Failed { reason: "no".into() };
    for _ in 0..3 {
        let taken = site.take(&host, broken.clone()).await.unwrap();
        assert_eq!(taken, Taken::Applied { revision: None, changes: vec![] });
    }
    let shown = site.host(&host).await;
    assert_eq!((shown.disk_count, shown.problem_count), (Some(1), 2));
    assert_eq!(site.by_mac(machine.macs[0]).await, Some(host.clone()), "cards unread are not cards lost");
    let problems = hosts::problems(site.store.readers(), &host).await.unwrap();
    assert_eq!(
        (problems[0].part.as_str(), problems[0].reason.as_str()),
        ("disks", "reading /sys/block: EIO")
    );
    let failed = site.events(Kind::AgentFailed).await;
    assert_eq!(failed.iter().map(|e| e.key.as_str()).collect::<Vec<_>>(), ["disks", "nics"], "told once");
    assert_eq!(failed[0].summary, "the agent of dell-svc0001 can't do disks: reading /sys/block: EIO");

    site.report(&host, &machine).await.unwrap();
    let recovered = site.events(Kind::AgentRecovered).await;
    assert_eq!(recovered.iter().map(|e| e.key.as_str()).collect::<Vec<_>>(), ["disks", "nics"]);
    assert_eq!(site.host(&host).await.problem_count, 0);
}

#[tokio::test]
async fn a_section_that_an_older_agent_does_not_know_is_no_failure() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    // `cpu` and some others were never said.
    assert!(site.events(Kind::AgentFailed).await.is_empty());
    assert_eq!(site.host(&host).await.problem_count, 0);
}

#[tokio::test]
async fn another_machines_identity_in_the_hosts_own_report_is_a_claim() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    let before = site.host(&host).await;
    site.pass(SILENCE);
    let Taken::Claim(Some(claim)) = site.report(&host, &Machine::server(2)).await.unwrap() else { panic!() };
    assert_eq!(site.host(&host).await, before, "neither applied nor heard");
    let claims = hosts::claims(site.store.readers(), Some(&host), false, 10).await.unwrap();
    assert_eq!(claims[0].id, claim);
    assert!(claims[0].reason.contains("uuid"), "{}", claims[0].reason);
}

#[tokio::test]
async fn a_late_report_of_an_old_start_is_left_out() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    let restarted = machine.clone().with(|m| {
        m.start_id = "start-2";
        m.disks.push("NEW");
    });
    site.report(&host, &restarted).await.unwrap();
    assert_eq!(site.report(&host, &machine).await.unwrap(), Taken::Late);
    assert_eq!(site.host(&host).await.disk_count, Some(2));
}

#[tokio::test]
async fn a_host_that_is_not_there_is_named() {
    let site = site().await;
    let nobody = "nobody".parse().unwrap();
    let error = site.report(&nobody, &Machine::server(1)).await.unwrap_err();
    assert!(matches!(&error, HostError::NoHost(id) if *id == nobody), "{error}");
}

#[tokio::test]
async fn a_host_that_changes_for_ever_keeps_its_newest_revisions() {
    let site = site().await;
    let mut machine = Machine::server(1);
    let host = site.known(&machine).await;
    for gib in 0..510 {
        machine.memory_gib = 1000 + gib;
        site.report(&host, &machine).await.unwrap();
    }
    let kept = hosts::revisions(site.store.readers(), &host, None, 10_000).await.unwrap();
    assert_eq!((kept.len(), kept[0].number), (500, 511));
}

#[tokio::test]
async fn slow_sections_of_a_first_boot_make_no_revisions() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    let slow = |sections: Sections| Report { sections, ..machine.report() };
    let content = |device: &str| Content { device: device.into(), ..Content::default() };
    let later = [
        Sections { contents: Section::new(vec![content("sd0")], vec![]), ..Sections::default() },
        Sections { bmc: Section::new(Bmc::default(), vec![]), ..Sections::default() },
        Sections { neighbours: Section::new(vec![], vec![]), ..Sections::default() },
    ];
    for sections in later {
        let taken = site.take(&host, slow(sections)).await.unwrap();
        assert_eq!(taken, Taken::Applied { revision: None, changes: vec![] });
    }
    let revisions = hosts::revisions(site.store.readers(), &host, None, 10).await.unwrap();
    assert_eq!(revisions.len(), 1);
    assert!(site.events(Kind::InventoryChanged).await.is_empty());
    let first = hosts::inventory(site.store.readers(), &host, Some(1)).await.unwrap().unwrap().inventory;
    assert!(
        first.contents.is_some() && first.bmc.is_some() && first.disks.is_some(),
        "all of it is in the first"
    );

    // What changes in them from then on is a change; what comes for the first time beside it is not told with it.
    let sections = Sections {
        contents: Section::new(vec![], vec![]),
        pci: Section::new(vec![PciDevice::default()], vec![]),
        ..Sections::default()
    };
    let Taken::Applied { revision, .. } = site.take(&host, slow(sections)).await.unwrap() else { panic!() };
    assert_eq!(revision, Some(2));
    let events = site.events(Kind::InventoryChanged).await;
    assert_eq!(events[0].summary, "dell-svc0001: 1 volume removed (DISK1)");
}

#[tokio::test]
async fn what_a_newer_agent_knows_besides_is_no_change_of_the_machine() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    let newer = |change: fn(&mut Disk)| {
        let mut report = machine.report();
        report.agent.version = "0.2.0".into();
        let Section::Ok { data } = &mut report.sections.disks else { panic!() };
        change(&mut data[0]);
        report
    };
    let taken = site.take(&host, newer(|disk| disk.rotation_rpm = Some(7200))).await.unwrap();
    assert_eq!(taken, Taken::Applied { revision: None, changes: vec![] });
    // The same agent now sees another firmware, and one field more: that is the machine's.
    let flashed = newer(|disk| {
        disk.rotation_rpm = Some(7200);
        disk.firmware = Some("F2".into());
    });
    let Taken::Applied { revision, changes } = site.take(&host, flashed).await.unwrap() else { panic!() };
    assert_eq!((revision, changes.len()), (Some(2), 1));
}

#[tokio::test]
async fn disks_that_swapped_their_names_keep_what_is_on_them() {
    let site = site().await;
    let machine = Machine::server(1).with(|m| m.disks = vec!["A", "B"]);
    let host = site.known(&machine).await;
    let content = Content { device: "sd1".into(), ..Content::default() };
    let sections = Sections { contents: Section::new(vec![content], vec![]), ..Sections::default() };
    site.take(&host, Report { sections, ..machine.report() }).await.unwrap();
    let rebooted = machine.clone().with(|m| m.disks = vec!["B", "A"]);
    let taken = site.report(&host, &rebooted).await.unwrap();
    assert_eq!(taken, Taken::Applied { revision: None, changes: vec![] });
    let latest = hosts::inventory(site.store.readers(), &host, None).await.unwrap().unwrap().inventory;
    assert_eq!(latest.contents.unwrap()[0].device, "sd0");
}
