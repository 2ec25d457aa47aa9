//! A tree that remembers all that was read of another one, so that the same can be read again elsewhere.
//!
//! What is asked for twice is answered as it was the first time: a capture has no two truths, and gives the report that was
//! made while it was taken.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;

use super::{Question, Root, Tree};

/// As many symbolic links as the kernel follows.
const LINKS_LIMIT: usize = 40;

/// Reads from another root, and remembers.
#[derive(Clone)]
pub struct Recorder {
    root: Root,
    memory: Arc<Mutex<Memory>>,
}

/// What was read, by real path.
#[derive(Debug, Default, Clone)]
pub struct Recording {
    /// Files that were read, by real path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Symbolic links, with where they lead.
    pub links: BTreeMap<String, String>,
    /// Folders, also those that nothing was read in.
    pub folders: BTreeSet<String>,
    /// Files that were seen and not read.
    pub seen: BTreeSet<String>,
    /// Answers, by their question's name.
    pub answers: BTreeMap<String, Vec<u8>>,
    /// What the kernel refused: its error's number, by path or by question's name.
    pub errors: BTreeMap<String, i32>,
}

#[derive(Default)]
struct Memory {
    recording: Recording,
    /// Files that are longer than what was read of them.
    cut: BTreeSet<String>,
    listings: BTreeMap<String, Vec<String>>,
}

impl Recorder {
    /// Reads from this root.
    #[must_use]
    pub fn new(root: Root) -> Self {
        Self { root, memory: Arc::default() }
    }

    /// What was read so far.
    #[must_use]
    pub fn recording(&self) -> Recording {
        self.lock().recording.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The path with its links followed; each link on the way is remembered.
    fn follow(&self, path: &str) -> io::Result<String> {
        let mut ahead: Vec<String> = path.rsplit('/').map(str::to_owned).collect();
        let mut place = String::new();
        let mut links = 0;
        while let Some(part) = ahead.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    place.truncate(place.rfind('/').unwrap_or(0));
                    continue;
                }
                _ => {}
            }
            let here = format!("{place}/{part}");
            let known = self.lock().recording.links.get(&here).cloned();
            let target = known.map_or_else(|| self.root.0.target(&here), Ok);
            match target {
                Ok(target) => {
                    links += 1;
                    if links > LINKS_LIMIT {
                        return Err(Errno::LOOP.into());
                    }
                    self.lock().recording.links.insert(here, target.clone());
                    if target.starts_with('/') {
                        place.clear();
                    }
                    ahead.extend(target.rsplit('/').map(str::to_owned));
                }
                // No link.
                Err(error) if Errno::from_io_error(&error) == Some(Errno::INVAL) => {
                    if !ahead.iter().all(|part| part.is_empty()) {
                        self.lock().recording.folders.insert(here.clone());
                    }
                    place = here;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(if place.is_empty() { "/".to_owned() } else { place })
    }

    /// Something is there, which nobody has read yet.
    fn saw(&self, real: String) {
        if self.lock().recording.folders.contains(&real) || self.lock().recording.files.contains_key(&real) {
            return;
        }
        let is_file =
            self.root.0.names(&real).is_err_and(|error| Errno::from_io_error(&error) == Some(Errno::NOTDIR));
        let recording = &mut self.lock().recording;
        if is_file {
            recording.seen.insert(real)
        } else {
            recording.folders.insert(real)
        };
    }

    fn refused<T>(&self, name: &str, error: io::Error) -> io::Result<T> {
        if let Some(errno) = error.raw_os_error().filter(|errno| *errno != Errno::NOENT.raw_os_error()) {
            self.lock().recording.errors.insert(name.to_owned(), errno);
        }
        Err(error)
    }

    fn again(&self, name: &str) -> io::Result<()> {
        self.lock()
            .recording
            .errors
            .get(name)
            .map_or(Ok(()), |errno| Err(io::Error::from_raw_os_error(*errno)))
    }
}

impl Tree for Recorder {
    fn read(&self, path: &str, limit_bytes: usize) -> io::Result<Vec<u8>> {
        let real = self.follow(path)?;
        self.again(&real)?;
        let known = {
            let memory = self.lock();
            let whole = !memory.cut.contains(&real);
            memory.recording.files.get(&real).filter(|known| whole || known.len() > limit_bytes).cloned()
        };
        if let Some(known) = known {
            return Ok(known.get(..=limit_bytes).unwrap_or(&known).to_vec());
        }
        match self.root.0.read(path, limit_bytes) {
            Ok(bytes) => {
                let mut memory = self.lock();
                if bytes.len() > limit_bytes {
                    memory.cut.insert(real.clone());
                } else {
                    memory.cut.remove(&real);
                }
                memory.recording.files.insert(real, bytes.clone());
                Ok(bytes)
            }
            Err(error) => self.refused(&real, error),
        }
    }

    fn names(&self, path: &str) -> io::Result<Vec<String>> {
        let real = self.follow(path)?;
        self.again(&real)?;
        if let Some(known) = self.lock().listings.get(&real).cloned() {
            return Ok(known);
        }
        let names = match self.root.0.names(path) {
            Ok(names) => names,
            Err(error) => return self.refused(&real, error),
        };
        self.lock().recording.folders.insert(real.clone());
        for name in &names {
            let here = if real == "/" { format!("/{name}") } else { format!("{real}/{name}") };
            match self.root.0.target(&here) {
                Ok(target) => drop(self.lock().recording.links.insert(here, target)),
                Err(_) => self.saw(here),
            }
        }
        self.lock().listings.insert(real, names.clone());
        Ok(names)
    }

    fn real(&self, path: &str) -> io::Result<String> {
        let real = self.follow(path)?;
        self.saw(real.clone());
        Ok(real)
    }

    fn target(&self, path: &str) -> io::Result<String> {
        let (folder, link) = path.trim_end_matches('/').rsplit_once('/').unwrap_or(("", path));
        let folder = self.follow(folder)?;
        let here = if folder == "/" { format!("/{link}") } else { format!("{folder}/{link}") };
        let target = self.root.0.target(&here)?;
        self.lock().recording.links.insert(here, target.clone());
        Ok(target)
    }

    fn ask(&self, question: &Question) -> io::Result<Vec<u8>> {
        let name = question.name();
        self.again(&name)?;
        if let Some(known) = self.lock().recording.answers.get(&name).cloned() {
            return Ok(known);
        }
        match self.root.0.ask(question) {
            Ok(answer) => {
                self.lock().recording.answers.insert(name, answer.clone());
                Ok(answer)
            }
            Err(error) => self.refused(&name, error),
        }
    }
}
