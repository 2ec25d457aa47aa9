//! Which kernel modules go into the image, unpacked, and the files by which busybox's modprobe finds them.

mod picks;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

pub(super) use tree::Tree;

use super::elf::{self, ModuleInfo};
use super::kernel::Kernel;
use super::left_out::LeftOut;
use super::packed::PackedError;

/// Why the modules can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ModulesError {
    /// The folder is not one of modules.
    #[error("{} holds no folder kernel: expected the modules of one kernel, such as /lib/modules/6.1.0-13-amd64", path.display())]
    NoTree {
        /// Which folder.
        path: PathBuf,
    },
    /// A packed module that can't be unpacked.
    #[error("can't unpack {}", path.display())]
    Packed {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: PackedError,
    },
    /// A file that is no module.
    #[error("{} is no kernel module for {processor}", path.display())]
    NoModule {
        /// Which.
        path: PathBuf,
        /// What the kernel is for.
        processor: &'static str,
    },
    /// A driver that would bring an array or a filesystem with it.
    #[error("{} needs {needs}, and nothing that assembles or mounts disks comes into the image: leave it out with --without {name}", path.display())]
    Assembles {
        /// Which module.
        path: PathBuf,
        /// Its name.
        name: String,
        /// What it needs.
        needs: String,
    },
    /// Modules of another kernel.
    #[error("{} is for kernel {module}, and the kernel is {kernel}: give the folder of the same version", path.display())]
    OtherKernel {
        /// Which module.
        path: PathBuf,
        /// What it is for.
        module: String,
        /// What is to be booted.
        kernel: String,
    },
    /// A module needs one that is not there.
    #[error("{} needs the module {needs}, which is not in the folder", path.display())]
    Missing {
        /// Which module.
        path: PathBuf,
        /// What it needs.
        needs: String,
    },
    /// A file can't be read.
    #[error("can't read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The modules that were picked, with all that they need.
#[derive(Debug, Default)]
pub(super) struct Picked(BTreeMap<String, Module>);

#[derive(Debug)]
struct Module {
    /// Below the tree, such as `kernel/drivers/net/virtio_net.ko`.
    path: String,
    /// Not packed.
    content: Vec<u8>,
    info: ModuleInfo,
}

impl Picked {
    /// Picks from a tree what a machine may need to be seen whole.
    pub(super) fn from(tree: &Tree, kernel: &Kernel, left_out: &mut LeftOut) -> Result<Self, ModulesError> {
        let mut picked = Self::default();
        let wanted = tree.names().filter(|(_, path)| picks::wanted(path, left_out));
        let mut waiting: Vec<String> = wanted.map(|(name, _)| name.to_owned()).collect();
        while let Some(name) = waiting.pop() {
            if picked.0.contains_key(&name) {
                continue;
            }
            let Some((path, content)) = tree.read(&name)? else { continue };
            let info = check(tree, kernel, &name, &content)?;
            // What is only better to have may also be built in.
            let better = info.soft_depends.iter().filter(|name| {
                tree.path(name).is_some_and(|path| !picks::forbidden(path) && !left_out.module(path))
            });
            waiting.extend(info.depends.iter().chain(better).filter(|n| tree.has(n)).cloned());
            picked.0.insert(name, Module { path, content, info });
        }
        Ok(picked)
    }

    /// Those of `names` that are neither here nor in the kernel itself.
    pub(super) fn absent<'a>(&self, tree: &Tree, names: &[&'a str]) -> Vec<&'a str> {
        let absent = |name: &&&str| !self.0.contains_key(**name) && !tree.is_built_in(name);
        names.iter().filter(absent).copied().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Hands over each module's path and content: together they are large.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (&str, Vec<u8>)> {
        self.0.values_mut().map(|module| (module.path.as_str(), std::mem::take(&mut module.content)))
    }

    /// Each module's name, and a file of firmware that it may ask for.
    pub(super) fn firmware(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .flat_map(|(name, module)| module.info.firmware.iter().map(|file| (name.as_str(), file.as_str())))
    }

    /// `modules.dep`: each module, and all that it needs; what is needed by another stands behind it, since modprobe loads
    /// from the end.
    pub(super) fn dep(&self) -> String {
        let line = |(name, module): (&String, &Module)| {
            let needs: Vec<&str> = self.needs(name).into_iter().map(|module| module.path.as_str()).collect();
            format!("{}: {}", module.path, needs.join(" ")).trim_end().to_owned() + "\n"
        };
        self.0.iter().map(line).collect()
    }

    /// `modules.alias`: by which names of devices each module is found.
    pub(super) fn alias(&self) -> String {
        let lines = self.0.iter().flat_map(|(name, module)| {
            module.info.aliases.iter().map(move |alias| format!("alias {alias} {name}\n"))
        });
        lines.collect::<BTreeSet<String>>().into_iter().collect()
    }

    fn needs(&self, name: &str) -> Vec<&Module> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::from([name.to_owned()]);
        self.visit(name, &mut seen, &mut order);
        order.pop(); // the module itself, which is visited last
        order.reverse();
        order
    }

    /// Depth first: what a module needs comes before it. A circle ends where it began.
    fn visit<'a>(&'a self, name: &str, seen: &mut BTreeSet<String>, order: &mut Vec<&'a Module>) {
        let Some(module) = self.0.get(name) else { return };
        for needed in module.info.soft_depends.iter().chain(&module.info.depends) {
            if seen.insert(needed.clone()) {
                self.visit(needed, seen, order);
            }
        }
        order.push(module);
    }
}

/// A module's own words, where it fits the kernel and all that it needs is there.
fn check(tree: &Tree, kernel: &Kernel, name: &str, content: &[u8]) -> Result<ModuleInfo, ModulesError> {
    let path = || tree.file_of(name);
    let no_module = || ModulesError::NoModule { path: path(), processor: kernel.processor.as_str() };
    let info = elf::module_info(content, kernel.processor).ok_or_else(no_module)?;
    if let Some(module) = info.kernel.clone().filter(|module| *module != kernel.version) {
        return Err(ModulesError::OtherKernel { path: path(), module, kernel: kernel.version.clone() });
    }
    for needs in &info.depends {
        match tree.path(needs) {
            None if tree.is_built_in(needs) => {}
            None => return Err(ModulesError::Missing { path: path(), needs: needs.clone() }),
            Some(needed) if picks::forbidden(needed) => {
                let (name, needs) = (name.to_owned(), needs.clone());
                return Err(ModulesError::Assembles { path: path(), name, needs });
            }
            Some(_) => {}
        }
    }
    Ok(info)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(modules: &[(&str, &[&str])]) -> Picked {
        let module = |(name, depends): &(&str, &[&str])| {
            let depends = depends.iter().map(|name| (*name).to_owned()).collect();
            let aliases = vec![format!("pci:v{name}*")];
            let info = ModuleInfo { depends, aliases, ..ModuleInfo::default() };
            ((*name).to_owned(), Module { path: format!("kernel/{name}.ko"), content: vec![], info })
        };
        Picked(modules.iter().map(module).collect())
    }

    #[test]
    fn what_others_need_stands_behind_them() {
        let modules = picked(&[
            ("net", &["failover", "virtio"]),
            ("failover", &["core"]),
            ("virtio", &["ring", "core"]),
            ("ring", &["core"]),
            ("core", &[]),
        ]);
        let dep = modules.dep();
        let line = dep.lines().find(|line| line.starts_with("kernel/net.ko:")).unwrap();
        let at = |name: &str| line.find(&format!("kernel/{name}.ko")).unwrap();
        assert_eq!(line.matches(".ko").count(), 5);
        for (user, needed) in [("failover", "core"), ("virtio", "ring"), ("ring", "core"), ("net", "virtio")]
        {
            assert!(at(user) < at(needed), "{line}");
        }
        assert!(dep.contains("kernel/core.ko:\n"));
        assert!(modules.alias().starts_with("alias pci:vcore* core\n"));
    }

    #[test]
    fn a_circle_of_dependencies_ends() {
        assert_eq!(
            picked(&[("a", &["b"]), ("b", &["a"])]).dep(),
            "kernel/a.ko: kernel/b.ko\nkernel/b.ko: kernel/a.ko\n"
        );
    }
}
