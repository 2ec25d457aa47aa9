//! `--once`: enrols, says everything one time, and ends: what is collected at once first, then what takes its time. Nothing
//! is tried again: the exit status says how it went, and whoever started the agent decides what to do.

use inventory::{GoodbyeReason, Report, Sample};
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
    let quick = reporter.clone();
    let report = spawn_blocking(move || quick.quick()).await?;
    if let Some(reason) = emptiness(&report.sections) {
        return Err(RunError::Empty(reason));
    }
    let at_once = sampler.clone();
    let sample = spawn_blocking(move || at_once.sample()).await?;
    if !session.is_enrolled() {
        enrol(&mut session, &report).await?;
    }
    say(&mut session, &report, [Letter::of(Kind::Inventory, &report)?, Letter::of(Kind::Sample, &sample)?])
        .await?;

    let slow = spawn_blocking(move || reporter.slow());
    let drives = spawn_blocking(move || with_drives(&sampler));
    let (slow, sample) = (slow.await?, drives.await?);
    say(&mut session, &report, [Letter::of(Kind::Inventory, &slow)?, Letter::of(Kind::Sample, &sample)?])
        .await?;
    session.goodbye(GoodbyeReason::Done).await.map_err(declined_at("saying goodbye"))?;
    info!("reported once");
    Ok(())
}

/// A sample that carries what the drives say.
fn with_drives(sampler: &Sampler) -> Sample {
    let (drives, warnings) = sampler.drives();
    let mut sample = sampler.sample();
    sample.drives = drives;
    sample.warnings.extend(warnings);
    sample
}

/// Sends these, the one after the other. A server that has forgotten this agent is told anew who it is, once.
async fn say(session: &mut Session, report: &Report, letters: [Letter; 2]) -> Result<(), RunError> {
    let mut anew = false;
    for letter in &letters {
        loop {
            match session.send(letter).await {
                Ok(_) => break,
                Err(Declined::Forgotten(_)) if !anew => {
                    anew = true;
                    enrol(session, report).await?;
                }
                Err(declined) => return Err(declined_at("sending what was collected")(declined)),
            }
        }
    }
    Ok(())
}

async fn enrol(session: &mut Session, report: &Report) -> Result<(), RunError> {
    session.enrol(report).await.map_err(declined_at("enrolling this machine"))
}

fn declined_at(what: &'static str) -> impl FnOnce(Declined) -> RunError {
    move |source| RunError::Declined { what, source }
}
