//! The disk is another one by the time at which the machine boots.

use reqwest::StatusCode;

use super::is_installed;
use crate::scripted::{self, Machine};
use crate::support::{TestServer, expect, problem};

const SLOT: &str = "by-path=pci-0000:00:17.0-ata-1";

/// What its agent tells between arming and boot: nothing is given out as long as the disk is another one, though its description
/// fits that one, too. What the live system's guard finds is told in `installs.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_was_swapped_since_it_was_armed_boots_no_installer() {
    let server = TestServer::new().await;
    scripted::cluster(&server).await;
    let mut machine = Machine::new(1);
    machine.enrols(&server).await;
    machine.is_approved(&server).await;
    machine.becomes(&server, "worker", SLOT).await;
    machine.armed(&server, "first").await;
    let before = machine.boots(&server).await;

    machine.disk = "SWAPPED".to_owned();
    machine.tells(&server).await;
    let text = machine.asks(&server).await;
    assert!(!text.contains("coreos.inst"), "{text}");
    assert!(text.contains("the disk that was armed, DISK1, is not among those"), "{text}");
    // Whoever armed it learns why it boots its own disk.
    let incident = server.incidents("install.refused", 1).await.remove(0);
    assert!(incident.to_string().contains("the script that installs"), "{incident:#}");
    // By a script of before, neither.
    for path in [&before.live, &before.node] {
        let refused = problem(machine.gets(&server, path).await, StatusCode::FORBIDDEN).await;
        assert_eq!(refused.kind, "not-armed");
    }
    server.incidents("install.refused", 1).await;
    assert!(machine.install(&server).await["consumed_at"].is_null(), "none of that used anything");

    // It was put back: that is the machine that was armed.
    machine.disk = "DISK1".to_owned();
    machine.tells(&server).await;
    let script = machine.boots(&server).await;
    let voice = machine.comes_up(&server, &script).await;
    voice.says(&server, "disk-checked", "").await;
    let document = expect(machine.gets(&server, &script.node).await, StatusCode::OK).await;
    is_installed(&server, &mut machine, &voice, &document).await;
}
