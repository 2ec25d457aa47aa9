//! Bash's own reader and `shellcheck` (Debian's package of that name) on a script.

use std::process::Command;

/// What a script here may do that `shellcheck` warns of: it sources files that are made when it runs (SC1090, SC1091), and
/// splits the list of consoles into words on purpose (SC2013).
const EXPECTED: &str = "SC1090,SC1091,SC2013";

pub(crate) fn check(name: &str, script: &str) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(name);
    std::fs::write(&file, script).unwrap();
    for program in [&["bash", "-n"][..], &["shellcheck", "--shell=bash", "--exclude", EXPECTED]] {
        let output = Command::new(program[0]).args(&program[1..]).arg(&file).output();
        let output = output
            .unwrap_or_else(|error| panic!("{program:?}: {error}: is the package {} installed?", program[0]));
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&said));
    }
}
