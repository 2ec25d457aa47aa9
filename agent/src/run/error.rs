//! Why a life ended other than by being told to.

use std::io;

use tokio::task::JoinError;

use super::session::NoKey;
use crate::client::{Declined, NoClient};
use crate::listen::NotListening;

/// Why a life ended other than by being told to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The kernel's generator failed.
    #[error("the kernel gives no random numbers")]
    NoRandom(#[from] getrandom::Error),
    /// Nobody could stop the agent in good order.
    #[error("listening for SIGTERM and SIGINT")]
    Signals(#[source] io::Error),
    /// There is nobody to report to.
    #[error("--once needs a server to report to")]
    OnceWithoutServer,
    /// There is no way to speak to the server.
    #[error(transparent)]
    Client(#[from] NoClient),
    /// There is nothing to prove oneself with.
    #[error(transparent)]
    Key(#[from] NoKey),
    /// Nobody can come and ask, and there is no server to tell.
    #[error(transparent)]
    Listening(#[from] NotListening),
    /// A defect of the agent.
    #[error("a part of the agent died: {0}")]
    Died(String),
    /// `--once`: told to stop before everything was said.
    #[error("stopped by {0} before everything was said")]
    Stopped(&'static str),
    /// `--once`: there is nothing to say.
    #[error("{0}")]
    Empty(String),
    /// `--once`: collecting panicked.
    #[error("collecting")]
    Collecting(#[from] JoinError),
    /// `--once`: what was collected makes no JSON.
    #[error("writing the message")]
    Writing(#[from] serde_json::Error),
    /// `--once`: the server did not take something.
    #[error("{what}")]
    Declined {
        /// What was tried.
        what: &'static str,
        /// The server's answer.
        #[source]
        source: Declined,
    },
}
