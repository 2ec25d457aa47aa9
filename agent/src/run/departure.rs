//! The machine goes down, because the server asked for it.
//!
//! In a discovery system nothing outlives the boot: the next agent has forgotten what this one did, and would do it again
//! if it were asked again. So the server has to have it in writing before the machine goes down; else it stays up.

use std::sync::Arc;
use std::time::Duration;

use inventory::{GoodbyeReason, Id, Outcome};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tracing::warn;

use super::courier::Courier;
use super::say_goodbye;
use crate::act::{Departure, Hands};

/// How long the server has to take the receipt.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the machine waits until everything else was said.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(10);

/// Takes the machine down, once the server knows of it. Whether it goes.
pub(super) async fn depart(
    courier: &mut Courier,
    hands: &Arc<dyn Hands>,
    action: &Id,
    departure: Departure,
) -> bool {
    let (reason, words) = match departure {
        Departure::Reboot => (GoodbyeReason::Rebooting, "the machine boots anew"),
        Departure::PowerOff => (GoodbyeReason::PoweringOff, "the machine is switched off"),
    };
    let begun = courier.receipts.make(action, Outcome::Begun, words);
    if timeout(RECEIPT_TIMEOUT, courier.hand_over(&begun)).await != Ok(true) {
        return stay(courier, action, "the server did not take the receipt: the machine was left as it is");
    }
    if timeout(FLUSH_TIMEOUT, courier.flush()).await.is_err() {
        warn!("the server was not told everything before the machine goes down");
    }
    say_goodbye(courier, reason).await;
    let hands = Arc::clone(hands);
    let left = spawn_blocking(move || hands.leave(departure)).await;
    match left.unwrap_or_else(|error| Err(error.into())) {
        Ok(()) => true,
        Err(error) => stay(courier, action, &error.to_string()),
    }
}

fn stay(courier: &mut Courier, action: &Id, why: &str) -> bool {
    courier.receipts.write(action, Outcome::Failed, why);
    courier.session.stay();
    false
}
