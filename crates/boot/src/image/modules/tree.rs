//! A kernel's folder of modules.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::ModulesError;
use crate::image::elf::normal;
use crate::image::packed::Packing;

/// The largest module of Debian's kernel has 20 MiB.
const LIMIT_BYTES: u64 = 128 << 20;

/// Where each module lies, by its name, and which are part of the kernel.
#[derive(Debug)]
pub(in crate::image) struct Tree {
    root: PathBuf,
    modules: BTreeMap<String, Place>,
    /// The lines of `modules.builtin`, such as `kernel/drivers/char/random.ko`, by their modules' names.
    built_in: BTreeMap<String, String>,
}

/// Where a module lies.
#[derive(Debug)]
struct Place {
    /// Below the root and without the ending of its packing.
    path: String,
    packing: Packing,
}

impl Tree {
    pub(in crate::image) fn open(root: &Path) -> Result<Self, ModulesError> {
        if !root.join("kernel").is_dir() {
            return Err(ModulesError::NoTree { path: root.to_owned() });
        }
        let mut tree = Self { root: root.to_owned(), modules: BTreeMap::new(), built_in: built_in(root)? };
        tree.walk("kernel")?;
        Ok(tree)
    }

    fn walk(&mut self, below: &str) -> Result<(), ModulesError> {
        let folder = self.root.join(below);
        let failed = |source| ModulesError::Read { path: folder.clone(), source };
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            // A name that is no UTF-8, or has a space, is none that modules.dep could hold.
            let name =
                entry.file_name().into_string().ok().filter(|name| !name.contains(char::is_whitespace));
            entries.extend(name.map(|name| (name, kind)));
        }
        // A plain module comes before the same one packed, and is kept.
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (name, kind) in entries {
            if kind.is_dir() {
                self.walk(&format!("{below}/{name}"))?;
                continue;
            }
            let (file, packing) = Packing::of(&name);
            if let Some(module) = file.strip_suffix(".ko") {
                let place = Place { path: format!("{below}/{file}"), packing };
                self.modules.entry(normal(module)).or_insert(place);
            }
        }
        Ok(())
    }

    /// Names and paths.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.modules.iter().map(|(name, place)| (name.as_str(), place.path.as_str()))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.modules.contains_key(name)
    }

    pub(super) fn path(&self, name: &str) -> Option<&str> {
        self.modules.get(name).map(|place| place.path.as_str())
    }

    /// Whether the kernel itself is what a module of this name would be.
    pub(super) fn is_built_in(&self, name: &str) -> bool {
        self.built_in.contains_key(name)
    }

    /// `modules.builtin`, by which modprobe knows that there is nothing to load.
    pub(in crate::image) fn built_in(&self) -> String {
        let lines: BTreeSet<&String> = self.built_in.values().collect();
        lines.into_iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }

    /// A module's path and content.
    pub(super) fn read(&self, name: &str) -> Result<Option<(String, Vec<u8>)>, ModulesError> {
        let Some(place) = self.modules.get(name) else { return Ok(None) };
        let path = self.file(place);
        let bytes =
            std::fs::read(&path).map_err(|source| ModulesError::Read { path: path.clone(), source })?;
        match place.packing.unpack(bytes, LIMIT_BYTES) {
            Ok(module) => Ok(Some((place.path.clone(), module))),
            Err(source) => Err(ModulesError::Packed { path, source }),
        }
    }

    /// The file of the module of this name, for messages.
    pub(super) fn file_of(&self, name: &str) -> PathBuf {
        self.modules.get(name).map(|place| self.file(place)).unwrap_or_default()
    }

    fn file(&self, place: &Place) -> PathBuf {
        self.root.join(format!("{}{}", place.path, place.packing.ending()))
    }
}

/// Some folders were copied without the list: then every module must be there as a file.
fn built_in(root: &Path) -> Result<BTreeMap<String, String>, ModulesError> {
    let path = root.join("modules.builtin");
    let list = match std::fs::read_to_string(&path) {
        Ok(list) => list,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(ModulesError::Read { path, source }),
    };
    let plain = |line: &&str| !line.is_empty() && line.chars().all(|c| c.is_ascii_graphic());
    let name = |line: &str| {
        let file = line.rsplit('/').next()?;
        Some((normal(file.strip_suffix(".ko")?), line.to_owned()))
    };
    Ok(list.lines().filter(plain).filter_map(name).collect())
}
