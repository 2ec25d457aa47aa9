//! The validator that comes with Ignition itself.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::apt::{self, Apt};
use crate::cache;

/// `ignition-validate`, fetched and not installed: the package would set the box up to be provisioned at its next boot.
///
/// # Errors
/// When it can't be fetched.
pub fn ignition_validate() -> anyhow::Result<PathBuf> {
    let dir = cache::fetch_once("ignition", |dir| {
        let apt = Apt::of_suite(&Apt::suite_of_this_box()?, &dir.join("apt"))?;
        apt::unpack(&apt.download("ignition")?, &dir.join("root"))?;
        std::fs::remove_dir_all(dir.join("apt")).context("can't remove the package lists")
    })?;
    Ok(dir.join("root/usr/bin/ignition-validate"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::{Deadline, Process, Scratch};

    #[test]
    fn it_tells_a_document_from_nonsense() {
        let scratch = Scratch::new().unwrap();
        let check = |text: &str| {
            let file = scratch.path().join("config.ign");
            std::fs::write(&file, text).unwrap();
            let mut command = Command::new(ignition_validate().unwrap());
            Process::run("ignition-validate", command.arg(&file), Deadline::seconds(60))
        };
        check(r#"{"ignition": {"version": "3.2.0"}}"#).unwrap();
        check(r#"{"ignition": {"version": "3.2.0"}, "storage": {"files": [{"path": "relative"}]}}"#)
            .unwrap_err();
    }
}
