//! A job and its steps, as they are stored and shown.

use std::fmt;
use std::str::FromStr;

use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One run of one score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its name.
    pub id: Id,
    /// Which score.
    pub score: String,
    /// With which parameters.
    pub params: Value,
    /// Who started it.
    pub actor: String,
    /// How it stands.
    pub state: JobState,
    /// Grows with every change of the job or one of its steps.
    pub seq: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<String>,
    /// What it reached.
    pub result: Option<Value>,
}

/// One step of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobStep {
    /// Its place in the job, from 1.
    pub number: i64,
    /// The job's `seq` when this step last changed.
    pub seq: i64,
    /// How it stands.
    pub state: StepState,
    /// What it does.
    pub text: String,
    /// How far it is, or how it ended.
    pub note: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// What a waiting reader is told: the job, and its steps that changed since it last asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The job.
    pub job: Job,
    /// The steps that are newer than the `seq` that was asked for, in their order.
    pub steps: Vec<JobStep>,
}

macro_rules! states {
    ($(#[doc = $doc:literal])+ $name:ident: $what:literal; $($(#[doc = $vdoc:literal])+ $variant:ident = $text:literal,)+) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[doc = $vdoc])+ $variant,)+ }

        impl $name {
            /// As it is written in the database and in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(format!(concat!("there is no state of a ", $what, " called {:?}"), text)),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

states! {
    /// How a job stands.
    JobState: "job";
    /// Waits for its turn.
    Queued = "queued",
    /// Runs.
    Running = "running",
    /// Its wish is fulfilled.
    Done = "done",
    /// It is not; the job's error says why.
    Failed = "failed",
    /// An operator stopped it.
    Cancelled = "cancelled",
}

states! {
    /// How a step stands.
    StepState: "step";
    /// Runs.
    Running = "running",
    /// Ended well.
    Done = "done",
    /// Failed; its note says why.
    Failed = "failed",
}

impl JobState {
    /// It will not change any more.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}
