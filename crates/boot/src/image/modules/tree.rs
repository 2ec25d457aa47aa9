//! A kernel's folder of modules.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ModulesError;
use crate::image::elf::normal;

/// Where each module lies, by its name.
#[derive(Debug)]
pub(in crate::image) struct Tree {
    root: PathBuf,
    modules: BTreeMap<String, String>,
}

impl Tree {
    pub(in crate::image) fn open(root: &Path) -> Result<Self, ModulesError> {
        let mut tree = Self { root: root.to_owned(), modules: BTreeMap::new() };
        if !root.join("kernel").is_dir() {
            return Err(ModulesError::NoTree { path: root.to_owned() });
        }
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
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (name, kind) in entries {
            let path = format!("{below}/{name}");
            if kind.is_dir() {
                self.walk(&path)?;
            } else if let Some(module) = name.strip_suffix(".ko") {
                self.modules.insert(normal(module), path);
            } else if let Some((_, packed)) = name.split_once(".ko.") {
                return Err(ModulesError::Packed { path: self.full(&path), kind: format!("ko.{packed}") });
            }
        }
        Ok(())
    }

    /// Names and paths.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.modules.iter().map(|(name, path)| (name.as_str(), path.as_str()))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.modules.contains_key(name)
    }

    pub(super) fn read(&self, name: &str) -> Result<Option<(String, Vec<u8>)>, ModulesError> {
        let Some(path) = self.modules.get(name) else { return Ok(None) };
        let bytes = std::fs::read(self.full(path))
            .map_err(|source| ModulesError::Read { path: self.full(path), source })?;
        Ok(Some((path.clone(), bytes)))
    }

    pub(in crate::image) fn full(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }
}
