//! What one would use instead of the agent: got where it can be got, and left out with the reason where not.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use lab::packages;

/// What may be at most, as the agent's part of the peer's processor time.
pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) most: f64,
    get: fn(&Path) -> anyhow::Result<Vec<String>>,
}

/// In the order of the table.
pub(super) const PEERS: [Peer; 4] = [
    Peer { name: "lshw -json", most: 0.75, get: |_| debian("lshw", &["lshw", "-quiet", "-json"]) },
    Peer { name: "hwinfo --all", most: 0.5, get: |_| debian("hwinfo", &["hwinfo", "--all"]) },
    Peer { name: "facter --json", most: 0.15, get: |_| debian("facter", &["facter", "--json"]) },
    Peer { name: "ironic-python-agent", most: 0.1, get: ironic },
];

impl Peer {
    /// Installs it where it is missing, and gives back how it is run.
    pub(super) fn get(&self, folder: &Path) -> anyhow::Result<Vec<String>> {
        (self.get)(folder)
    }
}

fn debian(package: &str, command: &[&str]) -> anyhow::Result<Vec<String>> {
    packages::require(&[package])?;
    Ok(command.iter().map(|word| (*word).to_owned()).collect())
}

/// The inventory that it sends, and nothing around it.
const IRONIC: &str = "\
from oslo_config import cfg
from ironic_python_agent import config
cfg.CONF([], project='ironic-python-agent')
from ironic_python_agent import encoding, hardware
print(encoding.RESTJSONEncoder().encode(hardware.GenericHardwareManager().list_hardware_info()))
";

fn ironic(folder: &Path) -> anyhow::Result<Vec<String>> {
    // It calls these; without them it would do less than it does in life.
    packages::require(&["python3-venv", "lshw", "util-linux", "pciutils"])?;
    let place = folder.join("ironic-python-agent");
    let python = place.join("bin/python");
    // The last thing to be there: a download that broke off is begun anew.
    let whole = place.join("whole");
    if !whole.is_file() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "ironic-python-agent"]))?;
        std::fs::write(&whole, "").with_context(|| format!("can't write {}", whole.display()))?;
    }
    Ok(vec![text(python)?, "-c".to_owned(), IRONIC.to_owned()])
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    eprintln!("$ {command:?}");
    let status = command.status().with_context(|| format!("can't start {command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

fn text(path: PathBuf) -> anyhow::Result<String> {
    path.into_os_string().into_string().ok().context("the target folder's name is no UTF-8")
}
