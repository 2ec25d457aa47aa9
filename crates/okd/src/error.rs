//! Why something could not be done for a cluster or a node.

use inventory::Id;
use store::StoreError;

use crate::validation::Finding;

/// Why it is refused.
#[derive(Debug, thiserror::Error)]
pub enum OkdError {
    /// There is no such cluster.
    #[error("there is no cluster called {0:?}: see muster cluster list")]
    NoCluster(String),
    /// There is one already.
    #[error("there is a cluster called {0} already; with --replace it gets these configs")]
    ClusterExists(String),
    /// Hosts have roles in it.
    #[error("{cluster} can't be removed: {hosts} have roles in it; release them first")]
    ClusterInUse {
        /// Which.
        cluster: String,
        /// Their names.
        hosts: String,
    },
    /// Hosts are armed with its configs.
    #[error(
        "{what} {cluster} would change what {hosts} were armed with: disarm them first (muster host disarm), or wait until they are installed"
    )]
    ClusterArmed {
        /// What was to be done: `giving new configs to`.
        what: &'static str,
        /// Which cluster.
        cluster: String,
        /// Their names.
        hosts: String,
    },
    /// Its nodes can't boot this.
    #[error("{0}")]
    Image(String),
    /// What the installer wrote can't be used.
    #[error("{file}: {why}")]
    Folder {
        /// Which file of it.
        file: String,
        /// Why.
        why: String,
    },
    /// Its contents were wiped.
    #[error("the configs of {0} were wiped; give it new ones with muster cluster create --replace")]
    Wiped(String),
    /// Its certificates are too old, or not valid yet.
    #[error("{0}")]
    OutOfTime(String),
    /// There is no such host.
    #[error("there is no host {0}")]
    NoHost(Id),
    /// The host has no role.
    #[error("{0} has no role: give it one with muster host set-role")]
    NoRole(String),
    /// Another host of the cluster is called so.
    #[error("{hostname} of {cluster} is {by} already: give this one another name")]
    NameTaken {
        /// The name.
        hostname: String,
        /// The cluster.
        cluster: String,
        /// The host that has it.
        by: String,
    },
    /// Nothing is armed.
    #[error("{0} is not armed")]
    NotArmed(String),
    /// It can't be done in the host's state.
    #[error("{host} is {state}: {todo}")]
    State {
        /// Its name.
        host: String,
        /// Where it stands.
        state: hosts::State,
        /// What to do.
        todo: String,
    },
    /// The selector finds no disk, or more than one.
    #[error("{0}")]
    Disk(String),
    /// The network can't be.
    #[error("{0}")]
    Network(String),
    /// A check fails.
    #[error("{host} can't be armed: {}", words(.findings))]
    Refused {
        /// Its name.
        host: String,
        /// What was found.
        findings: Vec<Finding>,
    },
    /// More than are armed at once.
    #[error("{limit} hosts are armed at once at the most: name fewer")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// An arming can't stand for that long, or for that short.
    #[error("an arming stands for 5 minutes at the least and 24 hours at the most")]
    Life,
    /// The plan that was shown is not the plan of now.
    #[error("the plan changed since it was shown: look at it again")]
    PlanChanged,
    /// Somebody else was faster.
    #[error("{0} was changed in between; look at it and try again")]
    Changed(String),
    /// The host's part.
    #[error(transparent)]
    Host(#[from] hosts::HostError),
    /// The gateway's part.
    #[error(transparent)]
    Gateway(#[from] gateway::GatewayError),
    /// The sealing.
    #[error(transparent)]
    Secrets(#[from] secrets::SecretsError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for OkdError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

fn words(findings: &[Finding]) -> String {
    let said = |Finding { words, todo, .. }: &Finding| match todo.as_str() {
        "" => words.clone(),
        todo => format!("{words} ({todo})"),
    };
    findings.iter().map(said).collect::<Vec<_>>().join("; ")
}
