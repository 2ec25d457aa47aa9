//! `--once`: enrols, says everything one time, and ends. Nothing is tried again: the exit status says how it went, and
//! whoever started the agent decides what to do.

use inventory::{GoodbyeReason, Report};
use tokio::task::spawn_blocking;
use tracing::info;

use super::error::RunError;
use super::session::Session;
use crate::client::Declined;
use crate::outbox::{Kind, Letter};
use crate::report::{Reporter, emptiness};
use crate::sample::Sampler;

pub(super) async fn say_everything(
    mut session: Session,
    reporter: Reporter,
    sampler: Sampler,
) -> Result<(), RunError> {
    let report = spawn_blocking(move || reporter.quick()).await?;
    if let Some(reason) = emptiness(&report.sections) {
        return Err(RunError::Empty(reason));
    }
    let sample = spawn_blocking(move || sampler.sample()).await?;
    let letters = [Letter::of(Kind::Inventory, &report)?, Letter::of(Kind::Sample, &sample)?];
    if !session.is_enrolled() {
        enrol(&mut session, &report).await?;
    }
    let mut anew = false;
    for letter in &letters {
        loop {
            match session.send(letter).await {
                Ok(_) => break,
                Err(Declined::Forgotten(_)) if !anew => {
                    anew = true;
                    enrol(&mut session, &report).await?;
                }
                Err(declined) => return Err(declined_at("sending what was collected")(declined)),
            }
        }
    }
    session.goodbye(GoodbyeReason::Done).await.map_err(declined_at("saying goodbye"))?;
    info!("reported once");
    Ok(())
}

async fn enrol(session: &mut Session, report: &Report) -> Result<(), RunError> {
    session.enrol(report).await.map_err(declined_at("enrolling this machine"))
}

fn declined_at(what: &'static str) -> impl FnOnce(Declined) -> RunError {
    move |source| RunError::Declined { what, source }
}
