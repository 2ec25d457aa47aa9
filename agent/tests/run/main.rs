//! `muster-agent run`: the real binary against a server that can be told to misbehave.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may fail the test"
)]

#[path = "../support/agent.rs"]
mod agent;
#[path = "../support/machine.rs"]
mod machine;
#[path = "../support/server.rs"]
mod server;

mod installed;
mod life;
mod once;
mod scrape;
mod settings;
mod trouble;

use std::path::PathBuf;

use agent::Agent;
use server::Server;
use tempfile::TempDir;

/// A machine, and a place for its agent's state.
struct Scene {
    root: TempDir,
    keep: TempDir,
}

impl Scene {
    fn new() -> Self {
        Self::booted_with("quiet\n")
    }

    fn booted_with(cmdline: &str) -> Self {
        Self { root: machine::booted_with(cmdline), keep: tempfile::tempdir().expect("a temporary folder") }
    }

    fn state(&self) -> PathBuf {
        self.keep.path().join("state.json")
    }

    fn arguments(&self, more: &[&str]) -> Vec<String> {
        let root = self.root.path().display().to_string();
        let state = self.state().display().to_string();
        let mut arguments = vec!["--root".to_owned(), root, "--state".to_owned(), state];
        arguments.extend(more.iter().map(|it| (*it).to_owned()));
        arguments
    }

    fn agent_of(&self, server: &Server, more: &[&str]) -> Agent {
        let url = server.url();
        let mut arguments = vec!["--server", &url];
        arguments.extend(more);
        Agent::run(&self.arguments(&arguments))
    }
}
