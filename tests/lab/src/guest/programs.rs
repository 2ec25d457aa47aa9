//! Programs of this box in a guest: each with the libraries that it needs, where it looks for them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::initramfs;
use crate::apt::{self, Apt};
use crate::{Deadline, Process, cache};

/// Puts a program into `root/bin`, and its libraries beside it.
pub(super) fn install(program: &Path, root: &Path, deadline: Deadline) -> anyhow::Result<()> {
    let name = program.file_name().with_context(|| format!("{} is no program", program.display()))?;
    initramfs::install(program, &root.join("bin").join(name))?;
    for library in libraries(program, deadline)? {
        let inside = library.strip_prefix("/").unwrap_or(&library);
        initramfs::install(&library, &root.join(inside))?;
    }
    Ok(())
}

/// As the dynamic loader finds them; a static program has none.
fn libraries(program: &Path, deadline: Deadline) -> anyhow::Result<Vec<PathBuf>> {
    // Of a static program `ldd` says that it is none for it, and ends with status 1.
    let mut ask = Command::new("sh");
    ask.env("LC_ALL", "C").args(["-c", "ldd \"$0\" 2>&1 || true"]).arg(program);
    let answer = Process::run("ldd", &ask, deadline)?;
    Ok(answer.lines().filter_map(library).collect())
}

/// `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)` or `/lib64/ld-linux-x86-64.so.2 (0x…)`.
fn library(line: &str) -> Option<PathBuf> {
    let line = line.rsplit("=> ").next()?.trim();
    line.starts_with('/').then(|| line.split(" (").next().unwrap_or(line).into())
}

/// `mdadm`, fetched and not installed: on the box it would look after arrays that are none of ours.
///
/// # Errors
/// When it can't be fetched.
pub fn mdadm() -> anyhow::Result<PathBuf> {
    let dir = cache::fetch_once("mdadm", |dir| {
        let apt = Apt::of_suite(&Apt::suite_of_this_box()?, &dir.join("apt"))?;
        apt::unpack(&apt.download("mdadm")?, &dir.join("root"))?;
        std::fs::remove_dir_all(dir.join("apt")).context("can't remove the package lists")
    })?;
    // Debian moved /sbin into /usr between two releases.
    let places = ["root/sbin/mdadm", "root/usr/sbin/mdadm"].map(|place| dir.join(place));
    let found = places.into_iter().find(|place| place.is_file());
    found.with_context(|| format!("no mdadm in {0}: remove {0} and try again", dir.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_read_from_what_ldd_says() {
        let said = "\tlinux-vdso.so.1 (0x7ffe)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x7f)\n\
                    \t/lib64/ld-linux-x86-64.so.2 (0x7f)\n\tstatically linked\n";
        let found: Vec<PathBuf> = said.lines().filter_map(library).collect();
        assert_eq!(
            found,
            ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"].map(PathBuf::from)
        );
    }
}
