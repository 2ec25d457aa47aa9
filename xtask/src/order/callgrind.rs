//! Which functions a run came through.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

/// By the names that the linker knows.
pub(super) fn functions(
    program: &Path,
    arguments: &[String],
    scratch: &Path,
) -> anyhow::Result<BTreeSet<String>> {
    let answer = scratch.join("callgrind.out");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--compress-strings=no", "--demangle=no"]);
    valgrind.arg(format!("--callgrind-out-file={}", answer.display())).arg(program).args(arguments);
    let output = valgrind.stdin(Stdio::null()).output().context("can't start valgrind")?;
    let shown = arguments.join(" ");
    ensure!(output.status.success(), "`{shown}`: {}", String::from_utf8_lossy(&output.stderr));
    let text =
        std::fs::read_to_string(&answer).with_context(|| format!("can't read {}", answer.display()))?;
    Ok(read(&text))
}

/// `fn=name`, and `fn=name'2` where it called itself.
fn read(text: &str) -> BTreeSet<String> {
    let names = text.lines().filter_map(|line| line.strip_prefix("fn="));
    names.map(|name| name.split_once('\'').map_or(name, |(name, _)| name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_is_named_once() {
        let text = "events: Ir\nfl=a.c\nfn=main\n0 3\ncfn=_RNvCs1_1a1b\ncalls=1 0\n0 9\nfn=_RNvCs1_1a1b'2\n0 1\nfn=main\n";
        assert_eq!(read(text).into_iter().collect::<Vec<_>>(), ["_RNvCs1_1a1b", "main"]);
    }
}
