//! Calling cargo: its own output is the progress.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use lab::interrupt;

/// A cargo command in the root of the workspace, to be run by [`run`].
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    // Cargo says which one it is: not another version that happens to come first in the path.
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    // What cargo says of xtask itself is none of the others' business: ring, for one, would be built anew each time with all
    // that stands on it.
    let of_this_package = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| of_this_package.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
    command
}

/// Shows the command, runs it to its end, and lets it speak for itself meanwhile.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = shown(command);
    eprintln!("$ {shown}");
    let mut child = command.spawn().with_context(|| format!("can't start `{shown}`"))?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // Ctrl-C reaches cargo by itself, a SIGTERM reaches only us.
        if interrupt::requested() {
            child.kill()?;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    interrupt::check()?;
    if !status.success() {
        bail!("`{shown}` failed ({status}); what it said is above");
    }
    Ok(())
}

fn shown(command: &Command) -> String {
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    std::iter::once("cargo".into()).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// The folder that holds the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The folder that cargo builds into.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}
