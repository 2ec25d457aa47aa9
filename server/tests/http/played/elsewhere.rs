//! A machine boots from its other card than the last time; its ticket is used from elsewhere.

use reqwest::{Method, StatusCode};

use super::{is_installed, is_refused};
use crate::scripted::{self, Machine};
use crate::support::{TestServer, expect, problem};

async fn room() -> (TestServer, Machine) {
    let server = TestServer::new().await;
    scripted::cluster(&server).await;
    let machine = Machine::assigned(&server, 1).await;
    machine.armed(&server, "first").await;
    (server, machine)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_boots_from_its_other_card_is_installed_by_that_one() {
    let (server, mut machine) = room().await;
    let first = machine.boots(&server).await;
    machine.card = machine.other_card();
    let text = machine.asks(&server).await;
    let bootif = format!("BOOTIF=01-{}", machine.card.replace(':', "-"));
    assert!(text.contains(&bootif), "{bootif}: {text}");
    let script = machine.boots(&server).await;
    let voice = machine.comes_up(&server, &script).await;
    voice.says(&server, "disk-checked", "").await;
    let document = expect(machine.gets(&server, &script.node).await, StatusCode::OK).await;
    // One arming, whichever card it is asked for by.
    is_refused(&server, &machine, &first).await;
    is_refused(&server, &machine, &script).await;
    is_installed(&server, &mut machine, &voice, &document).await;
    for card in [machine.agent.mac.clone(), machine.other_card()] {
        machine.card = card;
        assert!(!machine.asks(&server).await.contains("coreos.inst"), "{}", machine.card);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_is_used_from_another_address_costs_its_machine_nothing_and_rings() {
    let (server, mut machine) = room().await;
    let script = machine.boots(&server).await;
    let voice = machine.comes_up(&server, &script).await;
    voice.says(&server, "disk-checked", "").await;
    for path in [&script.live, &script.node] {
        for method in [Method::HEAD, Method::GET] {
            let stranger = server.request_from("127.0.0.2", method, path).send().await.unwrap();
            assert_eq!(stranger.status(), StatusCode::FORBIDDEN, "{path}");
        }
    }
    let incident = server.incidents("install.refused", 1).await.remove(0);
    assert!(incident["text"].as_str().unwrap().contains("127.0.0.2"), "{incident:#}");
    assert_eq!(machine.state(&server).await, "armed");
    let document = expect(machine.gets(&server, &script.node).await, StatusCode::OK).await;
    // Later, too, and by its own machine.
    let stranger = server.request_from("127.0.0.2", Method::GET, &script.node).send().await.unwrap();
    problem(stranger, StatusCode::FORBIDDEN).await;
    is_refused(&server, &machine, &script).await;
    is_installed(&server, &mut machine, &voice, &document).await;
    is_refused(&server, &machine, &script).await;
}
