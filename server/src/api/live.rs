//! Server-sent events: what is shown is told anew whenever it has changed, to those who look on.
//!
//! Each event holds all that there is to show, so that one that was missed, or a server that was started anew, costs
//! nothing: the next event makes it good.

pub mod boots;
pub mod install;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, Bytes};
use actix_web::{HttpResponse, http::header};
use futures_util::future::LocalBoxFuture;
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::problem::ApiError;
use crate::app::App;

/// Those who may look on at once: each holds a connection, and asks the database again with every change.
const CLIENTS: usize = 64;
/// Events come no faster than people can see.
const PAUSE: Duration = Duration::from_millis(300);
/// How often it is looked whether the next step is late.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// A word at least so often: whoever hears nothing for longer has lost the connection, and so have we.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// When a browser asks again.
const RETRY: &str = "retry: 2000\n\n";

/// Who looks on.
#[derive(Debug)]
pub struct Live {
    places: Arc<Semaphore>,
    closing: CancellationToken,
}

impl Default for Live {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(CLIENTS)), closing: CancellationToken::new() }
    }
}

impl Live {
    /// Ends all streams: they would keep the server from stopping.
    pub fn close(&self) {
        self.closing.cancel();
    }
}

/// What is looked at.
trait Sight: 'static {
    /// What there is to show, and when it is to be looked at again though nothing has changed.
    fn look<'a>(&'a mut self, app: &'a App) -> LocalBoxFuture<'a, Result<(String, Duration), ApiError>>;

    /// Until something has changed.
    fn changed(&mut self) -> LocalBoxFuture<'_, ()>;
}

/// Until `changes` tells of one that `concerns` us, or of more than could be counted.
async fn change<T: Clone>(changes: &mut broadcast::Receiver<T>, concerns: impl Fn(&T) -> bool) {
    loop {
        match changes.recv().await {
            Ok(changed) if !concerns(&changed) => {}
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// A stream of what `sight` shows.
fn stream(app: &web::Data<App>, sight: impl Sight) -> Result<HttpResponse, ApiError> {
    let place = Arc::clone(&app.live.places).try_acquire_owned().map_err(|_| ApiError::TooMany {
        detail: format!("{CLIENTS} others look on already; the page can be loaded anew instead"),
        retry_after_secs: 10,
    })?;
    let look = Look {
        app: app.clone(),
        sight,
        told: None,
        told_at: Instant::now(),
        next_look: Duration::ZERO,
        ready: VecDeque::from([Bytes::from_static(RETRY.as_bytes())]),
        _place: place,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Proxies that gather answers would show nothing.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(stream::unfold(look, Look::next)))
}

struct Look<S> {
    app: web::Data<App>,
    sight: S,
    told: Option<String>,
    told_at: Instant,
    next_look: Duration,
    ready: VecDeque<Bytes>,
    _place: OwnedSemaphorePermit,
}

impl<S: Sight> Look<S> {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let closing = self.app.live.closing.clone();
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Some((Ok(bytes), self));
            }
            closing.run_until_cancelled(self.wait()).await?;
            match closing.run_until_cancelled(self.look()).await? {
                Ok(()) => {}
                Err(error) => {
                    // The one who looks on comes again, and may have more luck.
                    tracing::error!(error = %super::problem::chain(&error), "what is looked at could not be followed");
                    return None;
                }
            }
        }
    }

    /// Until something has changed, or it is time to look.
    async fn wait(&mut self) {
        if self.told.is_some() {
            sleep(PAUSE).await;
        }
        // Elapsed: time to look, whatever was told.
        timeout(self.next_look, self.sight.changed()).await.ok();
    }

    async fn look(&mut self) -> Result<(), ApiError> {
        let (text, next_look) = self.sight.look(&self.app).await?;
        self.next_look = next_look;
        if self.told.as_ref() != Some(&text) {
            self.ready.push_back(event(&text));
            self.told = Some(text);
            self.told_at = Instant::now();
        } else if self.told_at.elapsed() >= HEARTBEAT {
            self.ready.push_back(Bytes::from_static(b": still here\n\n"));
            self.told_at = Instant::now();
        }
        Ok(())
    }
}

fn event(text: &str) -> Bytes {
    let mut event = "event: shown\n".to_owned();
    for line in text.lines() {
        event.push_str("data: ");
        event.push_str(line);
        event.push('\n');
    }
    event.push('\n');
    event.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_however_many_lines_its_text_has() {
        assert_eq!(event("a\n\nevent: b\r\n"), "event: shown\ndata: a\ndata: \ndata: event: b\n\n");
    }
}
