//! Why a score can't be run, or failed.

use std::error::Error;

use inventory::Id;
use serde_json::Value;
use store::StoreError;

/// Why a run of a score failed.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// A parameter is wrong.
    #[error("{0}")]
    Params(String),
    /// The wish can't be fulfilled as things stand.
    #[error("{0}")]
    Refused(String),
    /// It was fulfilled in part only. The summary says how far it came.
    #[error("{reason}")]
    Incomplete {
        /// What is missing.
        reason: String,
        /// What was reached.
        summary: Value,
    },
    /// Something that it needed failed.
    #[error("{what}")]
    Failed {
        /// What failed, on which thing.
        what: String,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A job may have so many steps and no more.
    #[error("a job has at most {limit} steps")]
    TooManySteps {
        /// The limit.
        limit: u32,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ScoreError {
    /// Something that the score needed failed.
    pub fn failed(what: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed { what: what.into(), source: source.into() }
    }

    /// The error and its causes, in one line.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

/// Why a job was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No score has this name.
    #[error("there is no score called {0:?}: `muster score list` names them")]
    UnknownScore(String),
    /// It runs already.
    #[error("{score} runs already as job {job}: wait for it, or cancel it")]
    Running {
        /// The score.
        score: String,
        /// The job that runs.
        job: Id,
    },
    /// The score refuses these parameters.
    #[error("{score} can't be run like this")]
    Refused {
        /// The score.
        score: String,
        /// Why.
        #[source]
        source: ScoreError,
    },
    /// The server is going down.
    #[error("the server is stopping; start the job again when it is back")]
    Stopping,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
