//! The real NetworkManager, as far as it works without a machine: what it makes of a kernel's arguments in the initramfs,
//! and whether it understands a keyfile.
//!
//! Fetched and not installed: a NetworkManager that is installed takes this box's own network over.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::apt::{self, Apt};
use crate::{Deadline, Process, cache};

/// Longer than either takes.
const SECS: u64 = 60;

/// Where the programs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkManager {
    generator: PathBuf,
    nmcli: PathBuf,
    libraries: PathBuf,
}

/// Fetched once into `target/lab/network-manager`.
///
/// # Errors
/// When it can't be fetched.
pub fn network_manager() -> anyhow::Result<NetworkManager> {
    let dir = cache::fetch_once("network-manager", |dir| {
        let apt = Apt::of_suite(&Apt::suite_of_this_box()?, &dir.join("apt"))?;
        for package in ["network-manager", "libnm0"] {
            apt::unpack(&apt.download(package)?, &dir.join("root"))?;
        }
        fs::remove_dir_all(dir.join("apt")).context("can't remove the package lists")
    })?;
    let usr = dir.join("root/usr");
    let named = |folder: &Path, file: &str| folder.join(file).exists();
    let libraries = fs::read_dir(usr.join("lib")).context("the package has no libraries")?;
    let libraries = libraries.flatten().map(|entry| entry.path()).find(|folder| named(folder, "libnm.so.0"));
    let generator = [usr.join("lib/NetworkManager"), usr.join("libexec")];
    let generator = generator.into_iter().find(|folder| named(folder, "nm-initrd-generator"));
    Ok(NetworkManager {
        generator: generator.context("the package has no nm-initrd-generator")?.join("nm-initrd-generator"),
        nmcli: usr.join("bin/nmcli"),
        libraries: libraries.context("the package has no libnm.so.0")?,
    })
}

impl NetworkManager {
    /// The connections that it makes of a kernel's arguments, one keyfile after the other, each under a heading.
    ///
    /// # Errors
    /// It warns of an argument; the error holds how.
    pub fn connections(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = telling_all(&self.generator);
        command.args(["--stdout", "--"]).args(arguments);
        let said = Process::run("nm-initrd-generator", &command, Deadline::seconds(SECS))?;
        if said.contains("<warn>") {
            bail!("NetworkManager warns of {arguments:?}:\n{said}");
        }
        Ok(said)
    }

    /// A keyfile as NetworkManager would write it itself.
    ///
    /// # Errors
    /// It is none that NetworkManager would use; the error holds why.
    pub fn rewritten(&self, keyfile: &str) -> anyhow::Result<String> {
        let mut command = telling_all(&self.nmcli);
        command.env("LD_LIBRARY_PATH", &self.libraries).env("LC_ALL", "C");
        // A change that changes nothing: it reads, verifies, and writes.
        command.args(["--offline", "connection", "modify", "connection.zone", ""]);
        let said = Process::run_with_input("nmcli", &command, keyfile.as_bytes(), Deadline::seconds(SECS))?;
        if said.to_lowercase().contains("warning") {
            bail!("nmcli warns:\n{said}");
        }
        Ok(said)
    }
}

/// With its warnings among what it says: where they go else, hangs upon the box's system log.
fn telling_all(program: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", r#"exec "$0" "$@" 2>&1"#]).arg(program);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_sense_from_nonsense() {
        let manager = network_manager().unwrap();
        assert!(manager.connections(&["ip=nic0:dhcp"]).unwrap().contains("interface-name=nic0"));
        manager.connections(&["ip=10.0.0.5::nonsense:255.255.255.0:h:nic0:none"]).unwrap_err();
        let sound = "[connection]\nid=a\nuuid=901a4f62-fdb0-5c14-b4eb-c74f96ed0b3e\ntype=ethernet\n";
        assert!(manager.rewritten(sound).unwrap().contains("[ethernet]"));
        manager.rewritten(&sound.replace("ethernet", "carrier-pigeon")).unwrap_err();
    }
}
