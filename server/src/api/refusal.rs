//! What happens when a ticket is not good: a step in the trail, an event, and 403.

use std::net::IpAddr;

use boot::tickets::{self, TicketError};
use boot::trail::{Step, StepKind};
use store::StoreError;

use super::problem::ApiError;
use crate::app::App;

/// Notes the refusal, and says what the caller is answered.
pub(super) async fn refuse_ticket(app: &App, address: IpAddr, error: TicketError) -> ApiError {
    let kind = kind_of(&error);
    if let TicketError::Store(error) = error {
        return error.into();
    }
    let step = Step::new(StepKind::Refused, address).detail(&error.to_string());
    app.trail.record(match error.mac() {
        Some(mac) => step.mac(mac),
        None => step,
    });
    tracing::warn!(%address, why = kind, "a ticket was refused: {error}");
    let refusal = ApiError::Forbidden { kind, detail: error.to_string() };
    let now = app.clock.now();
    let told: Result<bool, StoreError> = app
        .store
        .write(move |tx| Box::pin(async move { tickets::refused(tx, address, &error, now).await }))
        .await;
    if let Err(error) = told {
        tracing::error!(%error, "the refusal of a ticket could not be noted");
    }
    refusal
}

/// A stable name of the reason.
pub(super) const fn kind_of(error: &TicketError) -> &'static str {
    match error {
        TicketError::Forged => "ticket-forged",
        TicketError::Expired { .. } => "ticket-expired",
        TicketError::WrongAddress { .. } => "ticket-wrong-address",
        TicketError::WrongPurpose { .. } => "ticket-wrong-purpose",
        TicketError::Replayed { .. } => "ticket-replayed",
        TicketError::Store(_) => "ticket-not-counted",
    }
}
