//! A request and its attempts, as they are listed.

use std::fmt;
use std::str::FromStr;

use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::act::Act;

/// Something that was asked of a host's switches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: Id,
    /// Whose switches.
    pub host: Id,
    /// What.
    pub act: Act,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// How it stands.
    pub state: State,
    /// The same in words: what is being waited for, or what was seen.
    pub words: String,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What was tried, first to last.
    pub attempts: Vec<Attempt>,
}

/// One try of one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Counts the request's attempts, from 1.
    pub number: i64,
    /// What was to happen: of a cycle, one half.
    pub act: Act,
    /// Which way.
    pub way: String,
    /// Of which kind.
    pub kind: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How it went.
    pub outcome: Outcome,
    /// More of it.
    pub words: String,
    /// When that was known.
    pub ended_at: Option<Timestamp>,
}

macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $of:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[doc = $of])+ $variant,)+ }

        impl $name {
            /// As it is written in the database and in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text { $($word => Ok(Self::$variant),)+ _ => Err(format!("there is no {text:?} here")) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// How a request stands.
    State {
        /// A way is tried, or its effect waited for.
        Running = "running",
        /// It was seen to happen.
        Done = "done",
        /// It was sent or accepted, and nothing was seen of it in time.
        Unseen = "unseen",
        /// No way could do it.
        Failed = "failed",
        /// The server was stopped meanwhile.
        Interrupted = "interrupted",
    }
}

words! {
    /// How an attempt went.
    Outcome {
        /// It is being tried.
        Running = "running",
        /// It is on its way, and nobody answers to it.
        Sent = "sent",
        /// The other side has said that it does it, or did it.
        Accepted = "accepted",
        /// It could not be done, or was refused.
        Failed = "failed",
        /// The server was stopped meanwhile.
        Interrupted = "interrupted",
    }
}
