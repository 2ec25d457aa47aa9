//! The agents that machines are given: files beside the server, one for each processor.
//!
//! Which processor a file is for, the file itself says (its ELF header). It is measured when it is asked for and anew when
//! it has changed: an agent that was replaced while the server runs is handed out with its own SHA-256, not the old one's.
//!
//! A node's document names the agent by its SHA-256, and the node may fetch it hours later, when its cluster lets it go on. So what was
//! named is kept, though the server's own agent is another one by then.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use boot::{Arch, AssetId};
use sha2::{Digest as _, Sha256};

/// The program's name, in a folder as in a link.
const NAME: &str = "muster-agent";
/// A cluster that has not let a node in for so long never will: its configs are out of time, or its node was given up.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3600);
/// Processors that there can be an agent for.
const ARCHES: [Arch; 2] = [Arch::X86_64, Arch::Aarch64];

/// Where agents may lie; cheap to clone.
#[derive(Debug, Clone)]
pub struct Agents(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    places: Vec<PathBuf>,
    /// What was named in a document, each by its SHA-256.
    kept: PathBuf,
    measured: Mutex<HashMap<PathBuf, Measured>>,
}

/// One agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentFile {
    /// The file.
    pub path: PathBuf,
    /// What it is, and for what.
    pub agent: boot::Agent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Measured {
    stamp: Stamp,
    /// Or why it can't be handed out: said once.
    agent: Option<boot::Agent>,
}

/// Another file, or other content, has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size_bytes: u64,
    changed_ns: (i64, i64),
}

impl Agents {
    /// Files, or folders with `ARCH/muster-agent` in them. A place that is not there yet may be there later. What a document named
    /// is kept in the folder `kept`.
    #[must_use]
    pub fn at(places: &[PathBuf], kept: &Path) -> Self {
        Self(Arc::new(Inner { places: places.to_vec(), kept: kept.to_owned(), measured: Mutex::default() }))
    }

    /// Where they are looked for, for people.
    #[must_use]
    pub fn places(&self) -> String {
        self.0.places.iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(", ")
    }

    /// The agents that there are now, the first of each processor. Reads files: not for an asynchronous task's thread.
    #[must_use]
    pub fn present(&self) -> Vec<AgentFile> {
        let mut found: Vec<AgentFile> = Vec::new();
        for path in self.0.places.iter().flat_map(|place| candidates(place)) {
            if let Some(agent) = self.measure(&path)
                && !found.iter().any(|known| known.agent.arch == agent.arch)
            {
                found.push(AgentFile { path, agent });
            }
        }
        found
    }

    /// The agent for this processor. Reads files, as [`Agents::present`] does.
    #[must_use]
    pub fn for_arch(&self, arch: Arch) -> Option<AgentFile> {
        self.present().into_iter().find(|found| found.agent.arch == arch)
    }

    /// Keeps an agent that a document is about to name. Writes a file, where it was not named before.
    ///
    /// # Errors
    /// The folder can't be written: then nothing may be named.
    pub fn keep(&self, found: &AgentFile) -> io::Result<()> {
        let kept = &self.0.kept;
        std::fs::create_dir_all(kept)?;
        let place = kept.join(found.agent.sha256.to_string());
        if let Ok(there) = File::options().append(true).open(&place) {
            return there.set_modified(SystemTime::now());
        }
        self.forget_old()?;
        // Whole or not at all, however many come at once; and what was measured, not what lies there since.
        let mut copy = tempfile::NamedTempFile::new_in(kept)?;
        io::copy(&mut File::open(&found.path)?, &mut copy)?;
        let copied = agent_in(&mut File::open(copy.path())?)?;
        if copied != Some(found.agent) {
            return Err(io::Error::other(format!("{} was replaced just now", found.path.display())));
        }
        copy.as_file().sync_all()?;
        copy.persist(place)?;
        Ok(())
    }

    /// The file of an agent that a document named, or that is handed out now. Reads files.
    #[must_use]
    pub fn named(&self, sha256: AssetId) -> Option<PathBuf> {
        let kept = self.0.kept.join(sha256.to_string());
        let present = || self.present().into_iter().find(|found| found.agent.sha256 == sha256);
        if kept.is_file() { Some(kept) } else { present().map(|found| found.path) }
    }

    fn forget_old(&self) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.0.kept)? {
            let entry = entry?;
            let age = entry.metadata()?.modified()?.elapsed();
            if age.is_ok_and(|age| age > KEPT_FOR) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn measure(&self, path: &Path) -> Option<boot::Agent> {
        match self.measured(path) {
            Ok(agent) => agent,
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "an agent can't be read");
                None
            }
        }
    }

    fn measured(&self, path: &Path) -> io::Result<Option<boot::Agent>> {
        let mut file = File::open(path)?;
        let stamp = Stamp::of(&file.metadata()?);
        // Held while a file is read: who comes at the same time waits for the answer instead of reading it, too.
        let mut measured = self.0.measured.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = measured.get(path).filter(|known| known.stamp == stamp) {
            return Ok(known.agent);
        }
        let agent = agent_in(&mut file)?;
        if agent.is_none() {
            let path = path.display();
            tracing::warn!(%path, "that is no agent: no program for 64-bit x86 or ARM; it is handed to nobody");
        }
        measured.insert(path.to_owned(), Measured { stamp, agent });
        Ok(agent)
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            size_bytes: metadata.size(),
            changed_ns: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Where agents are looked for at a place: itself, or, in a folder, below each processor's name.
fn candidates(place: &Path) -> Vec<PathBuf> {
    if place.is_dir() {
        ARCHES.map(|arch| place.join(arch.name()).join(NAME)).to_vec()
    } else {
        vec![place.to_owned()]
    }
}

/// The agent that a file is; `None` when it is a program for no processor that we know, or no program.
fn agent_in(file: &mut File) -> io::Result<Option<boot::Agent>> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0_u8; 64 << 10];
    let mut arch = None;
    let mut is_first = true;
    loop {
        let read = file.read(&mut buffer)?;
        let chunk = buffer.get(..read).unwrap_or_default();
        if std::mem::take(&mut is_first) {
            arch = arch_of(chunk);
        }
        if chunk.is_empty() {
            let sha256 = AssetId::of_digest(hash.finalize().into());
            return Ok(arch.map(|arch| boot::Agent { arch, sha256 }));
        }
        hash.update(chunk);
    }
}

/// By the head of an ELF file: 64 bits, little-endian, then the machine's number at byte 18.
fn arch_of(head: &[u8]) -> Option<Arch> {
    head.strip_prefix(b"\x7fELF\x02\x01")?;
    match head.get(18..20)? {
        [62, 0] => Some(Arch::X86_64),
        [183, 0] => Some(Arch::Aarch64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(machine: u8, content: &str) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0".to_vec();
        bytes.extend([machine, 0]);
        bytes.extend(content.bytes());
        bytes
    }

    fn arches(agents: &Agents) -> Vec<Arch> {
        agents.present().iter().map(|found| found.agent.arch).collect()
    }

    #[test]
    fn a_file_says_itself_which_processor_it_is_for() {
        for (head, arch) in [
            (program(62, "x"), Some(Arch::X86_64)),
            (program(183, "x"), Some(Arch::Aarch64)),
            (program(40, "x"), None),
            (b"#!/bin/sh\n".to_vec(), None),
            (b"\x7fELF\x01\x01".to_vec(), None),
            (b"\x7fELF\x02\x01".to_vec(), None),
            (Vec::new(), None),
        ] {
            assert_eq!(arch_of(&head), arch, "{head:?}");
        }
    }

    #[test]
    fn files_and_folders_may_be_named_and_the_first_of_a_processor_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let (file, folder, none) = (dir.path().join("a"), dir.path().join("agents"), dir.path().join("none"));
        std::fs::write(&file, program(62, "first")).unwrap();
        for (arch, machine) in [("x86_64", 62), ("aarch64", 183)] {
            std::fs::create_dir_all(folder.join(arch)).unwrap();
            std::fs::write(folder.join(arch).join(NAME), program(machine, "second")).unwrap();
        }
        let agents = Agents::at(&[none.clone(), file.clone(), folder.clone()], &none);
        assert_eq!(arches(&agents), [Arch::X86_64, Arch::Aarch64]);
        assert_eq!(agents.for_arch(Arch::X86_64).unwrap().path, file);
        assert_eq!(agents.for_arch(Arch::Aarch64).unwrap().path, folder.join("aarch64").join(NAME));
        assert_eq!(agents.for_arch(Arch::Unknown), None);
        assert!(Agents::at(std::slice::from_ref(&none), &none).present().is_empty());
    }

    #[test]
    fn an_agent_that_is_replaced_is_measured_anew_and_one_that_comes_later_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        let agents = Agents::at(std::slice::from_ref(&path), &dir.path().join("kept"));
        assert!(agents.present().is_empty());
        let mut known = Vec::new();
        for content in ["one", "two"] {
            // As packages and `mv` do it: a new file under the old name.
            let new = dir.path().join("new");
            std::fs::write(&new, program(62, content)).unwrap();
            std::fs::rename(&new, &path).unwrap();
            let sha256 = agents.for_arch(Arch::X86_64).unwrap().agent.sha256;
            assert_eq!(sha256, AssetId::of_digest(Sha256::digest(program(62, content)).into()));
            known.push(sha256);
        }
        assert_ne!(known[0], known[1]);
        std::fs::write(&path, "no program").unwrap();
        assert!(agents.present().is_empty());
    }
}
