//! Kernel modules, and those that they need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::initramfs;
use crate::{Deadline, Kernel, Process, cache};

/// busybox reads the four thousand of them in some seconds.
const DEPMOD_SECS: u64 = 300;

/// Puts the modules of these names into `root`, with those that they depend on and the list that says so.
pub(crate) fn install(kernel: &Kernel, modules: &[String], root: &Path) -> anyhow::Result<()> {
    let list = std::fs::read_to_string(dependencies(kernel)?)?;
    let known = Known::parse(&list);
    let built_in = std::fs::read_to_string(kernel.modules.join("modules.builtin"))?;
    let folder = root.join("lib/modules").join(&kernel.version);
    let mut needed = BTreeSet::new();
    for module in modules {
        let name = module.split_whitespace().next().unwrap_or_default();
        // From one Debian to the next a module may have moved into the kernel.
        if built_in.lines().any(|path| name_of(path) == name.replace('-', "_")) {
            continue;
        }
        let closure = known.closure(name);
        needed
            .extend(closure.with_context(|| format!("the kernel {} has no module {name}", kernel.version))?);
    }
    let mut lines = String::new();
    for path in needed {
        initramfs::install(&kernel.modules.join(path), &folder.join(path))?;
        lines.push_str(&format!("{path}: {}\n", known.needs(path).join(" ")));
    }
    std::fs::write(folder.join("modules.dep"), lines).context("can't write modules.dep")
}

/// `modules.dep`, which the package leaves to `depmod` to write.
fn dependencies(kernel: &Kernel) -> anyhow::Result<std::path::PathBuf> {
    let base = kernel.modules.ancestors().nth(3).context("the modules lie in no filesystem")?;
    let dir = cache::fetch_once(&format!("modules-{}", kernel.version), |dir| {
        let mut depmod = Command::new("busybox");
        depmod.args(["depmod", "-n", "-b"]).arg(base).arg(&kernel.version);
        // It writes aliases and symbols too, more lines than a log keeps.
        let mut only = Command::new("sh");
        only.args(["-c", "\"$@\" | grep '\\.ko[.a-z]*:' >\"$0\""]).arg(dir.join("modules.dep"));
        only.arg(depmod.get_program()).args(depmod.get_args());
        Process::run("depmod", &only, Deadline::seconds(DEPMOD_SECS)).map(drop)
    })?;
    Ok(dir.join("modules.dep"))
}

/// Each module's path, and the paths of those that it needs.
struct Known<'a>(BTreeMap<&'a str, Vec<&'a str>>);

impl<'a> Known<'a> {
    fn parse(list: &'a str) -> Self {
        let lines = list.lines().filter_map(|line| line.split_once(':'));
        Self(lines.map(|(path, needs)| (path, needs.split_whitespace().collect())).collect())
    }

    /// The module of this name and all that it needs, however far.
    fn closure(&self, name: &str) -> anyhow::Result<BTreeSet<&'a str>> {
        let found = self.0.keys().find(|path| name_of(path) == name.replace('-', "_"));
        let mut open = vec![*found.context("not there")?];
        let mut closed = BTreeSet::new();
        while let Some(path) = open.pop() {
            ensure!(self.0.contains_key(path), "{path} is needed and not listed");
            if closed.insert(path) {
                open.extend(self.needs(path));
            }
        }
        Ok(closed)
    }

    fn needs(&self, path: &str) -> &[&'a str] {
        self.0.get(path).map(Vec::as_slice).unwrap_or_default()
    }
}

/// `kernel/drivers/i2c/i2c-stub.ko` is `i2c_stub` to the kernel.
fn name_of(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.split('.').next().unwrap_or(file).replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "kernel/a/one.ko: kernel/b/two-too.ko\nkernel/b/two-too.ko: kernel/c/three.ko.xz kernel/a/one.ko\n\
                        kernel/c/three.ko.xz:\nkernel/d/broken.ko: kernel/nowhere.ko\n";

    #[test]
    fn what_a_module_needs_is_followed_to_the_end_and_round_in_circles() {
        let known = Known::parse(LIST);
        assert_eq!(known.closure("one").unwrap().len(), 3);
        assert_eq!(known.closure("two_too").unwrap().len(), 3);
        assert_eq!(known.closure("three").unwrap().into_iter().collect::<Vec<_>>(), ["kernel/c/three.ko.xz"]);
        known.closure("four").unwrap_err();
        known.closure("broken").unwrap_err();
    }
}
