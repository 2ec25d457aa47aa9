//! A program that is not static, with all that it needs to run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ImageError;
use super::elf::{self, ElfFault};
use super::processor::Processor;

/// Loaded by name while the program runs, by every libc before glibc 2.34: there `root` is known to nobody without it.
const LOADED_LATER: &str = "libnss_files.so.2";
/// No program of a login has so many.
const LIMIT: usize = 64;

/// The files beside `program` that it needs: where each belongs (no slash in front), and where it lies here.
///
/// They are looked for in the tree that the program stands in (`ROOT/usr/sbin/dropbear`), so that those of another
/// distribution or processor can be used, and then in this machine's own.
pub(super) fn of(program: &Path, processor: Processor) -> Result<BTreeMap<String, PathBuf>, ImageError> {
    let roots = [root_of(program), Some(PathBuf::from("/"))];
    let search = Search { roots: roots.into_iter().flatten().collect(), processor };
    let mut found = BTreeMap::new();
    let mut waiting = vec![program.to_owned()];
    while let Some(file) = waiting.pop() {
        let bytes = std::fs::read(&file).map_err(|source| ImageError::Read { path: file.clone(), source })?;
        let fault = |source| ImageError::Program { path: file.clone(), source };
        let needs = elf::needs(&bytes, processor).map_err(fault)?;
        let interpreter = needs.interpreter.iter().map(|path| path.trim_start_matches('/').to_owned());
        let mut places: Vec<(String, PathBuf)> = Vec::new();
        for path in interpreter {
            let lies = search.at(&path).ok_or_else(|| fault(search.nowhere(&path)))?;
            places.push((path, lies));
        }
        for library in &needs.libraries {
            places.push(search.library(library).ok_or_else(|| fault(search.nowhere(library)))?);
        }
        if needs.libraries.iter().any(|name| name == "libc.so.6") {
            places.extend(search.library(LOADED_LATER));
        }
        for (place, lies) in places {
            if found.len() < LIMIT && !found.contains_key(&place) {
                waiting.push(lies.clone());
                found.insert(place, lies);
            }
        }
    }
    Ok(found)
}

struct Search {
    roots: Vec<PathBuf>,
    processor: Processor,
}

impl Search {
    /// Where the dynamic linkers of the distributions look by themselves.
    fn folders(&self) -> [String; 6] {
        let triplet = format!("{}-linux-gnu", self.processor.as_str());
        let multiarch = [format!("lib/{triplet}"), format!("usr/lib/{triplet}")];
        let [first, second] = multiarch;
        [first, second, "lib64".to_owned(), "usr/lib64".to_owned(), "lib".to_owned(), "usr/lib".to_owned()]
    }

    /// A library's place in the image, and where it lies.
    fn library(&self, name: &str) -> Option<(String, PathBuf)> {
        if name.contains('/') {
            return None;
        }
        self.folders().into_iter().find_map(|folder| {
            let place = format!("{folder}/{name}");
            self.at(&place).map(|lies| (place, lies))
        })
    }

    /// A file at this place in one of the trees, if it is for this processor.
    fn at(&self, place: &str) -> Option<PathBuf> {
        if place.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return None;
        }
        self.roots
            .iter()
            .map(|root| root.join(place))
            .find(|path| std::fs::read(path).is_ok_and(|bytes| elf::needs(&bytes, self.processor).is_ok()))
    }

    fn nowhere(&self, library: &str) -> ElfFault {
        let folders = self.folders();
        let looked_in =
            self.roots.iter().flat_map(|root| folders.iter().map(|f| root.join(f).display().to_string()));
        ElfFault::NoLibrary { library: library.to_owned(), looked_in: looked_in.collect() }
    }
}

/// `ROOT` of `ROOT/usr/sbin/dropbear`.
fn root_of(program: &Path) -> Option<PathBuf> {
    let folder = program.canonicalize().ok()?.parent()?.to_owned();
    let places = ["usr/sbin", "usr/bin", "usr/local/sbin", "sbin", "bin"];
    let place = places.into_iter().find(|place| folder.ends_with(place))?;
    let depth = place.split('/').count();
    folder.ancestors().nth(depth).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_that_a_program_stands_in_is_found() {
        let dir = tempfile::tempdir().unwrap();
        for (place, known) in [("usr/sbin/dropbear", true), ("bin/x", true), ("elsewhere/x", false)] {
            let path = dir.path().join(place);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
            let root = dir.path().canonicalize().unwrap();
            assert_eq!(root_of(&path), known.then_some(root), "{place}");
        }
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn a_program_comes_with_its_linker_and_libraries() {
        // This test is a dynamic program.
        let found = of(&std::env::current_exe().unwrap(), Processor::X86_64).unwrap();
        for name in ["ld-linux", "libc.so"] {
            assert!(found.keys().any(|place| place.contains(name)), "{name}: {found:?}");
        }
        let error = of(&std::env::current_exe().unwrap(), Processor::Aarch64).unwrap_err();
        assert!(matches!(error, ImageError::Program { source: ElfFault::OtherArch { .. }, .. }), "{error}");
    }
}
