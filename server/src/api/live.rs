//! Server-sent events: a boot trail that is told anew whenever it has changed, to those who look on.
//!
//! Each event holds all that there is to show, so that one that was missed, or a server that was started anew, costs
//! nothing: the next event makes it good.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, Bytes};
use actix_web::{HttpResponse, http::header};
use boot::trail::diagnosis::State;
use futures_util::stream;
use inventory::{Id, MacAddr};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::problem::ApiError;
use super::v1::trail::{self, TrailAttempt};
use crate::app::App;

/// Those who may look on at once: each holds a connection, and asks the database again with every change.
const CLIENTS: usize = 64;
/// Events come no faster than people can see.
const PAUSE: Duration = Duration::from_millis(300);
/// How often a file that is on its way is looked at.
const PROGRESS_EVERY: Duration = Duration::from_millis(700);
/// How often it is looked whether the next step is late.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// A word at least so often: whoever hears nothing for longer has lost the connection, and so have we.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// When a browser asks again.
const RETRY: &str = "retry: 2000\n\n";

/// Whose trail is looked at.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A host, with all its cards.
    Host(Id),
    /// One card, whose host need not be known.
    Card(MacAddr),
}

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
    let place = Arc::clone(&app.live.places).try_acquire_owned().map_err(|_| ApiError::TooMany {
        detail: format!("{CLIENTS} others look on already; the page can be loaded anew instead"),
        retry_after_secs: 10,
    })?;
    let look = Look {
        changes: app.trail.changes(),
        app: app.clone(),
        subject,
        attempts,
        render,
        macs: Vec::new(),
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

struct Look {
    app: web::Data<App>,
    changes: broadcast::Receiver<MacAddr>,
    subject: Subject,
    attempts: usize,
    render: Render,
    macs: Vec<MacAddr>,
    told: Option<String>,
    told_at: Instant,
    next_look: Duration,
    ready: VecDeque<Bytes>,
    _place: OwnedSemaphorePermit,
}

impl Look {
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
                    tracing::error!(error = %super::problem::chain(&error), "a boot trail could not be followed");
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
        let changed = async {
            loop {
                match self.changes.recv().await {
                    Ok(mac) if !self.macs.contains(&mac) => {}
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        // Elapsed: time to look, whatever was told.
        timeout(self.next_look, changed).await.ok();
    }

    async fn look(&mut self) -> Result<(), ApiError> {
        self.macs = match &self.subject {
            Subject::Host(host) => trail::macs(&self.app, host).await?,
            Subject::Card(mac) => vec![*mac],
        };
        let attempts = trail::of_cards(&self.app, &self.macs, self.attempts).await?;
        let newest = attempts.first();
        self.next_look = match newest {
            Some(newest) if !newest.running.is_empty() => PROGRESS_EVERY,
            Some(newest) if newest.standing.state == State::Going => LOOK_EVERY,
            _ => HEARTBEAT,
        };
        let text = (self.render)(&self.app, &attempts)?;
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
    let mut event = "event: trail\n".to_owned();
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
        assert_eq!(event("a\n\nevent: b\r\n"), "event: trail\ndata: a\ndata: \ndata: event: b\n\n");
    }
}
