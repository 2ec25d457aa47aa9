//! The installer's own checker of kickstarts: `ksvalidator` of pykickstart (PyPI).
//!
//! `MUSTER_KSVALIDATOR` names one that is there already; else it is installed once, into `target/lab`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) fn path() -> PathBuf {
    if let Some(given) = std::env::var_os("MUSTER_KSVALIDATOR") {
        return given.into();
    }
    let lab = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("lab");
    let venv = lab.join("pykickstart");
    let program = venv.join("bin/ksvalidator");
    std::fs::create_dir_all(&lab).unwrap();
    // Tests run side by side; one of them installs.
    let lock = File::create(lab.join("pykickstart.lock")).unwrap();
    lock.lock().unwrap();
    if !program.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv));
        run(Command::new(venv.join("bin/pip")).args(["install", "--quiet", "pykickstart"]));
    }
    program
}

fn run(command: &mut Command) {
    let output =
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error} (python3-venv is needed)"));
    assert!(
        output.status.success(),
        "{command:?} failed: ksvalidator can't be installed; put one at MUSTER_KSVALIDATOR\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
