//! What a score is.

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::context::JobContext;
use crate::error::ScoreError;

/// A wish, declared.
pub trait Score: Send + Sync + 'static {
    /// Its name, one word: `Discover`.
    fn name(&self) -> &'static str;

    /// What it wishes for, in one line.
    fn description(&self) -> &'static str;

    /// What a run with these parameters would do, one sentence a step. It changes nothing. A job is not started when this
    /// fails, so it is also where the parameters are checked.
    ///
    /// # Errors
    /// The parameters are wrong, or the run could not succeed as things stand.
    fn plan(&self, params: &Value) -> Result<Vec<String>, ScoreError>;

    /// Fulfils the wish and answers a summary.
    ///
    /// A job that is cancelled is dropped where it waits. So nothing may be left half done between two awaits that the
    /// database's own transactions do not undo, and no task may be left running behind.
    ///
    /// # Errors
    /// Why the wish could not be fulfilled: it becomes the job's error.
    fn run<'a>(&'a self, job: JobContext, params: Value) -> BoxFuture<'a, Result<Value, ScoreError>>;
}
