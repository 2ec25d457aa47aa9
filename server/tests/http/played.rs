//! Installations that are played to their end, over the HTTP of a real server, where something comes in between.

#[path = "played/elsewhere.rs"]
mod elsewhere;
#[path = "played/killed.rs"]
mod killed;
#[path = "played/many.rs"]
mod many;
#[path = "played/moment.rs"]
mod moment;
#[path = "played/swapped.rs"]
mod swapped;
#[path = "played/twins.rs"]
mod twins;

use inventory::Clock as _;
use reqwest::StatusCode;
use tempfile::TempDir;

use crate::program::{End, Program};
use crate::reach::Reach;
use crate::scripted::{Machine, Script, Voice, cluster_made_at};
use crate::support::{give_agent, problem};

/// The real program, with a cluster and a machine that has a role in it.
struct Site {
    server: Program,
    machine: Machine,
    dir: TempDir,
}

impl Site {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        give_agent(dir.path(), "x86_64", "the agent");
        let server = Program::start(dir.path()).await;
        cluster_made_at(&server, inventory::SystemClock.now().millis()).await;
        let machine = Machine::assigned(&server, 1).await;
        Self { server, machine, dir }
    }

    /// `kill -9`.
    async fn dies(self) -> Dead {
        let Self { server, machine, dir } = self;
        server.end(End::Killed).await;
        Dead { machine, dir }
    }

    /// `kill -9`, and a new start on what is on the disk.
    async fn killed(self) -> Self {
        self.dies().await.starts().await
    }
}

/// A site whose server was killed.
struct Dead {
    machine: Machine,
    dir: TempDir,
}

impl Dead {
    async fn starts(self) -> Site {
        let Self { machine, dir } = self;
        Site { server: Program::start(dir.path()).await, machine, dir }
    }
}

/// From the document on: the disk is written, the installed system boots, its agent enrols; the machine is the same host.
async fn is_installed(server: &Reach, machine: &mut Machine, voice: &Voice, document: &str) {
    for percent in [0, 55, 100] {
        voice.says(server, "writing", &format!("&percent={percent}")).await;
    }
    voice.says(server, "written", "").await;
    assert!(!machine.asks(server).await.contains("coreos.inst"), "it boots its own disk");
    Voice::of(document).says(server, "first-boot", "").await;
    assert_eq!(machine.joins(server, document).await, machine.host);
    let install = machine.install(server).await;
    assert_eq!(install["ended"]["outcome"], "installed", "{install:#}");
    assert_eq!(machine.state(server).await, "in-service");
}

/// None of its two documents is for this machine, any more or at all.
async fn is_refused(server: &Reach, machine: &Machine, script: &Script) {
    for path in [&script.node, &script.live] {
        problem(machine.gets(server, path).await, StatusCode::FORBIDDEN).await;
    }
}
