//! The agent that machines are given: a file beside the server, measured once.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// Where the agent lies, and how to know it.
#[derive(Debug, Clone)]
pub struct AgentFile {
    /// The file.
    pub path: PathBuf,
    /// SHA-256 in hex; absent when there is no agent to give.
    pub sha256: Option<String>,
}

impl AgentFile {
    /// Measures the file. Without one the server runs all the same: only the kickstart can't hand it out.
    #[must_use]
    pub fn measure(path: &Path) -> Self {
        let sha256 = digest(path)
            .inspect_err(|error| tracing::warn!(path = %path.display(), %error, "no agent to hand out; name it with --agent"))
            .ok();
        Self { path: path.to_owned(), sha256 }
    }
}

fn digest(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0_u8; 64 << 10];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
}
