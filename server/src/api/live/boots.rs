//! The newest boots of a machine.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use boot::trail::diagnosis::State;
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use inventory::{Id, MacAddr};
use tokio::sync::broadcast;

use super::{HEARTBEAT, LOOK_EVERY, Sight};
use crate::api::problem::ApiError;
use crate::api::v1::trail::{self, TrailAttempt};
use crate::app::App;

/// How often a file that is on its way is looked at.
const PROGRESS_EVERY: Duration = Duration::from_millis(700);

/// Whose trail is looked at.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A host, with all its cards.
    Host(Id),
    /// One card, whose host need not be known.
    Card(MacAddr),
}

/// What an event holds, as it is written.
pub type Render = fn(&App, &[TrailAttempt]) -> Result<String, ApiError>;

/// A stream of the newest `attempts` boots of `subject`, each event as `render` writes it.
///
/// # Errors
/// 429 when too many look on.
pub fn stream(
    app: &web::Data<App>,
    subject: Subject,
    attempts: usize,
    render: Render,
) -> Result<HttpResponse, ApiError> {
    let changes = app.trail.changes();
    super::stream(app, Boots { changes, subject, attempts, render, macs: Vec::new() })
}

struct Boots {
    changes: broadcast::Receiver<MacAddr>,
    subject: Subject,
    attempts: usize,
    render: Render,
    macs: Vec<MacAddr>,
}

impl Boots {
    async fn shown(&mut self, app: &App) -> Result<(String, Duration), ApiError> {
        self.macs = match &self.subject {
            Subject::Host(host) => trail::macs(app, host).await?,
            Subject::Card(mac) => vec![*mac],
        };
        let attempts = trail::of_cards(app, &self.macs, self.attempts).await?;
        let next_look = match attempts.first() {
            Some(newest) if !newest.running.is_empty() => PROGRESS_EVERY,
            Some(newest) if newest.standing.state == State::Going => LOOK_EVERY,
            _ => HEARTBEAT,
        };
        Ok(((self.render)(app, &attempts)?, next_look))
    }
}

impl Sight for Boots {
    fn look<'a>(&'a mut self, app: &'a App) -> LocalBoxFuture<'a, Result<(String, Duration), ApiError>> {
        self.shown(app).boxed_local()
    }

    fn changed(&mut self) -> LocalBoxFuture<'_, ()> {
        super::change(&mut self.changes, |mac| self.macs.contains(mac)).boxed_local()
    }
}
