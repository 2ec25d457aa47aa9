//! A small machine, built by hand for a test: files that are there, and files that refuse, fail, vanish, panic or hang.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::io::Errno;
use tempfile::TempDir;

use crate::root::{Question, Root, Space, Tree};

#[derive(Clone)]
enum Fault {
    Fails(Errno),
    Panics,
    Hangs,
}

/// The machine, as far as it is built.
#[derive(Clone)]
pub(crate) struct Builder {
    folder: Arc<TempDir>,
    faults: BTreeMap<String, Fault>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self { folder, faults: BTreeMap::new() }
    }

    fn below(&self, path: &str) -> PathBuf {
        self.folder.path().join(path.trim_start_matches('/'))
    }

    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let file = self.below(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
        self
    }

    pub(crate) fn files(mut self, folder: &str, files: &[(&str, &str)]) -> Self {
        for (name, content) in files {
            self = self.file(&format!("{folder}/{name}"), content);
        }
        self
    }

    pub(crate) fn folder(self, path: &str) -> Self {
        fs::create_dir_all(self.below(path)).unwrap();
        self
    }

    /// A symbolic link to an absolute path of the machine.
    pub(crate) fn link(self, path: &str, target: &str) -> Self {
        let link = self.below(path);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(target, link).unwrap();
        self
    }

    /// Takes a file away while others look at the machine.
    pub(crate) fn gone(&self, path: &str) {
        fs::remove_file(self.below(path)).unwrap();
    }

    pub(crate) fn refused(self, path: &str) -> Self {
        self.fails(path, Errno::ACCESS)
    }

    pub(crate) fn fails(self, path: &str, errno: Errno) -> Self {
        self.fault(path, Fault::Fails(errno))
    }

    pub(crate) fn panics(self, path: &str) -> Self {
        self.fault(path, Fault::Panics)
    }

    pub(crate) fn hangs(self, path: &str) -> Self {
        self.fault(path, Fault::Hangs)
    }

    fn fault(mut self, path: &str, fault: Fault) -> Self {
        self.faults.insert(path.to_owned(), fault);
        self
    }

    pub(crate) fn space(self, mount: &str, size_bytes: u64, free_bytes: u64, available_bytes: u64) -> Self {
        let space = Space { size_bytes, free_bytes, available_bytes, inodes: 100, free_inodes: 60 };
        self.answer(&Question::Space { mount: mount.to_owned() }, &space.to_bytes())
    }

    /// What the machine answers to this question.
    pub(crate) fn answer(self, question: &Question, answer: &[u8]) -> Self {
        self.file(&format!("/answers/{}", question.name()), answer)
    }

    pub(crate) fn root(&self) -> Root {
        Root::new(Machine { tree: Root::at(self.folder.path().to_owned()), builder: self.clone() })
    }
}

struct Machine {
    tree: Root,
    builder: Builder,
}

impl Machine {
    fn meet(&self, path: &str) -> io::Result<()> {
        match self.builder.faults.get(path) {
            Some(Fault::Fails(errno)) => Err((*errno).into()),
            Some(Fault::Panics) => panic!("a defect, met at {path}"),
            Some(Fault::Hangs) => loop {
                std::thread::park();
            },
            None => Ok(()),
        }
    }
}

impl Tree for Machine {
    fn read(&self, path: &str, limit_bytes: usize) -> io::Result<Vec<u8>> {
        self.meet(path)?;
        self.tree.tree().read(path, limit_bytes)
    }

    fn names(&self, path: &str) -> io::Result<Vec<String>> {
        self.meet(path)?;
        self.tree.tree().names(path)
    }

    fn real(&self, path: &str) -> io::Result<String> {
        self.tree.tree().real(path)
    }

    fn target(&self, path: &str) -> io::Result<String> {
        self.tree.tree().target(path)
    }

    fn ask(&self, question: &Question) -> io::Result<Vec<u8>> {
        match question {
            Question::Space { mount } => self.meet(mount)?,
            Question::Architecture => return Ok(b"x86_64".to_vec()),
            other => self.meet(&other.name())?,
        }
        self.tree.tree().ask(question)
    }
}
