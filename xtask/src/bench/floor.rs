//! The floor: a program that does nothing but read the files, and list the folders, that the agent reads. Nobody can be quicker than that and
//! know as much.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use lab::packages;

/// See there.
const PROGRAM: &str = include_str!("../../floor/main.rs");

/// Builds it, and gives back how it is run.
pub(super) fn program(agent: &[String], folder: &Path) -> anyhow::Result<(Vec<String>, usize)> {
    packages::require(&["strace"])?;
    let files = files_read_by(agent, folder)?;
    let list = folder.join("floor-files");
    std::fs::write(&list, files.iter().map(|file| format!("{file}\n")).collect::<String>())?;

    let source = folder.join("floor.rs");
    let built = folder.join("floor");
    std::fs::write(&source, PROGRAM).with_context(|| format!("can't write {}", source.display()))?;
    let rustc = std::env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
    let mut build = Command::new(rustc);
    build.args(["--edition", "2024", "-O", "-C", "target-feature=+crt-static", "-C", "strip=symbols", "-o"]);
    let status = build.arg(&built).arg(&source).status().context("can't start rustc")?;
    ensure!(status.success(), "rustc ended with {status}");
    let text = |path: &Path| path.to_str().map(str::to_owned).context("the target folder's name is no UTF-8");
    Ok((vec![text(&built)?, text(&list)?], files.len()))
}

/// Those that it opens and that can be read, folders with a final slash; not what it loads for itself, as `/proc/self`.
fn files_read_by(agent: &[String], folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let trace = folder.join("trace");
    let mut strace = Command::new("strace");
    strace.args([
        "--follow-forks",
        "--decode-fds=path",
        "--quiet=all",
        "--string-limit=4096",
        "--trace=open,openat",
        "--output",
    ]);
    let status =
        strace.arg(&trace).args(agent).stdout(Stdio::null()).status().context("can't start strace")?;
    ensure!(status.success(), "strace ended with {status}");
    let text = std::fs::read_to_string(&trace).with_context(|| format!("can't read {}", trace.display()))?;
    let opened: BTreeSet<String> = text.lines().filter_map(opened).collect();
    let read = |path: String| match Path::new(&path) {
        file if file.is_file() => Some(path),
        folder if folder.is_dir() => Some(format!("{}/", path.trim_end_matches('/'))),
        _ => None,
    };
    Ok(opened.into_iter().filter(|path| !path.starts_with("/proc/self/")).filter_map(read).collect())
}

/// `123 openat(AT_FDCWD</>, "/proc/cpuinfo", O_RDONLY|O_CLOEXEC) = 3</proc/cpuinfo>`, or below a folder that is open already; of a
/// call that another one interrupted the first half. A folder that is only stood in (`O_PATH`) is not read.
fn opened(line: &str) -> Option<String> {
    let (call, rest) = line.split_once('(')?;
    if !call.ends_with("open") && !call.ends_with("openat")
        || line.contains(" = -1 ")
        || line.contains("O_PATH")
    {
        return None;
    }
    let (from, path) = rest.split_once('"')?;
    let (path, _) = path.split_once('"')?;
    if path.contains('\\') {
        return None;
    }
    if path.starts_with('/') {
        return Some(path.to_owned());
    }
    let folder = from.split_once('<')?.1.rsplit_once('>')?.0;
    (folder.starts_with('/') && !from.starts_with("AT_FDCWD")).then(|| format!("{folder}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trace_tells_what_was_opened() {
        let trace = "1 openat(AT_FDCWD</x>, \"/proc/a\", O_RDONLY|O_CLOEXEC) = 3</proc/a>\n\
                     2 openat(AT_FDCWD</x>, \"/b\", O_RDONLY <unfinished ...>\n2 <... openat resumed>) = 4</b>\n\
                     3 openat(AT_FDCWD</x>, \"/c\", O_RDONLY) = -1 ENOENT (No such file)\n\
                     4 openat(5</sys/f>, \"d\", O_RDONLY) = 6</sys/f/d>\n4 openat(AT_FDCWD</x>, \"own\", O_RDONLY) = 6</x/own>\n\
                     4 open(\"/sys/f\", O_RDONLY|O_PATH) = 5</sys/f>\n5 open(\"/e\", O_RDONLY) = 7</e>\n6 +++ exited with 0 +++\n";
        assert_eq!(trace.lines().filter_map(opened).collect::<Vec<_>>(), ["/proc/a", "/b", "/sys/f/d", "/e"]);
    }
}
