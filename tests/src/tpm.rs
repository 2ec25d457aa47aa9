//! A TPM 2.0 in software.

use std::path::Path;
use std::process::Command;

use lab::{Deadline, Process};

const START_SECS: u64 = 60;

/// Starts one that keeps its state below `folder`. It ends when its machine goes off.
///
/// # Errors
/// It does not start.
pub fn start(folder: &Path) -> anyhow::Result<Process> {
    let state = folder.join("tpm");
    std::fs::create_dir(&state)?;
    let mut command = Command::new("swtpm");
    command.args(["socket", "--tpm2", "--tpmstate"]).arg(format!("dir={}", state.display()));
    command.arg("--ctrl").arg(format!("type=unixio,path={}", folder.join("tpm.sock").display()));
    let process = Process::spawn("swtpm", &command)?;
    Deadline::seconds(START_SECS)
        .wait_for("the TPM's socket", || Ok(folder.join("tpm.sock").exists().then_some(())))?;
    Ok(process)
}

/// A machine's part that is it: `model` is how it is connected, such as `tpm-crb`.
#[must_use]
pub fn parts(folder: &Path, model: &str) -> Vec<String> {
    let socket = folder.join("tpm.sock").display().to_string().replace(',', ",,");
    let parts = [
        ("-chardev", format!("socket,id=tpm,path={socket}")),
        ("-tpmdev", "emulator,id=tpm0,chardev=tpm".to_owned()),
        ("-device", format!("{model},tpmdev=tpm0")),
    ];
    parts.into_iter().flat_map(|(option, value)| [option.to_owned(), value]).collect()
}
