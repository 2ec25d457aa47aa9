use std::io;
use std::sync::Mutex;

use inventory::{ManualClock, Timestamp};

use super::*;
use crate::act::Part;
use crate::tree::Builder;

/// Hands that note what they are told to do; they find no disk.
#[derive(Default)]
struct Noted(Mutex<Vec<String>>);

impl Noted {
    fn note(&self, deed: String) {
        self.0.lock().unwrap().push(deed);
    }
}

impl Hands for Noted {
    fn blink_nic(&self, name: &str, time: Duration) -> io::Result<()> {
        self.note(format!("blink {name} {}", time.as_secs()));
        Ok(())
    }

    fn blink_disk(&self, name: &str, _: Duration) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no disk {name:?}")))
    }

    fn leave(&self, _: Departure) -> io::Result<()> {
        panic!("the actor does not take the machine down itself")
    }

    fn logs(&self) -> Vec<Part> {
        vec![Part { name: "kernel", text: "it booted\n".to_owned() }]
    }
}

struct Scene {
    outbox: Arc<Outbox>,
    hands: Arc<Noted>,
    asked: mpsc::Sender<ActionRequest>,
    orders: Orders,
    leaving: mpsc::Receiver<(Id, Departure)>,
}

fn acting() -> Scene {
    let outbox = Arc::new(Outbox::default());
    let start = Arc::new(Start::new(&Builder::new().root()).unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp(1)));
    let receipts = Receipts { outbox: Arc::clone(&outbox), start, clock };
    let (hands, orders) = (Arc::new(Noted::default()), Orders::new());
    let (leave, leaving) = mpsc::channel(1);
    let (asked, taken) = mpsc::channel(4);
    let actor = Actor { hands: hands.clone(), receipts, orders: orders.clone(), leave };
    tokio::spawn(actor.act(taken));
    Scene { outbox, hands, asked, orders, leaving }
}

impl Scene {
    async fn ask(&self, action: Action) {
        let id = "a1".parse().unwrap();
        self.asked.send(ActionRequest { id, expires_at: Timestamp(9), action }).await.unwrap();
    }

    async fn receipt(&self) -> (Outcome, String) {
        loop {
            let letter = self.outbox.next().await;
            self.outbox.settle(&letter);
            if letter.kind == Kind::Receipt {
                let receipt: Receipt = serde_json::from_slice(&letter.body).unwrap();
                assert_eq!(receipt.action.as_str(), "a1");
                return (receipt.outcome, receipt.words);
            }
        }
    }
}

#[tokio::test]
async fn what_is_asked_for_is_done_and_receipted() {
    let scene = acting();
    let reports = scene.orders.reports();
    scene.ask(Action::Report).await;
    assert_eq!(scene.receipt().await.0, Outcome::Done);
    assert!(reports.has_changed().unwrap());
    scene.ask(Action::BlinkNic { name: "eth0".to_owned(), secs: 999_999 }).await;
    assert_eq!(scene.receipt().await, (Outcome::Done, "eth0 blinked".to_owned()));
    assert_eq!(*scene.hands.0.lock().unwrap(), ["blink eth0 300"]);
    scene.ask(Action::BlinkDisk { name: "sdz".to_owned(), secs: 1 }).await;
    assert_eq!(scene.receipt().await, (Outcome::Failed, "there is no disk \"sdz\"".to_owned()));
}

#[tokio::test]
async fn logs_go_before_their_receipt() {
    let scene = acting();
    scene.ask(Action::Logs).await;
    let letter = scene.outbox.next().await;
    assert_eq!((letter.kind, letter.action.as_ref().map(Id::as_str)), (Kind::Logs, Some("a1")));
    assert_eq!(letter.body, "==> kernel <==\nit booted\n\n");
    assert_eq!(scene.receipt().await.0, Outcome::Done);
}

#[tokio::test]
async fn to_go_down_is_left_to_whom_the_server_hears() {
    let mut scene = acting();
    scene.ask(Action::Reboot).await;
    assert_eq!(scene.leaving.recv().await, Some(("a1".parse().unwrap(), Departure::Reboot)));
    assert!(scene.outbox.is_empty(), "its receipt does not wait in a queue");
}
