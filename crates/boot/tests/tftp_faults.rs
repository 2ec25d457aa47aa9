//! Machines that stop half-way, and a room full of them.

use std::net::Ipv4Addr;
use std::time::Duration;

use boot::tftp::Patience;
use boot::trail::RecordedStep;
use boot::trail::diagnosis::{Hop, Known, State, standing};
use inventory::Clock as _;

use crate::tftp::{EAGER, Served, serve};
use crate::tftp_client::{Client, Said};

const SIZE: usize = 100 * 512 + 1;

/// Takes so many blocks, and answers where the transfer comes from.
async fn take(client: &Client, blocks: u16) -> std::net::SocketAddr {
    client.ask("snponly.efi", "octet", &[]).await;
    for number in 1..=blocks {
        let (transfer, said) = client.hear().await;
        assert!(matches!(said, Said::Data(heard, _) if heard == number), "{said:?}");
        let [high, low] = number.to_be_bytes();
        client.send(&[0, 4, high, low], transfer).await;
    }
    let (transfer, said) = client.hear().await;
    assert!(matches!(said, Said::Data(heard, _) if heard == blocks + 1), "{said:?}");
    transfer
}

/// What the trail says of the one transfer that broke off, and of the boot.
fn is_explained(served: &Served, step: &RecordedStep, says: &str) {
    assert!(step.detail.contains(says), "{step:?}");
    let (bytes, size) = (step.bytes.unwrap(), step.size.unwrap());
    assert!(step.broke_off() && size == SIZE as u64 && (50 * 512..=52 * 512).contains(&bytes), "{step:?}");
    let now = served.site.clock.now().plus(Duration::from_secs(60));
    let stands = standing(std::slice::from_ref(step), Known { now, sending: false, boots_lately: 1 });
    assert_eq!((stands.state, stands.hop), (State::Stopped, Hop::Loader));
    assert!(stands.text.contains("broke off") && stands.cause.unwrap().contains("MTU"), "{}", stands.text);
}

#[tokio::test]
async fn a_machine_that_falls_silent_half_way_is_given_up_explained_and_served_when_it_comes_back() {
    let served = serve(EAGER).await;
    let content = served.file("snponly.efi", SIZE);
    let client = served.client().await;
    take(&client, 50).await;
    let steps = served.steps(1).await;
    is_explained(&served, &steps[0], "the client fell silent");
    assert!(served.site.trail.running(&[crate::site::MAC]).is_empty());
    let again = served.client().await.get("snponly.efi", &[]).await.unwrap();
    assert!(again.content == content);
}

#[tokio::test]
async fn a_machine_that_ends_its_transfer_half_way_says_why() {
    let served = serve(Patience::default()).await;
    served.file("snponly.efi", SIZE);
    let client = served.client().await;
    let transfer = take(&client, 50).await;
    client.send(b"\0\x05\0\x03no room\x1b[2J\0", transfer).await;
    let steps = served.steps(1).await;
    is_explained(&served, &steps[0], "ended by the client: no room");
    assert!(!steps[0].detail.contains('\x1b'), "{:?}", steps[0].detail);
}

#[tokio::test]
async fn two_hundred_machines_that_ask_at_once_all_get_their_loader() {
    let served = serve(Patience::default()).await;
    let content = served.file("snponly.efi", SIZE);
    let address = served.address;
    let machines = (1..=200).map(|number| {
        tokio::spawn(async move {
            let client = Client::at(Ipv4Addr::new(127, 0, 1, number), address).await;
            client.get("snponly.efi", &[("blksize", "1468".to_owned()), ("tsize", "0".to_owned())]).await
        })
    });
    for machine in machines.collect::<Vec<_>>() {
        assert!(machine.await.unwrap().unwrap().content == content);
    }
}
