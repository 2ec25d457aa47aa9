//! Assets that this server is fetching, each in a task of its own; what became of the last ones stays to be asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::web;
use boot::AssetId;
use boot::assets::rows::{self, NewAsset};
use boot::assets::{self, AssetKind, Patience, Progress, Source};
use serde::{Deserialize, Serialize};
use store::StoreError;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api::problem::chain;
use crate::app::App;

/// Downloads at once: more would only share the line. Others wait for their turn.
const AT_ONCE: usize = 4;
/// Downloads that run, wait or are remembered.
const REMEMBERED: usize = 64;

/// How a download stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum State {
    /// It waits for its turn, or runs.
    Running,
    /// The asset is there.
    Done,
    /// It is not, and why.
    Failed {
        /// In words.
        error: String,
    },
}

/// How a download stands, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Download {
    /// What is fetched.
    pub asset: AssetId,
    /// How it stands.
    #[serde(flatten)]
    pub state: State,
    /// How far it is.
    #[serde(flatten)]
    pub progress: Progress,
}

/// What shall be fetched, and what it will be called.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The asset's name: what it must be.
    pub asset: AssetId,
    /// What people will call it.
    pub name: assets::AssetName,
    /// What it is for.
    pub kind: AssetKind,
    /// Where it lies.
    pub source: Source,
}

/// The downloads.
pub struct Downloads {
    running: Mutex<HashMap<AssetId, Entry>>,
    turns: Arc<Semaphore>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

struct Entry {
    state: watch::Receiver<State>,
    progress: watch::Receiver<Progress>,
    stop: CancellationToken,
}

impl Default for Downloads {
    fn default() -> Self {
        Self {
            running: Mutex::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }
}

impl Downloads {
    /// Begins to fetch; what is being fetched already goes on. `false` where too many are under way.
    pub fn start(&self, app: &web::Data<App>, wish: Wish) -> bool {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.get(&wish.asset).is_some_and(|entry| *entry.state.borrow() == State::Running) {
            return true;
        }
        if running.len() >= REMEMBERED {
            running.retain(|_, entry| *entry.state.borrow() == State::Running);
        }
        if running.len() >= REMEMBERED || self.stop.is_cancelled() {
            return false;
        }
        let (state, told) = watch::channel(State::Running);
        let (progress, seen) = watch::channel(Progress::default());
        let stop = self.stop.child_token();
        running.insert(wish.asset, Entry { state: told, progress: seen, stop: stop.clone() });
        let (app, turns) = (app.clone(), Arc::clone(&self.turns));
        self.tasks.spawn(async move {
            let fetched = stop.run_until_cancelled(async {
                let _turn = turns.acquire().await;
                fetch(&app, wish, &progress).await
            });
            state.send_replace(match fetched.await {
                Some(Ok(())) => State::Done,
                Some(Err(error)) => State::Failed { error },
                None => State::Failed {
                    error: "it was stopped; what arrived is kept for a day, and the same command goes on from there"
                        .to_owned(),
                },
            });
        });
        true
    }

    /// How a download stands, as soon as that is another state than running, or after `wait`.
    pub async fn show(&self, asset: AssetId, wait: Duration) -> Option<Download> {
        let (mut state, progress) = {
            let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = running.get(&asset)?;
            (entry.state.clone(), entry.progress.clone())
        };
        tokio::time::timeout(wait, state.wait_for(|state| *state != State::Running)).await.ok();
        let (state, progress) = (state.borrow().clone(), *progress.borrow());
        Some(Download { asset, state, progress })
    }

    /// Stops a download that runs; `false` where there is none.
    pub fn cancel(&self, asset: AssetId) -> bool {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = running.get(&asset).filter(|entry| *entry.state.borrow() == State::Running);
        entry.inspect(|entry| entry.stop.cancel()).is_some()
    }

    /// Stops all of them.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn fetch(app: &App, wish: Wish, progress: &watch::Sender<Progress>) -> Result<(), String> {
    let patience =
        Patience { idle: Duration::from_secs(app.settings.assets.idle_secs), ..Patience::default() };
    let source = assets::shown(&wish.source.url);
    tracing::info!(asset = %wish.asset, %source, "an asset is fetched");
    let size_bytes = assets::download(&app.assets, wish.asset, &wish.source, patience, progress)
        .await
        .map_err(|error| chain(&error))
        .inspect_err(|error| tracing::warn!(asset = %wish.asset, %error, "an asset was not fetched"))?;
    let asset = NewAsset { id: wish.asset, name: wish.name, kind: wish.kind, size_bytes, source };
    keep(app, asset).await.map_err(|error| chain(&error))
}

/// Notes an asset whose bytes are in the folder, if it can be what it is called.
///
/// # Errors
/// [`KeepError`].
pub async fn keep(app: &App, asset: NewAsset) -> Result<(), KeepError> {
    if asset.kind == AssetKind::Ipxe {
        let path = app.assets.path(&asset.id);
        let head = web::block(move || head(&path)).await.map_err(std::io::Error::other).flatten()?;
        assets::check_binary(asset.name.as_str(), &head)?;
    }
    let now = app.clock.now();
    app.store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { rows::note(tx, &asset, "operator", now).await })
        })
        .await?;
    Ok(app.refresh_served().await?)
}

/// Why an asset that arrived was not noted.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// It is none of the kind that was said.
    #[error(transparent)]
    Binary(#[from] assets::BinaryFault),
    /// It can't be read.
    #[error("the asset can't be read")]
    Io(#[from] std::io::Error),
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn head(path: &std::path::Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(4096).read_to_end(&mut head)?;
    Ok(head)
}
