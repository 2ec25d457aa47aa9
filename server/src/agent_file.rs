//! The agent that machines are given: a file beside the server, measured once.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use boot::kickstart::Sha256;
use sha2::Digest;

/// Where the agent lies, and how to know it.
#[derive(Debug, Clone)]
pub struct AgentFile {
    /// The file.
    pub path: PathBuf,
    /// Its SHA-256; absent when there is no agent to give.
    pub sha256: Option<Sha256>,
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

fn digest(path: &Path) -> std::io::Result<Sha256> {
    let mut file = File::open(path)?;
    let mut hash: sha2::Sha256 = Digest::new();
    let mut buffer = vec![0_u8; 64 << 10];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(Sha256(hash.finalize().into()));
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
}
