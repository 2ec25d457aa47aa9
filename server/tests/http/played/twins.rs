//! Two machines whose boards say one UUID.

use reqwest::StatusCode;

use super::{is_installed, is_refused};
use crate::scripted::{self, Machine, file_in};
use crate::support::{Agent, TestServer, expect, problem};

const UUID: &str = "4c4c4544-0048-5110-804a-c6c04f590001";

fn with_one_uuid(number: u8) -> Machine {
    let mut machine = Machine::apart(number);
    machine.uuid = Some(UUID.to_owned());
    machine
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hosts_with_one_uuid_are_two_hosts_and_each_is_installed_as_itself() {
    let server = TestServer::new().await;
    scripted::cluster(&server).await;
    let mut twins = [with_one_uuid(1), with_one_uuid(2)];
    for twin in &mut twins {
        twin.enrols(&server).await;
    }
    assert_ne!(twins[0].host, twins[1].host, "their serial numbers differ");
    for (number, twin) in (1..).zip(&twins) {
        twin.is_approved(&server).await;
        twin.becomes(&server, "worker", &format!("serial=DISK{number}")).await;
    }
    let [mut one, mut two] = twins;
    one.armed(&server, "first").await;
    let script = one.boots(&server).await;
    assert!(!two.asks(&server).await.contains("coreos.inst"), "it is not armed");
    is_refused(&server, &two, &script).await;
    two.armed(&server, "first").await;
    for (number, twin) in [(1, &mut one), (2, &mut two)] {
        let script = twin.boots(&server).await;
        let voice = twin.comes_up(&server, &script).await;
        voice.says(&server, "disk-checked", "").await;
        let document = expect(twin.gets(&server, &script.node).await, StatusCode::OK).await;
        assert_eq!(file_in(&document, "/etc/hostname").trim(), format!("w{number}.okd1.example.lan"));
        is_installed(&server, twin, &voice, &document).await;
    }
}

/// It says no serial number, so that nothing but its cards tells it from the one that is armed.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_that_says_the_uuid_of_an_armed_host_is_given_nothing_and_changes_nothing() {
    let server = TestServer::new().await;
    scripted::cluster(&server).await;
    let mut machine = with_one_uuid(1);
    machine.enrols(&server).await;
    machine.is_approved(&server).await;
    machine.becomes(&server, "worker", "serial=DISK1").await;
    machine.armed(&server, "first").await;

    let mut stranger = with_one_uuid(2);
    stranger.agent = Agent::new(&stranger.card, "To be filled by O.E.M.");
    assert!(!stranger.asks(&server).await.contains("coreos.inst"));
    let claim = problem(stranger.claims(&server, None).await, StatusCode::CONFLICT).await;
    assert_eq!(claim.kind, "claim");
    // By the other's card, with the other's UUID, at its own address: it is the address that the ticket is bound to.
    let script = machine.boots(&server).await;
    is_refused(&server, &stranger, &script).await;
    // By the other's card, and with what its own board says: it is another machine.
    stranger.card = machine.card.clone();
    stranger.agent.serial = "SERIAL2".to_owned();
    assert!(!stranger.asks(&server).await.contains("coreos.inst"));

    assert_eq!(machine.state(&server).await, "armed");
    let voice = machine.comes_up(&server, &script).await;
    voice.says(&server, "disk-checked", "").await;
    let document = expect(machine.gets(&server, &script.node).await, StatusCode::OK).await;
    is_installed(&server, &mut machine, &voice, &document).await;
}
