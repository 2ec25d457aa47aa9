//! The Debian packages that building and the lab need: which are missing, and getting them.

use std::process::Command;

use anyhow::{Context as _, bail};

use crate::progress::note;
use crate::{Deadline, Process};

/// What `cargo build` needs beside Rust: a C compiler, for SQLite, ring and libssh2; and for libssh2 OpenSSL, with the program
/// that says where it lies.
pub const BUILD: &[&str] = &["build-essential", "pkg-config", "libssl-dev"];

/// What the lab needs: machines of two processors, firmware, network boot, DHCP, namespaces, the discovery system's userland, Python's
/// `venv` for `ksvalidator`, curl, with which the kickstart fetches the agent, an operator's ssh, the programs by which
/// distributions pack their modules, and a reader of scripts.
pub const LAB: &[&str] = &[
    "qemu-system-x86",
    "qemu-system-arm",
    "qemu-efi-aarch64",
    "ipxe",
    "ipxe-qemu",
    "ovmf",
    "dnsmasq-base",
    "iproute2",
    "busybox-static",
    "python3-venv",
    "curl",
    "openssh-client",
    "xz-utils",
    "zstd",
    "shellcheck",
];

/// What the tests of the agent on machines with much hardware need beside: a TPM with certificates, a BMC with an address, and
/// disks with something on them.
pub const HARDWARE: &[&str] =
    &["swtpm", "swtpm-tools", "openssl", "openipmi", "dmsetup", "fdisk", "e2fsprogs", "binutils"];

/// What the tests of installed systems need beside: what makes a Debian, and a disk that starts by itself.
pub const INSTALLED: &[&str] =
    &["mmdebstrap", "e2fsprogs", "fdisk", "dosfstools", "mtools", "syslinux", "syslinux-common", "binutils"];

/// Slow mirrors exist.
const INSTALL_SECS: u64 = 1800;

/// Makes sure that all of them are installed: as root by installing those that are missing.
///
/// # Errors
/// When some are missing and we are not root: one line with their names and what to type. Or when apt fails.
pub fn require(wanted: &[&str]) -> anyhow::Result<()> {
    let missing = missing(wanted)?;
    if missing.is_empty() {
        return Ok(());
    }
    if !rustix::process::geteuid().is_root() {
        bail!(advice(&missing));
    }
    note(format_args!("installing {} (apt-get update first)", missing.join(" ")));
    apt_get(&["update"])?;
    apt_get(&[&["install", "--yes", "--no-install-recommends"], missing.as_slice()].concat())
}

/// Those of them that are not installed.
///
/// # Errors
/// When this is no Debian.
pub fn missing<'a>(wanted: &[&'a str]) -> anyhow::Result<Vec<&'a str>> {
    // It ends with status 1 when it does not know one of them: what it says is what counts.
    let mut ask = Command::new("dpkg-query");
    ask.args(["--show", "--showformat", "${Package} ${db:Status-Status}\\n"]).args(wanted);
    let answer = ask.output().context(
        "can't run dpkg-query: the lab needs Debian 12 or a later one (or Ubuntu) for QEMU, iPXE and dnsmasq",
    )?;
    Ok(not_installed(wanted, &String::from_utf8_lossy(&answer.stdout)))
}

fn not_installed<'a>(wanted: &[&'a str], listed: &str) -> Vec<&'a str> {
    let installed: Vec<&str> = listed.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    wanted.iter().copied().filter(|package| !installed.contains(package)).collect()
}

fn advice(missing: &[&str]) -> String {
    format!(
        "missing Debian packages: {names}; type: sudo apt-get update && sudo apt-get install --no-install-recommends {names}",
        names = missing.join(" ")
    )
}

fn apt_get(arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").env("LC_ALL", "C");
    // Somebody else's apt may be running; and a mirror may hiccup.
    command.args(["--quiet", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]).args(arguments);
    let label = format!("apt-get {}", arguments.first().unwrap_or(&""));
    Process::run(&label, &command, Deadline::seconds(INSTALL_SECS)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wholly_installed_counts() {
        let listed = "ovmf installed\nipxe config-files\nqemu not-installed\nipxe-qemu half-installed\n";
        let missing = not_installed(&["ovmf", "ipxe", "qemu", "ipxe-qemu", "unheard-of"], listed);
        assert_eq!(missing, ["ipxe", "qemu", "ipxe-qemu", "unheard-of"]);
    }

    #[test]
    fn this_box_knows_its_own_packages() {
        assert_eq!(missing(&["dpkg", "no-such-package-as-this"]).unwrap(), ["no-such-package-as-this"]);
    }

    #[test]
    fn the_advice_is_one_line_to_copy() {
        let advice = advice(&["ovmf", "ipxe"]);
        assert_eq!(advice.lines().count(), 1);
        assert!(advice.ends_with("sudo apt-get install --no-install-recommends ovmf ipxe"), "{advice}");
    }
}
