//! The newest installation of a host.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use inventory::Id;
use okd::progress::Shown;
use tokio::sync::broadcast;

use super::{LOOK_EVERY, Sight};
use crate::api::problem::ApiError;
use crate::app::App;

/// What an event holds, as it is written.
pub type Render = fn(Option<&Shown>) -> Result<String, ApiError>;

/// A stream of a host's newest installation, each event as `render` writes it.
///
/// # Errors
/// 429 when too many look on.
pub fn stream(app: &web::Data<App>, host: Id, render: Render) -> Result<HttpResponse, ApiError> {
    super::stream(app, Install { changes: app.progress.changes(), host, render })
}

struct Install {
    changes: broadcast::Receiver<Id>,
    host: Id,
    render: Render,
}

impl Install {
    async fn shown(&self, app: &App) -> Result<(String, Duration), ApiError> {
        let shown = app.progress.of(&self.host).await?;
        Ok(((self.render)(shown.as_ref())?, LOOK_EVERY))
    }
}

impl Sight for Install {
    fn look<'a>(&'a mut self, app: &'a App) -> LocalBoxFuture<'a, Result<(String, Duration), ApiError>> {
        self.shown(app).boxed_local()
    }

    fn changed(&mut self) -> LocalBoxFuture<'_, ()> {
        super::change(&mut self.changes, |host| *host == self.host).boxed_local()
    }
}
