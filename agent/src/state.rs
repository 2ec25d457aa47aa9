//! What outlives the process: which host this is, and the key that proves it.
//!
//! The file is written whole beside the old one and put in its place, so that a machine that loses power in between has
//! one of the two. It holds a secret, and belongs to its owner alone (mode 0600).

use std::io;
use std::path::PathBuf;

use inventory::{AgentKey, Id};
use serde::{Deserialize, Serialize};

use crate::act::Deeds;
use crate::json;
use crate::keep::{self, Sync};
use crate::settings::Server;

const LIMIT_BYTES: u64 = 64 << 10;

/// Who this agent is to which server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    server: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pin: Option<String>,
    /// What the agent proves itself with.
    pub key: AgentKey,
    /// The host that it speaks for, once it is enrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Id>,
    /// How often the server wants a sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_secs: Option<u32>,
    /// The hash of the ticket that this agent enrolled with. It is spent: shown again under another key, it is a replay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent_ticket: Option<String>,
    /// What it was asked to do, and did.
    #[serde(default, skip_serializing_if = "Deeds::is_empty")]
    pub deeds: Deeds,
}

impl State {
    /// A new agent of this server: a new key, and no host yet.
    ///
    /// # Errors
    /// The kernel's random generator's.
    pub fn new(server: &Server) -> Result<Self, getrandom::Error> {
        Ok(Self {
            server: server.url().to_string(),
            pin: server.pin().map(|pin| pin.to_string()),
            key: AgentKey::generate()?,
            host: None,
            interval_secs: None,
            spent_ticket: None,
            deeds: Deeds::default(),
        })
    }

    /// Becomes a new agent of the same server: a new key, and no host yet.
    ///
    /// # Errors
    /// The kernel's random generator's.
    pub fn renew(&mut self) -> Result<(), getrandom::Error> {
        self.host = None;
        self.interval_secs = None;
        self.key = AgentKey::generate()?;
        Ok(())
    }

    fn is_of(&self, server: &Server) -> bool {
        self.server == server.url().as_str() && self.pin == server.pin().map(|pin| pin.to_string())
    }
}

/// Why the state could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("keeping the agent's state in {path}: after a restart this will be another agent")]
pub struct NotKept {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// Why there was no state to use.
#[derive(Debug, thiserror::Error)]
pub enum NoState {
    /// The first start.
    #[error("{0} does not exist yet")]
    Absent(PathBuf),
    /// The agent was told of another server.
    #[error("{path} belongs to another server, {server}")]
    OtherServer {
        /// The file.
        path: PathBuf,
        /// The server that it is for.
        server: String,
    },
    /// It can't be read, or holds something else.
    #[error("{path} can't be used: {reason}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// The file that holds the state.
#[derive(Debug, Clone)]
pub struct StateFile(PathBuf);

impl StateFile {
    /// The state is kept here.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The state that an earlier start left for this server.
    ///
    /// # Errors
    /// [`NoState`].
    pub fn load(&self, server: &Server) -> Result<State, NoState> {
        let path = || self.0.clone();
        let text = keep::read(&self.0, LIMIT_BYTES).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => NoState::Absent(path()),
            _ => NoState::Broken { path: path(), reason: error.to_string() },
        })?;
        let state: State = serde_json::from_slice(&text)
            .map_err(|error| NoState::Broken { path: path(), reason: error.to_string() })?;
        if !state.is_of(server) {
            return Err(NoState::OtherServer { path: path(), server: state.server });
        }
        Ok(state)
    }

    /// Keeps the state.
    ///
    /// # Errors
    /// [`NotKept`].
    pub fn save(&self, state: &State) -> Result<(), NotKept> {
        self.write(state).map_err(|source| NotKept { path: self.0.clone(), source })
    }

    fn write(&self, state: &State) -> io::Result<()> {
        keep::write_whole(&self.0, &json::pretty(state)?, 0o600, Sync::Now)
    }

    /// A file beside it: what else this agent keeps.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        self.0.with_file_name(name)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn server(port: u16) -> Server {
        Server::new(&format!("http://127.0.0.1:{port}"), "test", None).unwrap()
    }

    #[test]
    fn what_was_kept_is_found_again_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/state.json");
        let file = StateFile::new(path.clone());
        assert!(matches!(file.load(&server(1)), Err(NoState::Absent(_))));

        let mut state = State::new(&server(1)).unwrap();
        file.save(&state).unwrap();
        state.host = Some("1795257600_k3f9a2c".parse().unwrap());
        // A leftover of a crash does not stand in the way.
        fs::write(folder.path().join("deep/er/state.json.new"), "half").unwrap();
        file.save(&state).unwrap();

        assert_eq!(file.load(&server(1)).unwrap(), state);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        assert_eq!(fs::read_dir(folder.path().join("deep/er")).unwrap().count(), 1);
        assert!(!format!("{state:?}").contains(&state.key.reveal()));
    }

    #[test]
    fn the_state_of_another_server_or_a_broken_one_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let file = StateFile::new(path.clone());
        file.save(&State::new(&server(1)).unwrap()).unwrap();
        let said = file.load(&server(2)).unwrap_err().to_string();
        assert!(said.contains("another server, http://127.0.0.1:1/"), "{said}");
        for broken in ["", "{", "{\"server\":1}", "\u{0}\u{0}"] {
            fs::write(&path, broken).unwrap();
            assert!(matches!(file.load(&server(1)), Err(NoState::Broken { .. })), "{broken:?}");
        }
    }

    #[test]
    fn a_place_that_can_not_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        fs::write(&blocked, "").unwrap();
        let file = StateFile::new(blocked.join("state.json"));
        let error = file.save(&State::new(&server(1)).unwrap()).unwrap_err();
        assert!(error.to_string().contains("file/state.json"), "{error}");
    }
}
